/** Makes one function record: the hit where a program begins, then all that it learns. */
import type { EventEntry, Seen, ValueType } from "../../5-object/manifest.ts";
import type { Span } from "../../source/span.ts";
import { definitions, isCall } from "../edit.ts";
import type { Function as Fn, Inst, MapDef, Slot, ValueId } from "../ir.ts";
import { KEPT, type Kept } from "./kept.ts";
import {
  bytesAt,
  COMM_SIZE,
  HIT,
  hitLayout,
  type Layout,
  loadLayout,
  NOTE_SIZE,
  readLayout,
  resultLayout,
  SEEN,
  stackLayout,
} from "./layout.ts";
import { Rewriter } from "./rewriter.ts";

type Define = (value: ValueId) => Inst | undefined;

/** What the functions of one program share. */
export type Recording = {
  /** Symbol of the event buffer. */
  readonly buffer: string;
  /** .bss offset of the count of records that found no room. */
  readonly lost: number;
  /** Bytes of context to keep. */
  readonly context: number;
  /** The context is no memory: the kernel translates each load of it (perf_event). */
  readonly registersOnly: boolean;
  /** .rodata offsets of what says where a static probe has its arguments. */
  readonly notes: readonly number[];
  readonly maps: readonly MapDef[];
  /** Subprograms that record: they are given the hit's number behind their own arguments. */
  readonly recording: ReadonlySet<string>;
  /** Adds a shape of record; its id. */
  readonly event: (shape: Omit<EventEntry, "id" | "place" | "program">) => number;
  readonly refuse: (span: Span | undefined, what: string, why: string) => void;
};

const NO_WAKEUP = 1;
const BPF_F_USER_STACK = 256n;
const BPF_F_STACK_BUILD_ID = 32;
/** Time takes the low bits of a hit's number: 2.3 years since boot. */
const CPU_SHIFT = 56;
/** Room for a read whose size nothing tells. */
const UNKNOWN_ROOM = 4096;

/**
 * @param sharedSize bytes that callbacks share with their program; the hit's number goes behind them
 * @param walked of a callback: the map that it is called for each element of
 */
export function recordFunction(
  fn: Fn,
  recording: Recording,
  sharedSize: number | undefined,
  walked?: MapDef | undefined,
): Fn {
  const to = new Rewriter(fn);
  const definition = definitions(fn);
  const define: Define = (value) => definition[value];
  const isProgram = fn.kind === "program";
  const shared = isProgram ? fn.slots.find((slot) => slot.name === "shared") : undefined;
  // A callback that only counts is given no shared words, and no order matters to it.
  const walks = walked !== undefined && walked.type !== "array" && walked.type !== "percpu_array" && usesArguments(fn);
  let hit: ValueId | undefined;
  const begin = (): void => {
    if (isProgram) {
      hit = sendHit(to, recording);
      if (shared !== undefined && sharedSize !== undefined)
        to.store(to.slot(shared.id, sharedSize), 0, 8, hit, "stack");
    } else if (fn.kind === "subprogram") {
      hit = to.argument(fn.arguments);
    } else if ((walks || learns(fn, recording.recording)) && sharedSize !== undefined) {
      hit = to.load(to.argument(fn.arguments - 1), sharedSize, 8, "stack");
      if (walks) sendVisit(to, recording, walked, hit);
    }
  };
  for (const block of fn.blocks.values()) {
    to.begin(block);
    const isEntry = block.id === fn.entry;
    // The entry is split, and only its first part may take what the kernel passes in registers.
    const insts = isEntry
      ? [...block.insts.filter(isPassed), ...block.insts.filter((inst) => !isPassed(inst))]
      : block.insts;
    const first = insts.findIndex(isOutside);
    insts.forEach((inst, i) => {
      if (isEntry && i === first) begin();
      const extra = inst.kind === "call-function" && recording.recording.has(inst.name) ? hit : undefined;
      to.keep(inst.kind === "call-function" && extra !== undefined ? { ...inst, args: [...inst.args, extra] } : inst);
      to.span = inst.span;
      if (hit !== undefined) sendSeen(to, inst, hit, recording, define);
    });
    if (isEntry && first < 0) begin();
    to.end(block.end);
  }
  const slots = fn.slots.map((slot): Slot => (slot === shared ? { ...slot, size: slot.size + 8 } : slot));
  const made = to.finish(slots);
  return fn.kind === "subprogram" ? { ...made, arguments: fn.arguments + 1 } : made;
}

/** What may learn something, or lose r1: the hit stands before the first of these. */
function isOutside(inst: Inst): boolean {
  return isCall(inst) || isDirectLoad(inst);
}

function isPassed(inst: Inst): boolean {
  return inst.kind === "context" || inst.kind === "argument";
}

function isDirectLoad(inst: Inst): boolean {
  return inst.kind === "load" && inst.memory === "kernel";
}

