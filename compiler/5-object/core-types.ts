/**
 * The kernel types that CO-RE references name, as the object's own BTF: each struct at its true size with only the
 * members that the program walks through, at their true offsets, and the references renumbered to them.
 *
 * A loader matches these types with the target's by name and member names (libbpf src/relo_core.c), and first checks
 * that an instruction holds the value that the object's types give: hence the true offsets and sizes. Pointers need no
 * target: a field's pointee is never looked at.
 */
import { type BtfBuilder, VOID } from "../btf/build.ts";
import { BtfError } from "../btf/error.ts";
import { resolve, resolveType, sizeOf } from "../btf/layout.ts";
import type { Btf, BtfType, TypeId } from "../btf/types.ts";
import type { CoreReference } from "../ebpf/insn.ts";
import { invariant } from "../util/assert.ts";

export type LocalReference = { readonly type: TypeId; readonly access: string };
export type CoreText = { readonly type: string; readonly path: string };

/** Members used per struct or union, enumerators per enum; ids are the kernel's. */
type Uses = Map<TypeId, Set<number>>;

export type CoreTypes = {
  /** The reference in terms of the object's types. */
  readonly localize: (reference: CoreReference) => LocalReference;
};

/** The same types, each decoded once. */
export function rememberTypes(btf: Btf): Btf {
  const known = new Map<TypeId, BtfType>();
  return {
    count: btf.count,
    pointerSize: btf.pointerSize,
    find: (kind, name) => btf.find(kind, name),
    findEnumerator: (name) => btf.findEnumerator(name),
    type: (id) => {
      const type = known.get(id) ?? btf.type(id);
      known.set(id, type);
      return type;
    },
  };
}

/** Adds the types that the references need to `builder`. */
export function addCoreTypes(builder: BtfBuilder, kernel: Btf, references: readonly CoreReference[]): CoreTypes {
  const uses: Uses = new Map();
  for (const reference of references) collectUses(kernel, reference, uses);
  const emitter = new Emitter(builder, kernel, uses);
  // In order of first reference, so that equal programs give equal objects.
  for (const reference of references) emitter.root(reference.type);
  return { localize: (reference) => localize(kernel, reference, uses, emitter) };
}

/** The reference in the script's words: "struct task_struct" and "se.vruntime". */
export function describeReference(kernel: Btf, reference: CoreReference): CoreText {
  const root = rootOf(kernel, reference.type);
  const type = kernel.type(root);
  const name = "name" in type ? type.name : "";
  const typeText =
    type.kind === "typedef" || name === "" ? name : `${type.kind === "enum64" ? "enum" : type.kind} ${name}`;
  if (isEnumValue(reference)) {
    const resolved = resolveType(kernel, root);
    const values = resolved.kind === "enum" || resolved.kind === "enum64" ? resolved.values : [];
    return { type: typeText, path: values[reference.access[0] ?? -1]?.name ?? "" };
  }
  let path = "";
  walk(kernel, reference, (step) => {
    if (step.kind === "element") path += `[${step.index}]`;
    else if (step.name !== "") path += path === "" ? step.name : `.${step.name}`;
  });
  return { type: typeText, path };
}

type Step =
  | { readonly kind: "member"; readonly owner: TypeId; readonly index: number; readonly name: string }
  | { readonly kind: "element"; readonly index: number };

function isEnumValue(reference: CoreReference): boolean {
  return reference.kind === "enumval_exists" || reference.kind === "enumval_value";
}

/** Follows the access path behind its first index, which is the root's own. */
function walk(kernel: Btf, reference: CoreReference, visit: (step: Step) => void): void {
  let at = resolve(kernel, reference.type);
  for (const index of reference.access.slice(1)) {
    const type = kernel.type(at);
    if (type.kind === "struct" || type.kind === "union") {
      const member = type.members[index];
      if (member === undefined)
        throw new BtfError(`${reference.text}: ${type.kind} ${type.name} has no member ${index}`);
      visit({ kind: "member", owner: at, index, name: member.name });
      at = resolve(kernel, member.type);
    } else {
      if (type.kind !== "array") throw new BtfError(`${reference.text}: access path leads through a ${type.kind}`);
      visit({ kind: "element", index });
      at = resolve(kernel, type.type);
    }
  }
}

