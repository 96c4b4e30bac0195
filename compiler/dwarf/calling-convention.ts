/**
 * Where parameters are when a function is entered: System V ABI of x86-64 (section 3.2.3, "Parameter Passing"), and the
 * procedure call standard of AArch64 (section 6.8.2). Types that are passed in floating-point registers are hidden from
 * probes, which see general registers only.
 */
import type { Btf, TypeId } from "../btf/types.ts";
import type { ParameterPlace } from "../types/binary.ts";
import { resolve } from "../types/from-btf.ts";

export type Passed = {
  readonly type: TypeId;
  /** A class of C++ that only its own constructor copies: its address is passed. */
  readonly byReference: boolean;
};

/** What one or two eightbytes of a value are; memory: it is passed on the stack whatever its size. */
type Classes = readonly ("integer" | "float")[] | "memory";

const HIDDEN: ParameterPlace = {
  kind: "hidden",
  why: "floating-point arguments are in registers that probes do not see",
};
const EMPTY: ParameterPlace = { kind: "hidden", why: "it takes no bytes" };

export function placeParameters(
  arch: "x86_64" | "aarch64",
  btf: Btf,
  returns: Passed,
  parameters: readonly Passed[],
): readonly ParameterPlace[] {
  return arch === "x86_64" ? placeX86(btf, returns, parameters) : placeArm(btf, parameters);
}

function placeX86(btf: Btf, returns: Passed, parameters: readonly Passed[]): readonly ParameterPlace[] {
  // A result in memory: the caller says where, before all arguments.
  let integers = returns.byReference || isReturnedInMemory(btf, returns.type) ? 1 : 0;
  let floats = 0;
  let stack = 0;
  const onStack = (size: number, align: number): ParameterPlace => {
    const offset = Math.ceil(stack / align) * align;
    stack = offset + Math.ceil(size / 8) * 8;
    return { kind: "stack", offset };
  };
  return parameters.map(({ type, byReference }) => {
    const size = byReference ? 8 : sizeOf(btf, type);
    const classes = byReference ? (["integer"] as const) : classify(btf, type);
    if (size === 0) return EMPTY;
    const wanted = classes === "memory" ? 0 : classes.filter((one) => one === "integer").length;
    const wantedFloats = classes === "memory" ? 0 : classes.length - wanted;
    if (classes === "memory" || integers + wanted > 6 || floats + wantedFloats > 8) {
      const place = onStack(size, alignOf(btf, type) > 8 ? 16 : 8);
      return byReference ? { kind: "reference", at: place } : place;
    }
    floats += wantedFloats;
    if (wantedFloats > 0) {
      integers += wanted;
      return HIDDEN;
    }
    const first = integers;
    integers += wanted;
    const place: ParameterPlace = { kind: "registers", indices: classes.map((_, i) => first + i) };
    return byReference ? { kind: "reference", at: place } : place;
  });
}

function placeArm(btf: Btf, parameters: readonly Passed[]): readonly ParameterPlace[] {
  let integers = 0;
  let floats = 0;
  let stack = 0;
  const next = (words: number, align: number): ParameterPlace => {
    if (align > 8 && integers % 2 === 1) integers += 1;
    if (integers + words <= 8) {
      const indices = Array.from({ length: words }, (_, i) => integers + i);
      integers += words;
      return { kind: "registers", indices };
    }
    integers = 8;
    const offset = align > 8 ? Math.ceil(stack / 16) * 16 : stack;
    stack = offset + words * 8;
    return { kind: "stack", offset };
  };
  return parameters.map(({ type, byReference }) => {
    const size = sizeOf(btf, type);
    if (byReference) return { kind: "reference", at: next(1, 8) };
    if (size === 0) return EMPTY;
    const same = floatMembers(btf, type, 0);
    if (same !== undefined && same.count >= 1 && same.count <= 4) {
      if (floats + same.count <= 8) {
        floats += same.count;
        return HIDDEN;
      }
      floats = 8;
      const offset = alignOf(btf, type) > 8 ? Math.ceil(stack / 16) * 16 : stack;
      stack = offset + Math.ceil(size / 8) * 8;
      return { kind: "stack", offset };
    }
    if (size > 16) return { kind: "reference", at: next(1, 8) };
    return next(Math.ceil(size / 8), alignOf(btf, type));
  });
}