/** Whether a function learns something that is to be recorded, by itself or in one of the subprograms named. */
export function learns(fn: Fn, subprograms: ReadonlySet<string>): boolean {
  for (const block of fn.blocks.values()) {
    for (const inst of block.insts) {
      if (isDirectLoad(inst) || (inst.kind === "call" && KEPT[inst.helper].kind !== "nothing")) return true;
      if (inst.kind === "call-function" && subprograms.has(inst.name)) return true;
    }
  }
  return false;
}

/** Reserves, fills and submits a record; counts it where there is no room. */
function send(to: Rewriter, recording: Recording, id: number, size: number, fill: (record: ValueId) => void): void {
  const pointer = to.call("ringbuf_reserve", [to.map(recording.buffer), to.const(size), to.const(0)]);
  to.ifSet(
    pointer,
    () => {
      to.store(pointer, 0, 8, to.const(id), "record");
      fill(pointer);
      to.call("ringbuf_submit", [pointer, to.const(NO_WAKEUP)]);
    },
    () => to.count(recording.lost),
  );
}

/** The hit's number: unique by processor and time. */
function sendHit(to: Rewriter, recording: Recording): ValueId {
  const { context, notes } = recording;
  const layout = hitLayout(context, notes.length);
  const id = recording.event({ kind: "hit", size: layout.size, args: layout.args });
  const at = to.call("ktime_get_boot_ns", []);
  const cpu = to.extend32(to.call("get_smp_processor_id", []));
  const hit = to.binary("add", at, to.binary("shl", cpu, to.const(CPU_SHIFT)));
  const thread = to.call("get_current_pid_tgid", []);
  const user = to.call("get_current_uid_gid", []);
  const from = to.context();
  send(to, recording, id, layout.size, (record) => {
    to.store(record, HIT.number, 8, hit, "record");
    to.store(record, HIT.at, 8, at, "record");
    to.store(record, HIT.thread, 8, thread, "record");
    to.store(record, HIT.user, 8, user, "record");
    to.store(record, HIT.cpu, 8, cpu, "record");
    to.store(record, HIT.address, 8, from, "record");
    to.store(record, HIT.context, 4, to.const(context), "record");
    to.call("get_current_comm", [to.plus(record, HIT.comm), to.const(COMM_SIZE)], { writes: "record" });
    const target = bytesAt(HIT.context);
    if (recording.registersOnly) {
      for (let i = 0; i < context; i += 8) to.store(record, target + i, 8, to.load(from, i, 8, "context"), "record");
    } else if (context > 0) {
      to.call("probe_read_kernel", [to.plus(record, target), to.const(context), from], { writes: "record" });
    }
    layout.notes.forEach((place, i) => {
      to.store(record, place, 4, to.const(NOTE_SIZE), "record");
      const note = to.data(".rodata", notes[i] ?? 0);
      const into = to.plus(record, bytesAt(place));
      to.call("probe_read_kernel", [into, to.const(NOTE_SIZE), note], { writes: "record" });
    });
  });
  return hit;
}

/** The key that a callback is called with: its second argument (bpf_for_each_map_elem). */
function sendVisit(to: Rewriter, recording: Recording, map: MapDef, hit: ValueId): void {
  const layout = readLayout(map.keySize);
  const id = recording.event({ kind: "seen", ...layout, seen: { what: "visit", map: map.symbol } });
  const key = to.argument(1);
  send(to, recording, id, layout.size, (record) => {
    to.store(record, SEEN.hit, 8, hit, "record");
    to.store(record, SEEN.first, 8, to.const(0), "record");
    to.store(record, SEEN.second, 8, to.const(0), "record");
    to.store(record, SEEN.bytes, 4, to.const(map.keySize), "record");
    const into = to.plus(record, bytesAt(SEEN.bytes));
    to.call("probe_read_kernel", [into, to.const(map.keySize), key], { writes: "record" });
  });
}

function usesArguments(fn: Fn): boolean {
  for (const block of fn.blocks.values()) for (const inst of block.insts) if (inst.kind === "argument") return true;
  return false;
}

function sendSeen(to: Rewriter, inst: Inst, hit: ValueId, recording: Recording, define: Define): void {
  if (inst.kind === "load" && inst.memory === "kernel") {
    sendWords(to, recording, { what: "load", size: inst.size }, loadLayout(), hit, to.core(inst), inst.dst);
  } else if (inst.kind === "call") {
    const kept = KEPT[inst.helper];
    // Copies within memory of the program's own name that memory; from address 0 is how zeros are written.
    if (kept.kind === "read" && inst.reads !== "any") return;
    sendCall(to, inst, kept, hit, recording, define);
  }
}