function collectUses(kernel: Btf, reference: CoreReference, uses: Uses): void {
  const use = (id: TypeId, index: number): void => {
    const set = uses.get(id) ?? new Set<number>();
    uses.set(id, set.add(index));
  };
  if (isEnumValue(reference)) use(resolve(kernel, reference.type), reference.access[0] ?? 0);
  else walk(kernel, reference, (step) => (step.kind === "member" ? use(step.owner, step.index) : undefined));
}

/** The type that is matched by name: the struct or enum itself, or the last typedef before one without a name. */
function rootOf(kernel: Btf, id: TypeId): TypeId {
  let named: TypeId | undefined;
  let at = id;
  const end = resolve(kernel, id);
  for (let type = kernel.type(at); at !== end; type = kernel.type(at)) {
    if (type.kind === "typedef") named = at;
    invariant("type" in type, "object", "modifier without a type");
    at = type.type;
  }
  const type = kernel.type(end);
  if ("name" in type && type.name !== "" && type.kind !== "int" && type.kind !== "float") return end;
  return named ?? end;
}

function localize(kernel: Btf, reference: CoreReference, uses: Uses, emitter: Emitter): LocalReference {
  const type = emitter.root(reference.type);
  const rank = (id: TypeId, index: number): number => sorted(uses, id).indexOf(index);
  if (isEnumValue(reference)) {
    return { type, access: `${rank(resolve(kernel, reference.type), reference.access[0] ?? 0)}` };
  }
  const path = [reference.access[0] ?? 0];
  walk(kernel, reference, (step) => {
    path.push(step.kind === "member" ? rank(step.owner, step.index) : step.index);
  });
  return { type, access: path.join(":") };
}

function sorted(uses: Uses, id: TypeId): readonly number[] {
  return [...(uses.get(id) ?? [])].sort((a, b) => a - b);
}

class Emitter {
  #builder: BtfBuilder;
  #kernel: Btf;
  #uses: Uses;
  #done = new Map<TypeId, TypeId>();

  constructor(builder: BtfBuilder, kernel: Btf, uses: Uses) {
    this.#builder = builder;
    this.#kernel = kernel;
    this.#uses = uses;
  }

  root(id: TypeId): TypeId {
    const root = rootOf(this.#kernel, id);
    const type = this.#kernel.type(root);
    if (type.kind !== "typedef") return this.#type(root);
    return this.#builder.add({ ...type, type: this.#type(resolve(this.#kernel, type.type)) });
  }

  /** A resolved type with no more than what is used of it. */
  #type(id: TypeId): TypeId {
    const known = this.#done.get(id);
    if (known !== undefined) return known;
    const local = this.#builder.add(this.#shape(id, this.#kernel.type(id)));
    this.#done.set(id, local);
    return local;
  }

  #shape(id: TypeId, type: BtfType): BtfType {
    switch (type.kind) {
      case "struct":
      case "union": {
        // A struct holds itself only through pointers, which end here: no cycle.
        const members = sorted(this.#uses, id).flatMap((index) => {
          const member = type.members[index];
          return member === undefined ? [] : [{ ...member, type: this.#type(resolve(this.#kernel, member.type)) }];
        });
        return { ...type, members };
      }
      case "enum":
      case "enum64":
        return { ...type, values: sorted(this.#uses, id).flatMap((index) => type.values[index] ?? []) };
      case "ptr":
        return { kind: "ptr", type: VOID };
      case "array":
        return {
          kind: "array",
          type: this.#type(resolve(this.#kernel, type.type)),
          indexType: this.#builder.int("__ARRAY_SIZE_TYPE__", 4, false),
          length: type.length,
        };
      case "int":
      case "float":
      case "fwd":
        return type;
      default: {
        const size = sizeOf(this.#kernel, id) ?? 0;
        invariant(size > 0, "object", `a ${type.kind} cannot be relocated`);
        return { kind: "int", name: "char", size: 1, bits: 8, bitOffset: 0, signed: true, encoding: "none" };
      }
    }
  }
}
