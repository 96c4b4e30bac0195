/**
 * Random functions of the intermediate form, the same for the same seed: arithmetic, branches that join values, counted
 * loops, slots, global data, maps, helper calls. `pressure` is how many values stay needed to the end.
 */
import { blockId, slotId, valueId } from "../../compiler/3-ir/edit.ts";
import { reorder } from "../../compiler/3-ir/graph.ts";
import type {
  BinaryOp,
  Block,
  BlockId,
  Bytes,
  CompareOp,
  Function as Fn,
  Inst,
  Jump,
  Slot,
  Terminator,
  ValueId,
} from "../../compiler/3-ir/ir.ts";
import { KEY_SIZE, VALUE_SIZE } from "./world.ts";

const BINARY: readonly BinaryOp[] = ["add", "sub", "mul", "udiv", "umod", "and", "or", "xor", "shl", "shr", "sar"];
const COMPARE: readonly CompareOp[] = ["eq", "ne", "ult", "ule", "ugt", "uge", "slt", "sle", "sgt", "sge", "set"];
const CONSTANTS = [0n, 1n, 2n, 3n, 8n, 10n, 16n, 31n, 32n, 63n, 64n, 255n, 0xffffn, 4096n, -1n, -5n] as const;
const WIDE = [
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x100000000n,
  -0x80000000n,
  0x123456789abcdefn,
  -0x80000001n,
] as const;

/** xorshift32: small, and the same everywhere. */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = (seed * 2654435761) >>> 0 || 1;
  }
  below(n: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state % n;
  }
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
  pick<T>(from: readonly T[]): T {
    if (from.length === 0) throw new Error("nothing to pick from");
    // Below the length, so an element of the list.
    return from[this.below(from.length)] as T;
  }
}

type Open = { id: BlockId; params: ValueId[]; insts: Inst[] };
type Shape<T> = T extends Inst ? Omit<T, "span" | "dst"> : never;

class Writer {
  readonly random: Random;
  readonly blocks = new Map<BlockId, Block>();
  readonly slots: Slot[] = [];
  at: Open;
  /** Scalars that dominate this point. */
  scope: ValueId[] = [];
  readonly slotAddress: ValueId[] = [];
  context: ValueId;
  budget: number;
  readonly helpers: "all" | "reproducible";
  #value = 0;
  #block = 0;