function sendCall(
  to: Rewriter,
  inst: Inst & { readonly kind: "call" },
  kept: Kept,
  hit: ValueId,
  recording: Recording,
  define: Define,
): void {
  const { helper, args, dst } = inst;
  switch (kept.kind) {
    case "nothing":
      return;
    case "refused":
      recording.refuse(inst.span, helper, kept.why);
      return;
    case "result":
      sendWords(to, recording, { what: "result", helper }, resultLayout(), hit, dst, undefined);
      return;
    case "read":
    case "bytes": {
      const argument = (index: number): ValueId => args[index] ?? to.const(0);
      const from = kept.kind === "read" ? argument(2) : to.const(0);
      const buffer = argument(kept.kind === "read" ? 0 : kept.to);
      const asked = kept.kind === "read" ? argument(1) : sizeOf(to, kept.size, argument);
      const room = constantOf(asked, define) ?? roomBehind(buffer, recording.maps, to.slots, define) ?? UNKNOWN_ROOM;
      const layout = readLayout(room);
      const id = recording.event({ kind: "seen", ...layout, seen: { what: kept.kind, helper } });
      send(to, recording, id, layout.size, (record) => {
        to.store(record, SEEN.hit, 8, hit, "record");
        to.store(record, SEEN.first, 8, dst, "record");
        to.store(record, SEEN.second, 8, from, "record");
        to.store(record, SEEN.bytes, 4, asked, "record");
        const into = to.plus(record, bytesAt(SEEN.bytes));
        to.call("probe_read_kernel", [into, asked, buffer], { writes: "record" });
      });
      return;
    }
    case "stack": {
      const { type, user } = stackType(inst, recording, define);
      // An s32 id, and of a user's stack the process: as the type has it.
      const low = to.extend32(dst);
      const thread = to.call("get_current_pid_tgid", []);
      const high = to.binary("shl", to.binary("shr", thread, to.const(32)), to.const(32));
      const both = to.binary("or", high, low);
      sendWords(to, recording, { what: "stack", helper, user }, stackLayout(type), hit, dst, both);
      return;
    }
  }
}

function sendWords(
  to: Rewriter,
  recording: Recording,
  seen: Seen,
  layout: Layout,
  hit: ValueId,
  first: ValueId,
  second: ValueId | undefined,
): void {
  const id = recording.event({ kind: "seen", ...layout, seen });
  send(to, recording, id, layout.size, (record) => {
    to.store(record, SEEN.hit, 8, hit, "record");
    to.store(record, SEEN.first, 8, first, "record");
    if (second !== undefined) to.store(record, SEEN.second, 8, second, "record");
  });
}

function sizeOf(
  to: Rewriter,
  size: (Kept & { readonly kind: "bytes" })["size"],
  argument: (index: number) => ValueId,
): ValueId {
  return typeof size === "number" ? to.const(size) : argument(size.argument);
}

/** Frames in the stack map that the call names. */
function stackType(
  inst: Inst & { readonly kind: "call" },
  recording: Recording,
  define: Define,
): { readonly type: ValueType; readonly user: boolean } {
  const named = inst.args[1] === undefined ? undefined : define(inst.args[1]);
  const map = named?.kind === "map" ? named.map : "";
  const shape = recording.maps.find((one) => one.symbol === map);
  if (((shape?.flags ?? 0) & BPF_F_STACK_BUILD_ID) !== 0)
    recording.refuse(inst.span, "a stack of mode build_id", "its frames have no addresses to be found again");
  const flags = inst.args[2] === undefined ? undefined : define(inst.args[2]);
  const user = flags?.kind === "const" && (flags.value & BPF_F_USER_STACK) !== 0n;
  const limit = (shape?.valueSize ?? 0) / 8;
  return { type: { k: "stack", user, mode: "bpftrace", limit, map }, user };
}

function constantOf(value: ValueId, define: Define): number | undefined {
  const inst = define(value);
  return inst?.kind === "const" ? Number(BigInt.asUintN(32, inst.value)) : undefined;
}

/** Bytes from an address to the end of the memory that it points into. */
function roomBehind(
  value: ValueId,
  maps: readonly MapDef[],
  slots: readonly Slot[],
  define: Define,
): number | undefined {
  const inst = define(value);
  switch (inst?.kind) {
    case "slot": {
      const slot = slots.find((one) => one.id === inst.slot);
      return slot === undefined ? undefined : slot.size - inst.offset;
    }
    case "map-lookup":
      return maps.find((map) => map.symbol === inst.map)?.valueSize;
    case "call": {
      const size = inst.helper === "ringbuf_reserve" ? inst.args[1] : undefined;
      return size === undefined ? undefined : constantOf(size, define);
    }
    case "binary": {
      const room = inst.op === "add" ? roomBehind(inst.left, maps, slots, define) : undefined;
      const offset = constantOf(inst.right, define);
      return room === undefined || offset === undefined ? undefined : room - offset;
    }
    default:
      return undefined;
  }
}
