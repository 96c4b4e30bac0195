/**
 * Loads, stores and atomics. Addresses in the function's frame and in known data need no check; any other costs one
 * comparison, and outside the linear memory a call of the runtime.
 */
import type { Insn, Reg } from "../ebpf/insn.ts";
import type { AtomicOp, LoadSize } from "../ebpf/opcodes.ts";
import { assign, const64, type Emitter, type Expr, operand64 } from "./emitter.ts";
import { AREA, FRAME_SIZE, TASK } from "./layout.ts";
import { MEMORY_BASE } from "./machine.ts";

/** A place in linear memory: WebAssembly's own address and offset. */
type Place = { readonly pointer: () => Expr; readonly offset: number };

/** The place, where it is known to be good. */
function knownPlace(e: Emitter, base: Reg, off: number, size: number): Place | undefined {
  const known = e.known.get(base);
  if (known?.kind === "const") {
    const at = known.value + BigInt(off) - MEMORY_BASE;
    if (at < 0n || at > BigInt(e.end - size)) return undefined;
    return { pointer: () => e.m.i32.const(0), offset: Number(at) };
  }
  if (known === undefined) return undefined;
  const at = known.offset + off + FRAME_SIZE;
  if (at < 0 || at + size > FRAME_SIZE) return undefined;
  const { frame } = e;
  return frame.kind === "fixed"
    ? { pointer: () => e.m.i32.const(0), offset: frame.at + at }
    : { pointer: () => e.m.local.get(frame.local, e.i32), offset: at };
}

/** Leaves the offset in linear memory in `e.temp`; the condition holds if all of the access is there. */
function check(e: Emitter, base: Reg, off: number, size: number): Expr {
  const { m } = e;
  const at = m.i64.add(e.get(base), const64(e, BigInt(off) - MEMORY_BASE));
  return m.i64.le_u(m.local.tee(e.temp, at, e.i64), const64(e, BigInt(e.end - size)));
}
function checked(e: Emitter): Place {
  return { pointer: () => e.m.i32.wrap(e.m.local.get(e.temp, e.i64)), offset: 0 };
}
function address(e: Emitter, base: Reg, off: number): Expr {
  return off === 0 ? e.get(base) : e.m.i64.add(e.get(base), const64(e, BigInt(off)));
}

function loadAt({ m }: Emitter, size: LoadSize, signed: boolean, { pointer, offset }: Place): Expr {
  const at = pointer();
  switch (size) {
    case 1:
      return signed ? m.i64.load8_s(offset, 1, at) : m.i64.load8_u(offset, 1, at);
    case 2:
      return signed ? m.i64.load16_s(offset, 2, at) : m.i64.load16_u(offset, 2, at);
    case 4:
      return signed ? m.i64.load32_s(offset, 4, at) : m.i64.load32_u(offset, 4, at);
    case 8:
      return m.i64.load(offset, 8, at);
  }
}

function storeAt({ m }: Emitter, size: LoadSize, { pointer, offset }: Place, value: Expr): Expr {
  const at = pointer();
  switch (size) {
    case 1:
      return m.i64.store8(offset, 1, at, value);
    case 2:
      return m.i64.store16(offset, 2, at, value);
    case 4:
      return m.i64.store32(offset, 4, at, value);
    case 8:
      return m.i64.store(offset, 8, at, value);
  }
}

function extend({ m }: Emitter, size: LoadSize, signed: boolean, value: Expr): Expr {
  if (!signed) return value;
  return size === 1 ? m.i64.extend8_s(value) : size === 2 ? m.i64.extend16_s(value) : m.i64.extend32_s(value);
}

type Memory = Extract<Insn, { readonly kind: "load" | "store" | "atomic" | "load-acquire" | "store-release" }>;

