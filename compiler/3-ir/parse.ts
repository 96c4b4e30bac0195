/**
 * Reads the text form that print.ts writes. For tests and tools: a mistake throws IrSyntaxError with its line.
 *
 * Spans, where present, are read back; comments run from "#" to the end of the line. Names such as "s0" or "b1" carry
 * their numbers, so that text and data name the same things.
 */
import { CORE_KINDS, type CoreReference } from "../ebpf/insn.ts";
import type { HelperName } from "../lang/helpers.ts";
import { helpers } from "../lang/helpers.ts";
import { branded } from "../util/brand.ts";
import { blockId, definedBy, slotId } from "./edit.ts";
import type {
  BinaryOp,
  Block,
  BlockId,
  Bytes,
  CompareOp,
  Function as Fn,
  Inst,
  Jump,
  Memory,
  Slot,
  Terminator,
  TracepointUse,
  ValueId,
} from "./ir.ts";
import { IrSyntaxError, Lines, type Tokens } from "./parse-lines.ts";

export { IrSyntaxError } from "./parse-lines.ts";

const BINARY: readonly BinaryOp[] = ["add", "sub", "mul", "udiv", "umod", "and", "or", "xor", "shl", "shr", "sar"];
const COMPARE: readonly CompareOp[] = ["eq", "ne", "ult", "ule", "ugt", "uge", "slt", "sle", "sgt", "sge", "set"];
const MEMORY: readonly Memory[] = ["context", "stack", "map", "record", "data", "kernel", "any"];
const KINDS: readonly Fn["kind"][] = ["program", "callback", "subprogram"];

/** The functions of a text, in order. */
export function parseFunctions(text: string): Fn[] {
  const lines = new Lines(text);
  const out: Fn[] = [];
  while (!lines.done) out.push(parseFunction(lines));
  return out;
}

function parseFunction(lines: Lines): Fn {
  const head = lines.next();
  head.expect("function");
  const name = head.next("a name");
  const kind = head.oneOf(KINDS, "function kind");
  const count = head.number();
  head.expect("{");
  const slots: Slot[] = [];
  while (lines.peek.startsWith("slot ")) {
    const line = lines.next();
    line.expect("slot");
    const id = slotId(line.numbered("s"));
    const slotName = line.text();
    const size = line.number();
    line.expect("align");
    slots.push({ id, size, align: line.size([1, 2, 4, 8]), name: slotName });
  }
  const blocks = new Map<BlockId, Block>();
  let entry: BlockId | undefined;
  while (lines.peek !== "}") {
    const block = parseBlock(lines);
    if (blocks.has(block.id)) throw new IrSyntaxError(`block b${block.id} is there twice`);
    entry ??= block.id;
    blocks.set(block.id, block);
  }
  lines.next();
  if (entry === undefined) throw new IrSyntaxError(`function ${name} has no block`);
  let nextValue = 0;
  let nextBlock = 0;
  for (const block of blocks.values()) {
    nextBlock = Math.max(nextBlock, block.id + 1);
    for (const param of block.params) nextValue = Math.max(nextValue, param + 1);
    for (const inst of block.insts) nextValue = Math.max(nextValue, (definedBy(inst) ?? -1) + 1);
  }
  return { name, kind, arguments: count, entry, blocks, slots, nextValue, nextBlock };
}

function parseBlock(lines: Lines): Block {
  const head = lines.next();
  const id = blockId(head.numbered("b"));
  const params = head.accept("(") ? head.values(")") : [];
  head.expect(":");
  const insts: Inst[] = [];
  for (;;) {
    const line = lines.next();
    const end = parseEnd(line);
    if (end !== undefined) return { id, params, insts, end };
    insts.push(parseInst(line));
  }
}

function parseJump(line: Tokens): Jump {
  const to = blockId(line.numbered("b"));
  return { to, args: line.accept("(") ? line.values(")") : [] };
}

