/** Types by name: the script's own definitions first, then the kernel's BTF (and a module's, where a probe names one). */
import type * as Ast from "../1-parse/ast.ts";
import type { Btf } from "../btf/types.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { scalarType } from "../types/c-names.ts";
import { type BtfSource, findNamed, findTagged, fromBtf } from "../types/from-btf.ts";
import { alignOf, alignUp, sizeOf } from "../types/layout.ts";
import type { EnumType, ScriptField, StructType, Type } from "../types/type.ts";
import { unreachable } from "../util/assert.ts";

export type TypeTable = {
  /** undefined: no such tag anywhere. */
  readonly tagged: (tag: "struct" | "union" | "enum", name: string) => Type | undefined;
  /** Scalars, typedefs of the script and of the kernel. */
  readonly named: (name: string) => Type | undefined;
  /** A bare enumerator of the script or the kernel. */
  readonly enumerator: (name: string) => { readonly type: Type; readonly value: bigint } | undefined;
  /** A pointer to a struct that its own definition could only name (`struct node *next`) as one to the whole struct. */
  readonly completed: (type: Type) => Type;
  readonly source: BtfSource;
  readonly snapshot: Snapshot;
  /** The same in a probe of a traced binary, whose types come before the kernel's. `find` is asked when a name needs it. */
  readonly inBinary: (find: () => Btf | undefined) => TypeTable;
};

/** Reads the C part of a script into types; names are looked up in BTF only when asked for. */
export function makeTypeTable(definitions: readonly Ast.CDefinition[], snapshot: Snapshot): TypeTable {
  const source: BtfSource = { kind: "kernel", btf: snapshot.btf, module: undefined };
  const tags = new Map<string, Type>();
  const typedefs = new Map<string, Type>();
  const enumerators = new Map<string, { readonly type: Type; readonly value: bigint }>();
  // Known before they are defined, so that a pointer to one is never taken for one to a kernel struct of the same name.
  const defined = new Set(definitions.flatMap((one) => (one.kind === "c-aggregate" ? [`${one.tag} ${one.name}`] : [])));

  const table: TypeTable = {
    tagged: (tag, name) => tags.get(`${tag} ${name}`) ?? findTagged(source, tag, name),
    named: (name) => {
      const type = typedefs.get(name);
      return type === undefined ? (scalarType(name) ?? findNamed(source, name)) : completed(type);
    },
    enumerator: (name) => enumerators.get(name) ?? kernelEnumerator(snapshot.btf, source, name),
    completed,
    source,
    snapshot,
    inBinary: (find) => {
      const own = (): BtfSource | undefined => {
        const btf = find();
        return btf === undefined ? undefined : { kind: "binary", btf, module: undefined };
      };
      return {
        ...table,
        tagged: (tag, name) => tags.get(`${tag} ${name}`) ?? inSource(own(), tag, name) ?? table.tagged(tag, name),
        named: (name) =>
          (typedefs.has(name) ? undefined : (scalarType(name) ?? namedIn(own(), name))) ?? table.named(name),
      };
    },
  };

  function inSource(of: BtfSource | undefined, tag: "struct" | "union" | "enum", name: string): Type | undefined {
    return of === undefined ? undefined : findTagged(of, tag, name);
  }
  function namedIn(of: BtfSource | undefined, name: string): Type | undefined {
    return of === undefined ? undefined : findNamed(of, name);
  }

  function completed(type: Type): Type {
    switch (type.kind) {
      case "pointer": {
        const to = completed(type.to);
        return to === type.to ? type : { ...type, to };
      }
      case "array": {
        const element = completed(type.element);
        return element === type.element ? type : { ...type, element };
      }
      case "struct":
        return type.origin.kind === "opaque" ? (tags.get(`${type.tag} ${type.name}`) ?? type) : type;
      default:
        return type;
    }
  }

  function defineEnum(definition: Ast.CEnum): EnumType {
    const values = definition.values.map(({ name, value }) => ({ name, value }));
    const signed = values.some(({ value }) => value < 0n);
    const wide = values.some(({ value }) => value > (signed ? 0x7fff_ffffn : 0xffff_ffffn) || value < -0x8000_0000n);
    const type: EnumType = { kind: "enum", name: definition.name ?? "", size: wide ? 8 : 4, signed, values };
    for (const { name, value } of values) enumerators.set(name, { type, value });
    return type;
  }

  function typeOf(type: Ast.CType): Type {
    switch (type.kind) {
      case "c-name":
        return table.named(type.name) ?? { kind: "opaque", name: type.name };
      case "c-tag":
        return (
          table.tagged(type.tag, type.name) ??
          (type.tag === "enum" ? { kind: "opaque", name: `enum ${type.name}` } : opaque(type.tag, type.name))
        );
      case "c-inline":
        return type.definition.kind === "c-enum" ? defineEnum(type.definition) : define(type.definition);
      case "c-pointer":
        return { kind: "pointer", to: pointee(type.to), space: "kernel" };
      case "c-array":
        return arrayOf(type);
      case "c-function":
        return { kind: "opaque", name: "void()" };
      default:
        return unreachable(type);
    }
  }

  /** A pointer to a struct that is being defined, or never is, names it only. */
  function pointee(type: Ast.CType): Type {
    if (type.kind === "c-tag" && type.tag !== "enum" && !tags.has(`${type.tag} ${type.name}`)) {
      const known = defined.has(`${type.tag} ${type.name}`) ? undefined : table.tagged(type.tag, type.name);
      return known ?? opaque(type.tag, type.name);
    }
    return typeOf(type);
  }

  function arrayOf(type: Ast.CType & { kind: "c-array" }): Type {
    const length = type.length ?? 0;
    if (length > 0 && type.element.kind === "c-name" && type.element.name === "char")
      return { kind: "string", size: length, exact: true };
    return { kind: "array", element: typeOf(type.element), length };
  }

  function define(definition: Ast.CAggregate): StructType {
    const { tag, name } = definition;
    if (definition.members === undefined) return opaque(tag, name ?? "");
    const type = layoutStruct(definition, definition.members, typeOf);
    if (name !== undefined) tags.set(`${tag} ${name}`, type);
    return type;
  }

  for (const definition of definitions) {
    switch (definition.kind) {
      case "c-aggregate":
        if (definition.members !== undefined) define(definition);
        else if (definition.name !== undefined && table.tagged(definition.tag, definition.name) === undefined) {
          tags.set(`${definition.tag} ${definition.name}`, opaque(definition.tag, definition.name));
        }
        break;
      case "c-enum": {
        const type = defineEnum(definition);
        if (type.name !== "") tags.set(`enum ${type.name}`, type);
        break;
      }
      case "c-typedef":
        typedefs.set(definition.name, typeOf(definition.type));
        break;
      default:
        unreachable(definition);
    }
  }
  return table;
}