  constructor(random: Random, budget: number, helpers: "all" | "reproducible") {
    this.random = random;
    this.helpers = helpers;
    this.budget = budget;
    this.at = this.open();
    this.context = this.define({ kind: "context" });
    for (let i = 0; i < 3; i++) {
      const id = slotId(i);
      this.slots.push({ id, size: 16, align: 8, name: `slot ${i}` });
      const base = this.define({ kind: "slot", slot: id, offset: 0 });
      this.slotAddress.push(base);
      this.effect({ kind: "zero", base, offset: 0, size: 16, memory: "stack", span: undefined });
    }
  }
  open(): Open {
    return { id: blockId(this.#block++), params: [], insts: [] };
  }
  value(): ValueId {
    return valueId(this.#value++);
  }
  define(shape: Shape<Inst>): ValueId {
    const dst = this.value();
    // The shape is that of an instruction but for these two fields.
    this.at.insts.push({ ...shape, dst, span: undefined } as Inst);
    return dst;
  }
  effect(inst: Inst): void {
    this.at.insts.push(inst);
  }
  close(end: Terminator): void {
    this.blocks.set(this.at.id, { ...this.at, end });
  }
  constant(value: bigint): ValueId {
    return this.define({ kind: "const", value });
  }
  scalar(): ValueId {
    if (this.scope.length === 0 || this.random.chance(20)) {
      const value = this.constant(this.random.chance(80) ? this.random.pick(CONSTANTS) : this.random.pick(WIDE));
      return value;
    }
    // Rather a young value than an old one, but old ones too.
    const young = this.random.chance(60) ? Math.max(0, this.scope.length - 6) : 0;
    return this.random.pick(this.scope.slice(young));
  }
  keep(value: ValueId): void {
    this.scope.push(value);
  }
  fn(): Fn {
    const fn: Fn = {
      name: "random",
      kind: "program",
      arguments: 0,
      entry: blockId(0),
      blocks: this.blocks,
      slots: this.slots,
      nextValue: this.#value,
      nextBlock: this.#block,
    };
    return reorder(fn);
  }
}

const jump = (to: BlockId, args: readonly ValueId[] = []): Jump => ({ to, args });

/**
 * @param pressure values that the result depends on
 * @param helpers reproducible: only those whose results are the same on a real kernel
 */
export function randomProgram(
  seed: number,
  size: number,
  pressure: number,
  helpers: "all" | "reproducible" = "all",
): Fn {
  const random = new Random(seed);
  const writer = new Writer(random, size, helpers);
  statements(writer, 3);
  // Everything still in scope meets in the result, most recent first.
  let result = writer.constant(0n);
  for (const value of writer.scope.slice(-pressure)) {
    const mixed = writer.define({ kind: "binary", op: "mul", left: result, right: writer.constant(31n) });
    result = writer.define({ kind: "binary", op: "xor", left: mixed, right: value });
  }
  writer.close({ kind: "return", value: result, span: undefined });
  return writer.fn();
}

function statements(writer: Writer, depth: number): void {
  const { random } = writer;
  const count = 2 + random.below(8);
  for (let i = 0; i < count && writer.budget > 0; i++) {
    writer.budget--;
    const kind = random.below(100);
    if (kind < 38) arithmetic(writer);
    else if (kind < 46) loadContext(writer);
    else if (kind < 58) memory(writer);
    else if (kind < 66) calls(writer);
    else if (kind < 78) maps(writer);
    else if (kind < 92) choice(writer, depth);
    else loop(writer, depth);
  }
}

function arithmetic(writer: Writer) {
  const { random } = writer;
  const value = writer.scalar();
  switch (random.below(8)) {
    case 0:
      return writer.keep(
        writer.define({ kind: "extend", bits: random.pick([8, 16, 32] as const), signed: random.chance(50), value }),
      );
    case 1:
      return writer.keep(writer.define({ kind: "swap", bits: random.pick([16, 32, 64] as const), value }));
    case 2:
      return writer.keep(writer.define({ kind: "negate", value }));
    case 3: {
      const compared = { kind: "compare", op: random.pick(COMPARE), left: value, right: writer.scalar() } as const;
      return writer.keep(writer.define(compared));
    }
    default:
      return writer.keep(
        writer.define({ kind: "binary", op: random.pick(BINARY), left: value, right: writer.scalar() }),
      );
  }
}

function loadContext(writer: Writer): void {
  const size = writer.random.pick([1, 2, 4, 8] as const);
  const offset = size * writer.random.below(64 / size);
  const rest = { memory: "context", core: undefined, tracepoint: undefined } as const;
  writer.keep(
    writer.define({ kind: "load", base: writer.context, offset, size, signed: writer.random.chance(30), ...rest }),
  );
}

function memory(writer: Writer) {
  const { random } = writer;
  const data = random.chance(30);
  const base = data
    ? writer.define({ kind: "data", section: ".bss", offset: 8 * random.below(4) })
    : random.pick(writer.slotAddress);
  const place = data ? "data" : "stack";
  const size = random.pick([1, 2, 4, 8, 8, 8] as const);
  const offset = size * random.below(16 / size);
  const span = undefined;
  switch (random.below(6)) {
    case 0:
    case 1:
      return writer.effect({ kind: "store", base, offset, size, value: writer.scalar(), memory: place, span });
    case 2:
      return writer.effect({
        kind: "atomic-add",
        base,
        offset: 8,
        size: 8,
        value: writer.scalar(),
        memory: place,
        span,
      });
    case 3: {
      const from = random.pick(writer.slotAddress);
      const shape = { to: base, toOffset: 0, from, fromOffset: 0, size: random.pick([8, 13, 16]), align: 8 } as const;
      return writer.effect({ kind: "copy", ...shape, memory: place, span });
    }
    case 4:
      return writer.effect({ kind: "zero", base, offset: 0, size: random.pick([5, 8, 16]), memory: place, span });
    default: {
      const rest = { memory: place, core: undefined, tracepoint: undefined } as const;
      return writer.keep(writer.define({ kind: "load", base, offset, size, signed: random.chance(30), ...rest }));
    }
  }
}

function calls(writer: Writer) {
  const { random } = writer;
  if (writer.helpers === "reproducible") return arithmetic(writer);
  const plain = { kind: "call", args: [], reads: undefined, writes: undefined } as const;
  switch (random.below(4)) {
    case 0:
      return writer.keep(writer.define({ ...plain, helper: "get_current_pid_tgid", pure: true }));
    case 1:
      return writer.keep(writer.define({ ...plain, helper: "ktime_get_ns", pure: false }));
    case 2: {
      const args = [random.pick(writer.slotAddress), writer.constant(16n)];
      writer.define({ ...plain, helper: "get_current_comm", args, pure: false, writes: "stack" });
      return;
    }
    default: {
      const args = [random.pick(writer.slotAddress), writer.constant(random.pick([4n, 8n, 16n])), writer.scalar()];
      writer.define({ ...plain, helper: "probe_read_kernel", args, pure: false, writes: "stack" });
      return;
    }
  }
}

function bytes(writer: Writer, size: number): Bytes {
  const { random } = writer;
  if (random.chance(25)) return { kind: "memory", base: random.pick(writer.slotAddress), offset: 0, size };
  const parts = [{ offset: 0, size: random.pick([4, 8] as const), value: narrow(writer) }];
  if (size === 16 && random.chance(70)) parts.push({ offset: 8, size: 8, value: writer.scalar() });
  return { kind: "scalars", size, parts };
}

/** Few different keys, so that lookups find something. */
function narrow(writer: Writer): ValueId {
  const mask = writer.constant(3n);
  return writer.random.chance(50)
    ? mask
    : writer.define({ kind: "binary", op: "and", left: writer.scalar(), right: mask });
}

function maps(writer: Writer): void {
  const { random } = writer;
  const map = random.pick(["one", "two"]);
  const key = bytes(writer, KEY_SIZE);
  switch (random.below(4)) {
    case 0: {
      const flags = random.pick([0, 0, 1]);
      writer.keep(writer.define({ kind: "map-update", map, key, value: bytes(writer, VALUE_SIZE), flags }));
      return;
    }
    case 1:
      writer.keep(writer.define({ kind: "map-delete", map, key }));
      return;
    default: {
      const found = writer.define({ kind: "map-lookup", map, key });
      const zero = writer.constant(0n);
      const yes = writer.open();
      const no = writer.open();
      const join = writer.open();
      const result = writer.value();
      join.params.push(result);
      const span = undefined;
      const unlikely = random.pick(["then", undefined] as const);
      const test = { kind: "branch", op: "eq", width: 64, left: found, right: zero } as const;
      writer.close({ ...test, then: jump(no.id), else: jump(yes.id), unlikely, span });
      writer.at = no;
      const missing = random.chance(50) ? zero : writer.scalar();
      writer.close({ kind: "jump", target: jump(join.id, [missing]), span });
      writer.at = yes;
      const rest = { memory: "map", core: undefined, tracepoint: undefined } as const;
      const loaded = writer.define({ kind: "load", base: found, offset: 0, size: 8, signed: false, ...rest });
      const one = writer.constant(1n);
      if (random.chance(60)) {
        const next = writer.define({ kind: "binary", op: "add", left: loaded, right: one });
        writer.effect({ kind: "store", base: found, offset: 0, size: 8, value: next, memory: "map", span });
      }
      writer.close({ kind: "jump", target: jump(join.id, [loaded]), span });
      writer.at = join;
      writer.keep(result);
    }
  }
}

function choice(writer: Writer, depth: number) {
  if (depth === 0) return arithmetic(writer);
  const { random } = writer;
  const span = undefined;
  const yes = writer.open();
  const no = writer.open();
  const join = writer.open();
  for (let i = random.below(3); i > 0; i--) join.params.push(writer.value());
  const left = random.chance(40)
    ? writer.define({ kind: "extend", bits: 32, signed: random.chance(50), value: writer.scalar() })
    : writer.scalar();
  const test = { kind: "branch", op: random.pick(COMPARE), width: random.pick([64, 64, 32] as const) } as const;
  const sides = { then: jump(yes.id), else: jump(no.id), unlikely: random.pick(["then", "else", undefined] as const) };
  writer.close({ ...test, left, right: writer.scalar(), ...sides, span });
  const outer = [...writer.scope];
  for (const side of [yes, no]) {
    writer.at = side;
    writer.scope = [...outer];
    if (side === yes || random.chance(60)) statements(writer, depth - 1);
    if (random.chance(8)) writer.close({ kind: "return", value: writer.scalar(), span });
    else
      writer.close({
        kind: "jump",
        target: jump(
          join.id,
          join.params.map(() => writer.scalar()),
        ),
        span,
      });
  }
  // Both sides may have returned; the join is then unreachable and must not be written into the function.
  writer.at = join;
  writer.scope = [...outer, ...join.params];
}

function loop(writer: Writer, depth: number) {
  if (depth === 0) return arithmetic(writer);
  const { random } = writer;
  const span = undefined;
  const head = writer.open();
  const body = writer.open();
  const after = writer.open();
  const counter = writer.value();
  const carried = Array.from({ length: random.below(3) }, () => writer.value());
  head.params.push(counter, ...carried);
  const zero = writer.constant(0n);
  writer.close({ kind: "jump", target: jump(head.id, [zero, ...carried.map(() => writer.scalar())]), span });
  writer.at = head;
  writer.scope.push(...carried, counter);
  const limit = writer.constant(BigInt(1 + random.below(4)));
  const test = { kind: "branch", op: "ult", width: 64, left: counter, right: limit, unlikely: undefined } as const;
  writer.close({ ...test, then: jump(body.id), else: jump(after.id), span });
  const outer = [...writer.scope];
  writer.at = body;
  statements(writer, Math.min(depth - 1, 1));
  const one = writer.constant(1n);
  const next = writer.define({ kind: "binary", op: "add", left: counter, right: one });
  // Swaps and rotations among the carried values are what copies at jumps get wrong.
  const shuffled = carried.map((_, i) =>
    random.chance(50) ? (carried[(i + 1) % carried.length] ?? zero) : writer.scalar(),
  );
  writer.close({ kind: "jump", target: jump(head.id, [next, ...shuffled]), span });
  writer.at = after;
  writer.scope = outer;
}