function parseEnd(line: Tokens): Terminator | undefined {
  if (line.accept("jump")) {
    const target = parseJump(line);
    return { kind: "jump", target, span: parseSpan(line) };
  }
  if (line.accept("return")) {
    const value = line.value();
    return { kind: "return", value, span: parseSpan(line) };
  }
  const width = line.accept("branch") ? 64 : line.accept("branch32") ? 32 : undefined;
  if (width === undefined) return undefined;
  const op = line.oneOf(COMPARE, "comparison");
  const left = line.value();
  line.expect(",");
  const right = line.value();
  line.expect("then");
  const yes = parseJump(line);
  line.expect("else");
  const no = parseJump(line);
  const unlikely = line.accept("unlikely") ? line.oneOf(["then", "else"] as const, "side") : undefined;
  return { kind: "branch", op, width, left, right, then: yes, else: no, unlikely, span: parseSpan(line) };
}

function parseSpan(line: Tokens): Inst["span"] {
  let span: Inst["span"];
  if (line.accept("@")) {
    const [start, end] = line.next("a span").split("..").map(Number);
    span = { start: start ?? 0, end: end ?? 0 };
  }
  if (!line.done) line.fail(`"${line.peek()}" is too much`);
  return span;
}

function parseAccess(line: Tokens): { readonly base: ValueId; readonly offset: number } {
  const base = line.value();
  const negative = line.accept("-");
  if (!negative) line.expect("+");
  const offset = line.number();
  return { base, offset: negative ? -offset : offset };
}

function parseBytes(line: Tokens): Bytes {
  if (line.accept("memory")) {
    const at = parseAccess(line);
    line.expect(",");
    return { kind: "memory", base: at.base, offset: at.offset, size: line.number() };
  }
  line.expect("scalars");
  const size = line.number();
  line.expect("{");
  const parts: { offset: number; size: 1 | 2 | 4 | 8; value: ValueId }[] = [];
  while (!line.accept("}")) {
    if (parts.length > 0) line.expect(";");
    const offset = line.number();
    const type = line.type();
    parts.push({ offset, size: type.size, value: line.value() });
  }
  return { kind: "scalars", size, parts };
}

function parseCore(line: Tokens): CoreReference {
  const kind = line.oneOf(CORE_KINDS, "CO-RE kind");
  const type = branded<CoreReference["type"]>(line.number());
  const access = line.next("an access path").split(":").map(Number);
  return { kind, type, access, text: line.text() };
}

function parseTracepoint(line: Tokens): TracepointUse | undefined {
  if (!line.accept("tracepoint")) return undefined;
  const category = line.text();
  const event = line.text();
  const field = line.text();
  const offset = line.number();
  return { category, event, field, offset, size: line.number() };
}

const helperNames = (): readonly HelperName[] => helpers.map((row) => row.name);

function parseInst(line: Tokens): Inst {
  if (line.accept("store")) return parseStore(line, "store");
  if (line.accept("atomic-add")) return parseStore(line, "atomic-add");
  if (line.accept("zero")) {
    const { base, offset } = parseAccess(line);
    line.expect(",");
    const size = line.number();
    const memory = line.oneOf(MEMORY, "memory");
    return { kind: "zero", base, offset, size, memory, span: parseSpan(line) };
  }
  if (line.accept("copy")) {
    const to = parseAccess(line);
    line.expect(",");
    const from = parseAccess(line);
    line.expect(",");
    const size = line.number();
    line.expect("align");
    const align = line.size([1, 2, 4, 8]);
    const memory = line.oneOf(MEMORY, "memory");
    const places = { to: to.base, toOffset: to.offset, from: from.base, fromOffset: from.offset };
    return { kind: "copy", ...places, size, align, memory, span: parseSpan(line) };
  }
  const dst = line.value();
  line.expect("=");
  return parseDefinition(line, dst);
}

function parseStore(line: Tokens, kind: "store" | "atomic-add"): Inst {
  const { size } = line.type();
  const { base, offset } = parseAccess(line);
  line.expect(",");
  const value = line.value();
  const memory = line.oneOf(MEMORY, "memory");
  if (kind === "store") return { kind, base, offset, size, value, memory, span: parseSpan(line) };
  if (size !== 4 && size !== 8) return line.fail("an atomic addition takes u32 or u64");
  return { kind, base, offset, size, value, memory, span: parseSpan(line) };
}

