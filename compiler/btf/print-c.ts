/**
 * BTF types as C text, laid out as libbpf's btf_dump does (so as `bpftool btf dump … format c` and `bpftrace -lv` do):
 * tabs, pointer stars at the name, explicit padding as unnamed bit-fields, `__attribute__((packed))`.
 */
import { unreachable } from "../util/assert.ts";
import { BtfError } from "./error.ts";
import { alignOf, sizeOf } from "./layout.ts";
import type { Btf, BtfMember, BtfType, TypeId } from "./types.ts";

type Enum = Extract<BtfType, { kind: "enum" | "enum64" }>;
type Struct = Extract<BtfType, { kind: "struct" | "union" }>;

const MAX_DEPTH = 128;

/** The definition of a struct, union, enum or typedef, or a function's prototype, with its final `;`. */
export function printDefinition(btf: Btf, id: TypeId): string {
  const type = btf.type(id);
  switch (type.kind) {
    case "struct":
    case "union":
      return `${structBody(btf, type, id, 0)};`;
    case "enum":
    case "enum64":
      return `${enumBody(type, 0)};`;
    case "typedef":
      return `typedef ${declare(btf, type.type, type.name)};`;
    case "func":
      return `${declare(btf, type.type, type.name)};`;
    case "var":
      return `${declare(btf, type.type, type.name)};`;
    default:
      return `${declare(btf, id, "")};`;
  }
}

/** A type's name: "struct task_struct *", "const char *", "int (*)(void *)". */
export function printTypeName(btf: Btf, id: TypeId): string {
  return declare(btf, id, "");
}

/** A parameter as probe listings show it: the type, a space, the name: "struct task_struct * p". */
export function printParameter(btf: Btf, id: TypeId, name: string): string {
  return `${declare(btf, id, "")} ${name}`;
}

/** A declaration of `name` with that type: "char comm[16]", "struct list_head *next". */
export function declare(btf: Btf, id: TypeId, name: string, level = 0): string {
  if (level > MAX_DEPTH) throw new BtfError(`type ${id}: nested too deep`);
  return chain(btf, declarators(btf, id), name, level);
}

/** The type and what it is made of, outermost first, ending in a type with a name (or void, or an inline body). */
function declarators(btf: Btf, id: TypeId): { readonly id: TypeId; readonly type: BtfType }[] {
  const stack: { readonly id: TypeId; readonly type: BtfType }[] = [];
  let at = id;
  for (;;) {
    const type = btf.type(at);
    stack.push({ id: at, type });
    if (stack.length > MAX_DEPTH) throw new BtfError(`type ${id}: modifiers in a circle`);
    switch (type.kind) {
      case "ptr":
      case "volatile":
      case "const":
      case "restrict":
      case "type_tag":
      case "array":
        at = type.type;
        break;
      case "func_proto":
        at = type.returns;
        break;
      default:
        return stack;
    }
  }
}

/** Consumes the stack from the innermost type outwards, C's inside-out syntax in one pass. */
function chain(
  btf: Btf,
  stack: { readonly id: TypeId; readonly type: BtfType }[],
  name: string,
  level: number,
): string {
  let text = "";
  let afterPointer = true; // nothing before: no space wanted
  const withName = (): string => `${text}${name !== "" && !afterPointer ? " " : ""}${name}`;
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { id, type } = top;
    switch (type.kind) {
      case "ptr":
        text += afterPointer ? "*" : " *";
        break;
      case "volatile":
      case "const":
      case "restrict":
        text += ` ${type.kind}`;
        break;
      case "type_tag":
        break; // __user, __rcu, __percpu: no part of the type for a script
      case "array": {
        takeModifiers(stack);
        if (stack.length === 0) return `${withName()}[${type.length}]`;
        const many = stack.at(-1)?.type.kind === "array";
        const inner = chain(btf, stack, name, level);
        return `${text}${name !== "" && !afterPointer ? " " : ""}${many ? inner : `(${inner})`}[${type.length}]`;
      }
      case "func_proto": {
        takeModifiers(stack);
        const callee = stack.length > 0 ? `${text} (${chain(btf, stack, name, level)})` : withName();
        return `${callee}(${parameters(btf, type, level)})`;
      }
      default:
        text += `${takeModifiers(stack)}${baseName(btf, id, type, level)}`;
    }
    if (type.kind !== "type_tag") afterPointer = type.kind === "ptr";
  }
  return withName();
}

function parameters(btf: Btf, type: Extract<BtfType, { kind: "func_proto" }>, level: number): string {
  const list = type.params.map((param) => declare(btf, param.type, param.name, level + 1));
  if (type.variadic) list.push("...");
  return list.length === 0 ? "void" : list.join(", ");
}