/** Members of one floating-point type and nothing else, as AArch64 asks; undefined: it is something else. */
function floatMembers(
  btf: Btf,
  id: TypeId,
  depth: number,
): { readonly size: number; readonly count: number } | undefined {
  const { type } = resolve(btf, id);
  if (depth > 8) return undefined;
  if (type.kind === "float") {
    const complex = type.name.includes("complex");
    return complex ? { size: type.size / 2, count: 2 } : { size: type.size, count: 1 };
  }
  if (type.kind === "array") {
    const one = floatMembers(btf, type.type, depth + 1);
    return one === undefined || type.length > 4 ? undefined : { size: one.size, count: one.count * type.length };
  }
  if (type.kind !== "struct" && type.kind !== "union") return undefined;
  let size = 0;
  let count = 0;
  for (const member of type.members.slice(0, 8)) {
    const one = floatMembers(btf, member.type, depth + 1);
    if (one === undefined || (size !== 0 && one.size !== size)) return undefined;
    size = one.size;
    count = type.kind === "union" ? Math.max(count, one.count) : count + one.count;
  }
  return type.members.length > 8 || count === 0 ? undefined : { size, count };
}

function classify(btf: Btf, id: TypeId): Classes {
  const { type } = resolve(btf, id);
  if (type.kind === "int") return type.size > 8 ? ["integer", "integer"] : ["integer"];
  if (type.kind === "float") return floatClasses(type.name, type.size);
  if (type.kind !== "struct" && type.kind !== "union") return type.kind === "array" ? ["float"] : ["integer"];
  if (type.size > 16) return "memory";
  const classes: ("integer" | "float" | undefined)[] = Array.from({ length: Math.ceil(type.size / 8) });
  if (!classifyInto(btf, id, 0, classes, 0)) return "memory";
  return classes.map((one) => one ?? "float");
}

function floatClasses(name: string, size: number): Classes {
  if (/long double/.test(name)) return "memory";
  return name.includes("complex") && size === 16 ? ["float", "float"] : ["float"];
}

/** A long double is passed in memory, but returned in a register of its own; so is a struct that is nothing else. */
function isReturnedInMemory(btf: Btf, id: TypeId): boolean {
  const { type } = resolve(btf, id);
  if ((type.kind !== "struct" && type.kind !== "union") || type.size === 0) return false;
  const [first] = type.members;
  const inner = first === undefined ? undefined : resolve(btf, first.type).type;
  if (type.size === 16 && inner?.kind === "float" && inner.size === 16) return false;
  return classify(btf, id) === "memory";
}

/** Merges what lies at an offset into the classes of a struct's eightbytes; false: it makes the whole a thing of memory. */
function classifyInto(
  btf: Btf,
  id: TypeId,
  offset: number,
  classes: ("integer" | "float" | undefined)[],
  depth: number,
): boolean {
  const { type } = resolve(btf, id);
  if (depth > 16) return false;
  switch (type.kind) {
    case "struct":
    case "union":
      return type.members.every((member) => {
        if (member.bitSize > 0) {
          for (const bit of [member.bitOffset, member.bitOffset + member.bitSize - 1])
            classes[Math.floor((offset + bit / 8) / 8)] = "integer";
          return true;
        }
        return classifyInto(btf, member.type, offset + member.bitOffset / 8, classes, depth + 1);
      });
    case "array": {
      const size = sizeOf(btf, type.type);
      for (let i = 0; i < Math.min(type.length, 16); i++)
        if (!classifyInto(btf, type.type, offset + i * size, classes, depth + 1)) return false;
      return true;
    }
    case "float": {
      if (floatClasses(type.name, type.size) === "memory" || offset % Math.min(8, type.size) !== 0) return false;
      const at = Math.floor(offset / 8);
      classes[at] ??= "float";
      return true;
    }
    default: {
      const size = Math.max(1, sizeOf(btf, id));
      if (offset % size !== 0) return false;
      for (let at = Math.floor(offset / 8); at * 8 < offset + size; at++) classes[at] = "integer";
      return true;
    }
  }
}

function sizeOf(btf: Btf, id: TypeId): number {
  const { type } = resolve(btf, id);
  switch (type.kind) {
    case "int":
    case "float":
    case "struct":
    case "union":
    case "enum":
    case "enum64":
      return type.size;
    case "array":
      return type.length * sizeOf(btf, type.type);
    case "void":
    case "fwd":
      return 0;
    default:
      return 8;
  }
}

/** 16 for what is aligned so; else 8, which is enough to know. */
function alignOf(btf: Btf, id: TypeId, depth = 0): number {
  const { type } = resolve(btf, id);
  if (type.kind === "int" || type.kind === "float")
    return type.size === 16 && !type.name.startsWith("complex double") ? 16 : 8;
  if (type.kind === "array") return alignOf(btf, type.type, depth + 1);
  if ((type.kind !== "struct" && type.kind !== "union") || depth > 16) return 8;
  return type.members.some((member) => alignOf(btf, member.type, depth + 1) > 8) ? 16 : 8;
}