function parseDefinition(line: Tokens, dst: ValueId): Inst {
  const word = line.next("an operation");
  const op = BINARY.find((name) => name === word);
  if (op !== undefined) {
    const left = line.value();
    line.expect(",");
    const right = line.value();
    return { kind: "binary", dst, op, left, right, span: parseSpan(line) };
  }
  switch (word) {
    case "const": {
      const value = line.big();
      return { kind: "const", dst, value, span: parseSpan(line) };
    }
    case "core-value": {
      const value = line.big();
      line.expect("core");
      const reference = parseCore(line);
      return { kind: "core", dst, reference, value, span: parseSpan(line) };
    }
    case "compare": {
      const compare = line.oneOf(COMPARE, "comparison");
      const left = line.value();
      line.expect(",");
      const right = line.value();
      return { kind: "compare", dst, op: compare, left, right, span: parseSpan(line) };
    }
    case "negate": {
      const value = line.value();
      return { kind: "negate", dst, value, span: parseSpan(line) };
    }
    case "extend": {
      const { signed, size } = line.type();
      if (size === 8) return line.fail("extend takes 8, 16 or 32 bits");
      const bits = size === 1 ? 8 : size === 2 ? 16 : 32;
      const value = line.value();
      return { kind: "extend", dst, bits, signed, value, span: parseSpan(line) };
    }
    case "swap": {
      const bits = line.size([16, 32, 64]);
      const value = line.value();
      return { kind: "swap", dst, bits, value, span: parseSpan(line) };
    }
    case "context":
      return { kind: "context", dst, span: parseSpan(line) };
    case "argument": {
      const index = line.number();
      return { kind: "argument", dst, index, span: parseSpan(line) };
    }
    case "slot": {
      const slot = slotId(line.numbered("s"));
      line.expect("+");
      const offset = line.number();
      return { kind: "slot", dst, slot, offset, span: parseSpan(line) };
    }
    case "map": {
      const map = line.text();
      return { kind: "map", dst, map, span: parseSpan(line) };
    }
    case "data": {
      const section = line.oneOf([".bss", ".rodata"] as const, "section");
      line.expect("+");
      const offset = line.number();
      return { kind: "data", dst, section, offset, span: parseSpan(line) };
    }
    case "function": {
      const name = line.text();
      return { kind: "function", dst, name, span: parseSpan(line) };
    }
    case "load": {
      const { signed, size } = line.type();
      const { base, offset } = parseAccess(line);
      const memory = line.oneOf(MEMORY, "memory");
      const core = line.accept("core") ? parseCore(line) : undefined;
      const tracepoint = parseTracepoint(line);
      return { kind: "load", dst, base, offset, size, signed, memory, core, tracepoint, span: parseSpan(line) };
    }
    default:
      return parseCall(line, dst, word);
  }
}

function parseCall(line: Tokens, dst: ValueId, word: string): Inst {
  switch (word) {
    case "map-lookup":
    case "map-delete": {
      const map = line.text();
      const key = parseBytes(line);
      return { kind: word, dst, map, key, span: parseSpan(line) };
    }
    case "map-update": {
      const map = line.text();
      const key = parseBytes(line);
      line.expect(",");
      const value = parseBytes(line);
      line.expect(",");
      line.expect("flags");
      const flags = line.number();
      return { kind: "map-update", dst, map, key, value, flags, span: parseSpan(line) };
    }
    case "call": {
      const helper = line.oneOf(helperNames(), "helper");
      line.expect("(");
      const args = line.values(")");
      const pure = line.accept("pure");
      const reads = line.accept("reads") ? line.oneOf(MEMORY, "memory") : undefined;
      const writes = line.accept("writes") ? line.oneOf(MEMORY, "memory") : undefined;
      return { kind: "call", dst, helper, args, pure, reads, writes, span: parseSpan(line) };
    }
    case "call-function": {
      const name = line.text();
      line.expect("(");
      const args = line.values(")");
      return { kind: "call-function", dst, name, args, span: parseSpan(line) };
    }
    default:
      return line.fail(`"${word}" is no operation`);
  }
}