function opaque(tag: "struct" | "union", name: string): StructType {
  return { kind: "struct", tag, name, size: 0, origin: { kind: "opaque" } };
}

function kernelEnumerator(
  btf: Btf,
  source: BtfSource,
  name: string,
): { readonly type: Type; readonly value: bigint } | undefined {
  const found = btf.findEnumerator(name);
  return found === undefined ? undefined : { type: fromBtf(source, found.type), value: found.value };
}

/** C layout: each member at its alignment, bit-fields packed into units of their type (System V ABI), unions at 0. */
function layoutStruct(
  definition: Ast.CAggregate,
  members: readonly Ast.CMember[],
  typeOf: (type: Ast.CType) => Type,
): StructType {
  const fields: ScriptField[] = [];
  const union = definition.tag === "union";
  let bits = 0;
  let end = 0;
  let align = 1;
  for (const member of members) {
    const type = typeOf(member.type);
    const size = sizeOf(type);
    const natural = definition.packed || member.packed ? 1 : alignOf(type);
    const own = Math.max(natural, member.aligned ?? 1);
    if (union) bits = 0;
    if (member.bits === undefined) {
      bits = alignUp(bits, own * 8);
      fields.push({ name: member.name ?? "", type, bitOffset: bits, bitSize: 0 });
      bits += size * 8;
      align = Math.max(align, own);
    } else if (member.bits === 0) {
      bits = alignUp(bits, size * 8);
    } else {
      const unit = size * 8;
      const straddles = Math.floor(bits / unit) !== Math.floor((bits + member.bits - 1) / unit);
      if (!definition.packed && straddles) bits = alignUp(bits, unit);
      if (member.name !== undefined) {
        fields.push({ name: member.name, type, bitOffset: bits, bitSize: member.bits });
        align = Math.max(align, own);
      }
      bits += member.bits;
    }
    end = Math.max(end, bits);
  }
  align = Math.max(align, definition.aligned ?? 1);
  const size = alignUp(Math.ceil(end / 8), align);
  return {
    kind: "struct",
    tag: definition.tag,
    name: definition.name ?? "",
    size,
    origin: { kind: "script", align, fields },
  };
}
