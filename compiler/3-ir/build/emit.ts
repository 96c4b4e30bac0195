/**
 * Events for user space: one record in the ring buffer each, filled in place. All that may fail or jump is evaluated
 * before the record is reserved, since the verifier wants every path from there to submit it. A full buffer is
 * counted in the program's ledger; what was submitted, the reader sees in the buffer.
 */
import type { Emit, Expr, Stmt } from "../../2-check/typed.ts";
import type { Argument } from "../../5-object/manifest.ts";
import type { Span } from "../../source/span.ts";
import { alignOf, alignUp, layoutOf, sizeOf } from "../../types/layout.ts";
import { toValueType } from "../../types/to-value-type.ts";
import { unreachable } from "../../util/assert.ts";
import { address } from "./access.ts";
import type { Place } from "./draft.ts";
import { hasEffects } from "./effects.ts";
import { JOIN_SIZE, joinWriter } from "./join.ts";
import type { Fill, Lowering, Writer } from "./lowering.ts";
import type { EventShape } from "./module-builder.ts";
import { at } from "./storage.ts";

/** u32 event id, u32 zero. */
const HEADER = 8;
const BPF_F_CURRENT_CPU = 0xffffffffn;
/** The first stack slot larger than this would crowd out the program's own. */
const PERF_STACK_RECORD = 64;

/** An asynchronous action. */
export function lowerEmit(cx: Lowering, stmt: Extract<Stmt, { readonly kind: "emit" }>): void {
  const { event, span } = stmt;
  switch (event.kind) {
    case "printf":
    case "errorf":
    case "warnf":
    case "cat":
    case "system":
      sendArguments(cx, { kind: event.kind, format: event.format }, event.args, span);
      return;
    case "print":
      sendArguments(cx, { kind: "print" }, [event.value], span);
      return;
    case "print-map": {
      const map = cx.maps.get(event.map)?.index ?? 0;
      const top = event.top === undefined ? {} : { top: event.top };
      const div = event.div === undefined ? {} : { div: event.div };
      send(cx, { kind: "print-map", map, ...top, ...div, size: HEADER, args: [] }, [], span);
      return;
    }
    case "clear":
    case "zero":
      sendMapEvent(cx, event.kind, cx.maps.get(event.map)?.index ?? 0, span);
      return;
    case "exit":
      sendArguments(cx, { kind: "exit" }, event.code === undefined ? [] : [event.code], span);
      cx.exits.onReturn(undefined);
      return;
    case "unwatch":
      sendArguments(cx, { kind: "unwatch" }, [event.address], span);
      return;
    case "time":
      sendArguments(cx, { kind: "time", format: event.format }, [], span);
      return;
    case "join":
      sendJoin(cx, event, span);
      return;
    case "assert": {
      const { fn } = cx;
      const [holds, broken] = [fn.block(), fn.block()];
      cx.steps.condition(cx, event.condition, holds, broken, "else");
      fn.enter(broken);
      sendArguments(cx, { kind: "assert", format: event.message }, [], span);
      cx.exits.onReturn(undefined);
      fn.enter(holds);
      return;
    }
    default:
      unreachable(event);
  }
}

/** An event about a whole map. */
export function sendMapEvent(cx: Lowering, kind: "clear" | "zero", map: number, span: Span): void {
  send(cx, { kind, map, size: HEADER, args: [] }, [], span);
}

type Field = { readonly offset: number; readonly write: Writer };

function sendArguments(
  cx: Lowering,
  shape: Pick<EventShape, "kind" | "format">,
  args: readonly Expr[],
  span: Span,
): void {
  const { offsets, size } = layoutOf(args.map((arg) => arg.type));
  const fields: Field[] = [];
  const described: Argument[] = [];
  for (const [i, arg] of args.entries()) {
    const offset = HEADER + (offsets[i] ?? 0);
    const type = toValueType(arg.type, (stack) => cx.module.stackMap(stack));
    described.push({ offset, type });
    const changedLater = args.slice(i + 1).some(hasEffects);
    fields.push({ offset, write: changedLater ? copied(cx, arg) : cx.steps.prepare(cx, arg) });
  }
  send(cx, { ...shape, size: HEADER + alignUp(size, 8), args: described }, fields, span);
}

