/**
 * A BTF blob under construction: equal types get one id, ids are given in order of first use.
 *
 * Structs that point at themselves first `reserve` an id and `define` it later; those are not merged with others.
 */
import { invariant, unreachable } from "../util/assert.ts";
import { branded } from "../util/brand.ts";
import { BtfStrings } from "./strings.ts";
import type { BtfMember, BtfType, TypeId } from "./types.ts";
import { writeBtf } from "./write.ts";

export const VOID: TypeId = branded<TypeId>(0);

export class BtfBuilder {
  #types: (BtfType | undefined)[] = [];
  #known = new Map<string, TypeId>();
  #strings = new BtfStrings();

  /** Number of types, void included. */
  get count(): number {
    return this.#types.length + 1;
  }

  /** The id of this type: that of an equal one added before, or the next. */
  add(type: BtfType): TypeId {
    if (type.kind === "void") return VOID;
    const key = keyOf(type);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#types.push(type);
    const id = branded<TypeId>(this.#types.length);
    this.#known.set(key, id);
    return id;
  }

  /** An id to refer to before its type is known. */
  reserve(): TypeId {
    this.#types.push(undefined);
    return branded<TypeId>(this.#types.length);
  }
  define(id: TypeId, type: BtfType): void {
    invariant(this.#types[id - 1] === undefined && id < this.count, "btf build", `type ${id} is not reserved`);
    this.#types[id - 1] = type;
  }

  /** The type as added. */
  type(id: TypeId): BtfType {
    if (id === 0) return { kind: "void" };
    const type = this.#types[id - 1];
    invariant(type !== undefined, "btf build", `type ${id} is not defined`);
    return type;
  }

  /** The common cases, by what C calls them. */
  int(name: string, size: number, signed: boolean, encoding: "none" | "char" | "bool" = "none"): TypeId {
    return this.add({ kind: "int", name, size, bits: size * 8, bitOffset: 0, signed, encoding });
  }
  pointer(type: TypeId): TypeId {
    return this.add({ kind: "ptr", type });
  }
  array(type: TypeId, length: number): TypeId {
    return this.add({ kind: "array", type, indexType: this.int("__ARRAY_SIZE_TYPE__", 4, false), length });
  }

  /** Offset of a text in the string section, for .BTF.ext. */
  string(text: string): number {
    return this.#strings.add(text);
  }

  /** The .BTF blob. Strings added later are not in it. */
  finish(): Uint8Array {
    return writeBtf(
      this.#types.map((_, index) => this.type(branded<TypeId>(index + 1))),
      this.#strings,
    );
  }
}

/** A text that two types share exactly if they are equal. */
function keyOf(type: BtfType): string {
  const { kind } = type;
  switch (kind) {
    case "void":
      return kind;
    case "int":
      return `${kind} ${type.name} ${type.size} ${type.bits} ${type.bitOffset} ${type.signed} ${type.encoding}`;
    case "ptr":
    case "volatile":
    case "const":
    case "restrict":
      return `${kind} ${type.type}`;
    case "typedef":
    case "type_tag":
      return `${kind} ${type.type} ${type.name}`;
    case "array":
      return `${kind} ${type.type} ${type.indexType} ${type.length}`;
    case "struct":
    case "union":
      return `${kind} ${type.name} ${type.size} ${type.members.map(memberKey).join(",")}`;
    case "enum":
    case "enum64":
      return `${kind} ${type.name} ${type.size} ${type.signed} ${type.values.map((v) => `${v.name}=${v.value}`).join(",")}`;
    case "fwd":
      return `${kind} ${type.name} ${type.union}`;
    case "func":
    case "var":
      return `${kind} ${type.name} ${type.type} ${type.linkage}`;
    case "func_proto":
      return `${kind} ${type.returns} ${type.variadic} ${type.params.map((p) => `${p.name}:${p.type}`).join(",")}`;
    case "datasec":
      return `${kind} ${type.name} ${type.size} ${type.vars.map((v) => `${v.type}+${v.offset}:${v.size}`).join(",")}`;
    case "float":
      return `${kind} ${type.name} ${type.size}`;
    case "decl_tag":
      return `${kind} ${type.name} ${type.type} ${type.component}`;
    default:
      return unreachable(type);
  }
}

function memberKey({ name, type, bitOffset, bitSize }: BtfMember): string {
  return `${name}:${type}+${bitOffset}:${bitSize}`;
}
