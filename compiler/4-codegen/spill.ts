/**
 * Rewrites a function for registers that found no colour: their value stands in the frame, is stored after each write
 * and loaded before each read, through registers that live for one instruction. A value that one instruction makes from
 * nothing (a constant, an address) or loads from the context is made again instead and costs no memory.
 */
import type { Interference } from "./interference.ts";
import {
  copiedFrom,
  eachEndRead,
  eachRead,
  FIRST_VIRTUAL,
  FRAME,
  type MachineFunction,
  mapEndRegisters,
  mapRegisters,
  type Op,
  type VReg,
  writtenBy,
} from "./machine.ts";

/** Changes `fn`; adds the registers it makes to `unspillable`. */
export function spill(
  fn: MachineFunction,
  registers: readonly VReg[],
  graph: Interference,
  unspillable: Set<number>,
): void {
  const remade = remakeable(fn, new Set(registers));
  const places = framePlaces(
    fn,
    registers.filter((reg) => !remade.has(reg)),
    graph,
  );
  const isSpilled = (reg: VReg): boolean => remade.has(reg) || places.has(reg);
  const fresh = (): VReg => {
    const reg = fn.registers++;
    unspillable.add(reg);
    return reg;
  };

  for (const block of fn.blocks) {
    const out: Op[] = [];
    const load = (reg: VReg, meta: Op["meta"]): VReg => {
      const to = fresh();
      const again = remade.get(reg);
      if (again !== undefined)
        out.push(
          mapRegisters(
            again,
            (r) => r,
            () => to,
          ),
        );
      else out.push({ kind: "load", size: 8, signed: false, dst: to, base: FRAME, off: places.get(reg) ?? 0, meta });
      return to;
    };
    for (const op of block.ops) {
      const dst = writtenBy(op);
      if (dst !== undefined && remade.has(dst)) continue;
      const names = new Map<VReg, VReg>();
      eachRead(op, (reg) => {
        if (isSpilled(reg) && !names.has(reg)) names.set(reg, load(reg, placeOf(op.meta)));
      });
      const place = dst === undefined ? undefined : places.get(dst);
      if (dst !== undefined && place !== undefined && !names.has(dst)) names.set(dst, fresh());
      if (names.size === 0) {
        out.push(op);
        continue;
      }
      const rename = (reg: VReg): VReg => names.get(reg) ?? reg;
      const renamed = mapRegisters(op, rename, rename);
      const use = fn.tracepoints.get(op);
      if (use !== undefined) {
        fn.tracepoints.delete(op);
        fn.tracepoints.set(renamed, use);
      }
      out.push(renamed);
      if (dst !== undefined && place !== undefined) {
        const src = { kind: "reg", reg: rename(dst) } as const;
        out.push({ kind: "store", size: 8, base: FRAME, off: place, src, meta: placeOf(op.meta) });
      }
    }
    const names = new Map<VReg, VReg>();
    eachEndRead(block.end, (reg) => {
      if (isSpilled(reg) && !names.has(reg)) names.set(reg, load(reg, block.end.meta));
    });
    if (names.size > 0) block.end = mapEndRegisters(block.end, (reg) => names.get(reg) ?? reg);
    block.ops.length = 0;
    block.ops.push(...out);
  }
}

/** Where in the script an operation stands. What relocates it is not for the loads and stores around it. */
function placeOf(meta: Op["meta"]): Op["meta"] {
  return meta.core === undefined ? meta : { ...meta, core: undefined };
}

/** The operation that makes each register from nothing, where it is the only one to write it. */
function remakeable(fn: MachineFunction, registers: ReadonlySet<VReg>): ReadonlyMap<VReg, Op> {
  const makers = new Map<VReg, Op | undefined>();
  const context = contextRegister(fn);
  const tested = testedForNull(fn);
  /**
   * A load from the context is as good as one from the frame, and its value never had to be stored. But one that is
   * compared with zero may be a pointer that is null: what the verifier learns of it holds for this load alone.
   */
  const fromContext = (op: Op): boolean =>
    op.kind === "load" &&
    op.base === context &&
    !registers.has(op.base) &&
    !fn.tracepoints.has(op) &&
    !(op.size === 8 && tested.has(op.dst));
  for (const block of fn.blocks) {
    for (const op of block.ops) {
      const dst = writtenBy(op);
      if (dst === undefined || !registers.has(dst)) continue;
      makers.set(dst, !makers.has(dst) && (madeFromNothing(op) || fromContext(op)) ? op : undefined);
    }
  }
  const out = new Map<VReg, Op>();
  for (const [reg, op] of makers) if (op !== undefined) out.set(reg, op);
  return out;
}

function testedForNull(fn: MachineFunction): ReadonlySet<VReg> {
  const tested = new Set<VReg>();
  for (const { end } of fn.blocks) {
    if (end.kind !== "branch" || (end.op !== "jeq" && end.op !== "jne")) continue;
    if (end.right.kind === "imm" && end.right.value === 0) tested.add(end.left);
  }
  return tested;
}

function madeFromNothing(op: Op): boolean {
  if (op.kind === "alu") return op.op === "mov" && op.src.kind === "imm";
  return op.kind === "load64" || op.kind === "address";
}

/** The register that holds the context throughout: written once, from r1, at the start; undefined if there is none. */
function contextRegister(fn: MachineFunction): VReg | undefined {
  let found: VReg | undefined;
  for (const op of fn.blocks[0]?.ops ?? []) {
    if (copiedFrom(op) === 1 && op.kind === "alu" && op.dst >= FIRST_VIRTUAL) {
      found = op.dst;
      break;
    }
  }
  if (found === undefined) return undefined;
  let writes = 0;
  for (const block of fn.blocks) for (const op of block.ops) if (writtenBy(op) === found) writes++;
  return writes === 1 ? found : undefined;
}

/** Offsets from r10, shared by registers that do not interfere. */
function framePlaces(fn: MachineFunction, registers: readonly VReg[], graph: Interference): ReadonlyMap<VReg, number> {
  const places = new Map<VReg, number>();
  const start = fn.frame;
  for (const reg of registers) {
    const taken = new Set<number>();
    for (const [other, off] of places) if (graph.adjacent(reg, other)) taken.add(off);
    let off = -(start + 8);
    while (taken.has(off)) off -= 8;
    places.set(reg, off);
    fn.frame = Math.max(fn.frame, -off);
  }
  return places;
}