/** Removes the modifiers on top of the stack: those of the type printed next. */
function takeModifiers(stack: { readonly type: BtfType }[]): string {
  let text = "";
  for (let top = stack.at(-1)?.type; top !== undefined; top = stack.at(-1)?.type) {
    if (top.kind === "volatile" || top.kind === "const" || top.kind === "restrict") text += `${top.kind} `;
    else if (top.kind !== "type_tag") break;
    stack.pop();
  }
  return text;
}

function baseName(btf: Btf, id: TypeId, type: BtfType, level: number): string {
  switch (type.kind) {
    case "void":
      return "void";
    case "int":
    case "float":
    case "typedef":
      return type.name;
    case "struct":
    case "union":
      return type.name === "" ? structBody(btf, type, id, level) : `${type.kind} ${type.name}`;
    case "enum":
    case "enum64":
      return type.name === "" ? enumBody(type, level) : `enum ${type.name}`;
    case "fwd":
      return `${type.union ? "union" : "struct"} ${type.name}`;
    case "func":
    case "var":
    case "datasec":
    case "decl_tag":
      return type.name;
    case "ptr":
    case "array":
    case "volatile":
    case "const":
    case "restrict":
    case "type_tag":
    case "func_proto":
      return "";
    default:
      return unreachable(type);
  }
}

function enumBody(type: Enum, level: number): string {
  const head = type.name === "" ? "enum" : `enum ${type.name}`;
  if (type.values.length === 0) return head;
  const suffix = type.kind === "enum" ? "" : type.signed ? "LL" : "ULL";
  const values = type.values.map(({ name, value }) => `\n${tabs(level + 1)}${name} = ${value}${suffix},`);
  const mode = type.size === 1 ? " __attribute__((mode(byte)))" : "";
  return `${head} {${values.join("")}\n${tabs(level)}}${mode}`;
}

function structBody(btf: Btf, type: Struct, id: TypeId, level: number): string {
  if (level > MAX_DEPTH) throw new BtfError(`type ${id}: a struct inside itself`);
  const packed = type.kind === "struct" && isPacked(btf, type);
  let text = type.name === "" ? `${type.kind} {` : `${type.kind} ${type.name} {`;
  let offset = 0;
  let afterBitField = false;
  for (const member of type.members) {
    const align = packed ? 1 : alignOf(btf, member.type);
    text += padding(offset, member.bitOffset, align, afterBitField && member.bitSize !== 0, level + 1);
    text += `\n${tabs(level + 1)}${declare(btf, member.type, member.name, level + 1)}`;
    text += member.bitSize !== 0 ? `: ${member.bitSize};` : ";";
    offset = endOf(btf, member);
    afterBitField = member.bitSize !== 0;
  }
  if (type.kind === "struct") text += padding(offset, type.size * 8, packed ? 1 : alignOf(btf, id), false, level + 1);
  text += type.members.length > 0 || type.size > 0 ? `\n${tabs(level)}}` : "}";
  return packed ? `${text} __attribute__((packed))` : text;
}

function endOf(btf: Btf, member: BtfMember): number {
  return member.bitOffset + (member.bitSize !== 0 ? member.bitSize : (sizeOf(btf, member.type) ?? 0) * 8);
}

function isPacked(btf: Btf, type: Struct): boolean {
  let most = 1;
  for (const member of type.members) {
    const align = alignOf(btf, member.type);
    if (member.bitSize === 0 && member.bitOffset % (align * 8) !== 0) return true;
    most = Math.max(most, align);
  }
  return type.size % most !== 0;
}

const PADS = [
  { name: "long", bits: 64 },
  { name: "int", bits: 32 },
  { name: "short", bits: 16 },
  { name: "char", bits: 8 },
] as const;

/**
 * Unnamed bit-fields that move a C compiler from one bit offset to another where natural alignment would not.
 * The rules, and which type is used where, are those of libbpf's btf_dump_emit_bit_padding (src/btf_dump.c).
 */
function padding(from: number, to: number, nextAlign: number, inBitField: boolean, level: number): string {
  if (from >= to) return "";
  const line = (name: string, bits: number): string => `\n${tabs(level)}${name}: ${bits};`;
  const pad = PADS.find(({ bits }) => roundUp(from, bits) <= to) ?? { name: "char", bits: 8 };
  const aligned = roundUp(from, pad.bits);
  let text = "";
  let at = from;
  if (aligned > at && aligned <= to) {
    const markNeeded =
      inBitField ||
      (aligned === to && roundUp(at, nextAlign * 8) !== aligned) ||
      (aligned !== to && to - aligned <= aligned - at);
    if (markNeeded) text += line(pad.name, inBitField ? aligned - at : 0);
    at = aligned;
  }
  const whole = Math.floor((to - at) / pad.bits);
  if (whole > 4096) throw new BtfError(`${to - from} bits of padding`);
  text += line(pad.name, pad.bits).repeat(whole);
  const rest = to - at - whole * pad.bits;
  if (rest > 0) text += line(PADS.findLast(({ bits }) => bits >= rest)?.name ?? "long", rest);
  return text;
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
function tabs(level: number): string {
  return "\t".repeat(level);
}
