/**
 * The text form of the intermediate form: what `--emit ir` shows, and what pass tests are written in.
 *
 *     function kprobe_vfs_read_1 program 0 {
 *       slot s0 "key" 4 align 4
 *     b0:
 *       v0 = const 0
 *       v1 = map-lookup "AT_" scalars 4 { 0 u32 v0 }
 *       branch eq v1, v0 then b2 else b1 unlikely then
 *     b1:
 *       v2 = load u64 v1 + 0 map
 *       …
 *     b2:
 *       return v0
 *     }
 *
 * parse.ts reads exactly this; spans ("@12..20" at the end of a line) are printed only when asked for.
 */
import type { CoreReference } from "../ebpf/insn.ts";
import { unreachable } from "../util/assert.ts";
import type { Block, Bytes, Function as Fn, Inst, Jump, Module, Terminator, TracepointUse } from "./ir.ts";

export type PrintOptions = { readonly spans: boolean };
const PLAIN: PrintOptions = { spans: false };

/** All functions of a module, one after another. */
export function printModule(module: Module, options: PrintOptions = PLAIN): string {
  return module.functions.map((fn) => printFunction(fn, options)).join("\n");
}

export function printFunction(fn: Fn, options: PrintOptions = PLAIN): string {
  const lines = [`function ${fn.name} ${fn.kind} ${fn.arguments} {`];
  for (const slot of fn.slots) {
    lines.push(`  slot s${slot.id} ${JSON.stringify(slot.name)} ${slot.size} align ${slot.align}`);
  }
  for (const block of fn.blocks.values()) for (const line of printBlock(block, options)) lines.push(line);
  lines.push("}", "");
  return lines.join("\n");
}

function printBlock(block: Block, options: PrintOptions): string[] {
  const params = block.params.length === 0 ? "" : `(${list(block.params)})`;
  const at = (node: Inst | Terminator): string =>
    options.spans && node.span !== undefined ? ` @${node.span.start}..${node.span.end}` : "";
  return [
    `b${block.id}${params}:`,
    ...block.insts.map((inst) => `  ${printInst(inst)}${at(inst)}`),
    `  ${printEnd(block.end)}${at(block.end)}`,
  ];
}

const list = (values: readonly number[]): string => values.map((value) => `v${value}`).join(", ");
const access = (base: number, offset: number): string => `v${base} ${offset < 0 ? "-" : "+"} ${Math.abs(offset)}`;

function bytes(value: Bytes): string {
  if (value.kind === "memory") return `memory ${access(value.base, value.offset)}, ${value.size}`;
  const parts = value.parts.map((part) => `${part.offset} u${part.size * 8} v${part.value}`);
  return `scalars ${value.size} { ${parts.join("; ")}${parts.length === 0 ? "" : " "}}`;
}

function core(reference: CoreReference | undefined): string {
  if (reference === undefined) return "";
  return ` core ${reference.kind} ${reference.type} ${reference.access.join(":")} ${JSON.stringify(reference.text)}`;
}

function tracepoint(use: TracepointUse | undefined): string {
  if (use === undefined) return "";
  const names = [use.category, use.event, use.field].map((name) => JSON.stringify(name)).join(" ");
  return ` tracepoint ${names} ${use.offset} ${use.size}`;
}

/** One instruction, without its span. */
export function printInst(inst: Inst): string {
  switch (inst.kind) {
    case "const":
      return `v${inst.dst} = const ${inst.value}`;
    case "core":
      return `v${inst.dst} = core-value ${inst.value}${core(inst.reference)}`;
    case "binary":
      return `v${inst.dst} = ${inst.op} ${list([inst.left, inst.right])}`;
    case "compare":
      return `v${inst.dst} = compare ${inst.op} ${list([inst.left, inst.right])}`;
    case "negate":
      return `v${inst.dst} = negate v${inst.value}`;
    case "extend":
      return `v${inst.dst} = extend ${inst.signed ? "s" : "u"}${inst.bits} v${inst.value}`;
    case "swap":
      return `v${inst.dst} = swap ${inst.bits} v${inst.value}`;
    case "context":
      return `v${inst.dst} = context`;
    case "argument":
      return `v${inst.dst} = argument ${inst.index}`;
    case "slot":
      return `v${inst.dst} = slot s${inst.slot} + ${inst.offset}`;
    case "map":
      return `v${inst.dst} = map ${JSON.stringify(inst.map)}`;
    case "data":
      return `v${inst.dst} = data ${inst.section} + ${inst.offset}`;
    case "function":
      return `v${inst.dst} = function ${JSON.stringify(inst.name)}`;
    case "load": {
      const type = `${inst.signed ? "s" : "u"}${inst.size * 8}`;
      const head = `v${inst.dst} = load ${type} ${access(inst.base, inst.offset)} ${inst.memory}`;
      return `${head}${core(inst.core)}${tracepoint(inst.tracepoint)}`;
    }
    case "store":
    case "atomic-add":
      return `${inst.kind} u${inst.size * 8} ${access(inst.base, inst.offset)}, v${inst.value} ${inst.memory}`;
    case "zero":
      return `zero ${access(inst.base, inst.offset)}, ${inst.size} ${inst.memory}`;
    case "copy": {
      const to = access(inst.to, inst.toOffset);
      const from = access(inst.from, inst.fromOffset);
      return `copy ${to}, ${from}, ${inst.size} align ${inst.align} ${inst.memory}`;
    }
    case "map-lookup":
    case "map-delete":
      return `v${inst.dst} = ${inst.kind} ${JSON.stringify(inst.map)} ${bytes(inst.key)}`;
    case "map-update": {
      const head = `v${inst.dst} = map-update ${JSON.stringify(inst.map)}`;
      return `${head} ${bytes(inst.key)}, ${bytes(inst.value)}, flags ${inst.flags}`;
    }
    case "call": {
      const pure = inst.pure ? " pure" : "";
      const reads = inst.reads === undefined ? "" : ` reads ${inst.reads}`;
      const writes = inst.writes === undefined ? "" : ` writes ${inst.writes}`;
      return `v${inst.dst} = call ${inst.helper}(${list(inst.args)})${pure}${reads}${writes}`;
    }
    case "call-function":
      return `v${inst.dst} = call-function ${JSON.stringify(inst.name)}(${list(inst.args)})`;
    default:
      return unreachable(inst);
  }
}

function jump(target: Jump): string {
  return target.args.length === 0 ? `b${target.to}` : `b${target.to}(${list(target.args)})`;
}

/** One terminator, without its span. */
export function printEnd(end: Terminator): string {
  switch (end.kind) {
    case "jump":
      return `jump ${jump(end.target)}`;
    case "branch": {
      const width = end.width === 32 ? "32" : "";
      const unlikely = end.unlikely === undefined ? "" : ` unlikely ${end.unlikely}`;
      const sides = `then ${jump(end.then)} else ${jump(end.else)}`;
      return `branch${width} ${end.op} ${list([end.left, end.right])} ${sides}${unlikely}`;
    }
    case "return":
      return `return v${end.value}`;
    default:
      return unreachable(end);
  }
}