export function emitMemory(e: Emitter, insn: Memory, slot: number): Expr {
  switch (insn.kind) {
    case "load":
      return emitLoad(e, insn.size, insn.signed, insn.dst, insn.base, insn.off);
    case "load-acquire":
      return emitLoad(e, insn.size, false, insn.dst, insn.base, insn.off);
    case "store":
      return emitStore(e, insn.size, insn.base, insn.off, () => operand64(e, insn.src), slot);
    case "store-release":
      return emitStore(e, insn.size, insn.base, insn.off, () => e.get(insn.src), slot);
    case "atomic":
      return emitAtomic(e, insn.op, insn.size, insn.base, insn.off, insn.src, slot);
  }
}

function emitLoad(e: Emitter, size: LoadSize, signed: boolean, dst: Reg, base: Reg, off: number): Expr {
  const { m } = e;
  const place = knownPlace(e, base, off, size);
  if (place !== undefined) return assign(e, dst, loadAt(e, size, signed, place));
  const outside = m.call("loadOutside", [address(e, base, off), m.i32.const(size)], e.i64);
  return assign(
    e,
    dst,
    m.if(check(e, base, off, size), loadAt(e, size, signed, checked(e)), extend(e, size, signed, outside)),
  );
}

/** The run stops: no verifier lets a store pass that is elsewhere. */
function stop(e: Emitter, base: Reg, off: number, slot: number): Expr {
  const { m } = e;
  return m.block(null, [
    m.i32.store(AREA.TASK + TASK.INSN, 4, m.i32.const(0), m.i32.const(slot)),
    m.call("storeOutside", [address(e, base, off)], e.none),
    m.unreachable(),
  ]);
}

function emitStore(e: Emitter, size: LoadSize, base: Reg, off: number, value: () => Expr, slot: number): Expr {
  const place = knownPlace(e, base, off, size);
  if (place !== undefined) return storeAt(e, size, place, value());
  const { m } = e;
  return m.if(check(e, base, off, size), storeAt(e, size, checked(e), value()), stop(e, base, off, slot));
}

/** One processor runs at a time, so that a load, an operation and a store are atomic. */
function emitAtomic(e: Emitter, op: AtomicOp, size: 4 | 8, base: Reg, off: number, src: Reg, slot: number): Expr {
  const { m } = e;
  const known = knownPlace(e, base, off, size);
  const place = known ?? checked(e);
  const guard = known === undefined ? [m.if(m.i32.eqz(check(e, base, off, size)), stop(e, base, off, slot))] : [];
  const old = (): Expr => m.local.get(e.temp2, e.i64);
  const keep = m.local.set(e.temp2, loadAt(e, size, false, place));
  const value = (): Expr => e.get(src);
  const store = (result: Expr): Expr => storeAt(e, size, place, result);
  const fetch = (result: Expr): Expr => {
    const before = store(result);
    return m.block(null, [...guard, keep, before, assign(e, src, old())]);
  };
  switch (op) {
    case "add":
      return m.block(null, [...guard, keep, store(m.i64.add(old(), value()))]);
    case "or":
      return m.block(null, [...guard, keep, store(m.i64.or(old(), value()))]);
    case "and":
      return m.block(null, [...guard, keep, store(m.i64.and(old(), value()))]);
    case "xor":
      return m.block(null, [...guard, keep, store(m.i64.xor(old(), value()))]);
    case "fetch_add":
      return fetch(m.i64.add(old(), value()));
    case "fetch_or":
      return fetch(m.i64.or(old(), value()));
    case "fetch_and":
      return fetch(m.i64.and(old(), value()));
    case "fetch_xor":
      return fetch(m.i64.xor(old(), value()));
    case "xchg":
      return fetch(value());
    case "cmpxchg": {
      const expected = size === 8 ? e.get(0) : m.i64.and(e.get(0), const64(e, 0xffffffffn));
      const swap = m.if(m.i64.eq(old(), expected), store(value()));
      return m.block(null, [...guard, keep, swap, assign(e, 0, old())]);
    }
  }
}