/** Evaluates into memory of its own, so that later arguments cannot change it. */
function copied(cx: Lowering, arg: Expr): Writer {
  if (alignOf(arg.type) === sizeOf(arg.type)) return cx.steps.prepare(cx, arg);
  const place = cx.temps.take(sizeOf(arg.type), "argument");
  cx.steps.into(cx, arg, place, "value");
  return (to) => cx.fn.copy(to, place, sizeOf(arg.type));
}

function sendJoin(cx: Lowering, event: Extract<Emit, { readonly kind: "join" }>, span: Span): void {
  const { fn } = cx;
  const pointers = cx.steps.scalar(cx, event.pointers);
  const countOffset = HEADER;
  const strings = HEADER + 8;
  const type = { k: "array", length: 16, stride: 1024, element: { k: "string", size: 1024 } } as const;
  const shape: EventShape = {
    kind: "join",
    format: event.separator,
    countOffset,
    size: strings + JOIN_SIZE,
    args: [{ offset: strings, type }],
  };
  const write: Writer = (to) => {
    const count = joinWriter(cx, pointers, event.space, span)(to);
    fn.store({ ...to, offset: to.offset - 8 }, 8, count);
  };
  send(cx, shape, [{ offset: strings, write }], span);
}

function send(cx: Lowering, shape: EventShape, fields: readonly Field[], span: Span): void {
  const id = cx.module.event(shape, cx.program.index, span);
  if (cx.module.env.options.buffer === "ring") sendToRing(cx, id, shape, fields);
  else sendToPerfBuffer(cx, id, shape.size, fields);
}

function fillRecord(cx: Lowering, record: Place, id: number, fields: readonly Field[], fill: Fill): void {
  cx.fn.store(record, 8, cx.fn.const(id));
  for (const field of fields) field.write(at(record, field.offset), fill);
}

/** Events that come in numbers: the loader looks for them by itself (loader/run.c), as waking it takes microseconds. */
const IN_NUMBERS: ReadonlySet<EventShape["kind"]> = new Set([
  "printf",
  "errorf",
  "warnf",
  "print",
  "time",
  "join",
  "cat",
]);
const NO_WAKEUP = 1;
const FORCE_WAKEUP = 2;

function sendToRing(cx: Lowering, id: number, { kind, size }: EventShape, fields: readonly Field[]): void {
  const { fn } = cx;
  const [reserved, full, onward] = [fn.block(), fn.block(), fn.block()];
  const ring = fn.map(cx.module.eventBuffer(cx.config.perfRbPages));
  const pointer = fn.call("ringbuf_reserve", [ring, fn.const(size), fn.const(0)]);
  fn.branch("ne", pointer, fn.const(0), reserved, full, { unlikely: "else" });
  fn.enter(reserved);
  fillRecord(cx, { base: pointer, offset: 0, memory: "record", align: 8 }, id, fields, "record");
  fn.call("ringbuf_submit", [pointer, fn.const(IN_NUMBERS.has(kind) ? NO_WAKEUP : FORCE_WAKEUP)], { reads: "record" });
  fn.jump(onward);
  fn.enter(full);
  countDrop(cx);
  fn.jump(onward);
  fn.enter(onward);
}

function sendToPerfBuffer(cx: Lowering, id: number, size: number, fields: readonly Field[]): void {
  const { fn } = cx;
  const [full, onward] = [fn.block(), fn.block()];
  const onStack = size <= PERF_STACK_RECORD;
  const record = onStack ? cx.temps.take(size, "record") : cx.temps.scratch(size);
  // The verifier lets no byte of the stack out that was never written.
  if (onStack) fn.zero(record, size);
  fillRecord(cx, record, id, fields, "record");
  const buffer = fn.map(cx.module.eventBuffer(cx.config.perfRbPages));
  const args = [cx.context(), buffer, fn.const(BPF_F_CURRENT_CPU), address(fn, record), fn.const(size)];
  const result = fn.call("perf_event_output", args, { reads: record.memory });
  fn.branch("slt", result, fn.const(0), full, onward, { unlikely: "then" });
  fn.enter(full);
  countDrop(cx);
  fn.jump(onward);
  fn.enter(onward);
}

/** Adds one to the program's dropped records. */
function countDrop(cx: Lowering): void {
  const { fn } = cx;
  const base = fn.data(".bss", cx.program.ledger());
  fn.atomicAdd({ base, offset: 0, memory: "data", align: 8 }, fn.const(1));
}
