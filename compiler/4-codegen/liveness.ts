/** Which registers hold something still needed, at the ends of blocks. Physical registers take part like any other. */
import type { BlockId } from "../3-ir/ir.ts";
import { CLOBBERED, eachEndRead, eachRead, type MachineFunction, successors, writtenBy } from "./machine.ts";

/** A set of registers as bits. */
export type RegisterSet = Uint32Array;

export function contains(set: RegisterSet, reg: number): boolean {
  return ((set[reg >>> 5] ?? 0) & (1 << (reg & 31))) !== 0;
}
export function include(set: RegisterSet, reg: number): void {
  set[reg >>> 5] = (set[reg >>> 5] ?? 0) | (1 << (reg & 31));
}
export function exclude(set: RegisterSet, reg: number): void {
  set[reg >>> 5] = (set[reg >>> 5] ?? 0) & ~(1 << (reg & 31));
}
/** Visits the members in ascending order. */
export function eachMember(set: RegisterSet, visit: (reg: number) => void): void {
  for (let word = 0; word < set.length; word++) {
    for (let bits = set[word] ?? 0; bits !== 0; bits &= bits - 1) visit(word * 32 + 31 - Math.clz32(bits & -bits));
  }
}

/** A set that is walked at every step and holds few of many: stretches without members are passed over. */
export class SparseSet {
  readonly #bits: RegisterSet;
  /** A bit per word of #bits; one that is set may be out of date. */
  readonly #used: Uint32Array;

  constructor(members: RegisterSet) {
    this.#bits = new Uint32Array(members);
    this.#used = new Uint32Array((members.length + 31) >>> 5);
    for (let word = 0; word < members.length; word++) if (members[word] !== 0) include(this.#used, word);
  }

  include(reg: number): void {
    include(this.#bits, reg);
    include(this.#used, reg >>> 5);
  }

  exclude(reg: number): void {
    exclude(this.#bits, reg);
  }

  /** Visits the members in ascending order. */
  each(visit: (reg: number) => void): void {
    eachMember(this.#used, (word) => {
      let bits = this.#bits[word] ?? 0;
      if (bits === 0) exclude(this.#used, word);
      for (; bits !== 0; bits &= bits - 1) visit(word * 32 + 31 - Math.clz32(bits & -bits));
    });
  }
}

/** Registers live at the end of each block. */
export function liveAtEnds(fn: MachineFunction): ReadonlyMap<BlockId, RegisterSet> {
  const words = (fn.registers + 31) >>> 5;
  const facts = fn.blocks.map((block) => {
    const read = new Uint32Array(words);
    const written = new Uint32Array(words);
    const use = (reg: number): void => {
      if (!contains(written, reg)) include(read, reg);
    };
    for (const op of block.ops) {
      eachRead(op, use);
      const dst = writtenBy(op);
      if (dst !== undefined) include(written, dst);
      if (op.kind === "call") for (let reg = 0; reg < CLOBBERED; reg++) include(written, reg);
    }
    eachEndRead(block.end, use);
    return { block, read, written, atStart: new Uint32Array(words), atEnd: new Uint32Array(words) };
  });
  const byId = new Map(facts.map((fact) => [fact.block.id, fact]));
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = facts.length - 1; i >= 0; i--) {
      const fact = facts[i];
      if (fact === undefined) continue;
      for (const id of successors(fact.block.end)) {
        const next = byId.get(id);
        if (next !== undefined)
          for (let w = 0; w < words; w++) fact.atEnd[w] = (fact.atEnd[w] ?? 0) | (next.atStart[w] ?? 0);
      }
      for (let w = 0; w < words; w++) {
        const live = (fact.read[w] ?? 0) | ((fact.atEnd[w] ?? 0) & ~(fact.written[w] ?? 0));
        if (live >>> 0 !== fact.atStart[w]) {
          fact.atStart[w] = live;
          changed = true;
        }
      }
    }
  }
  return new Map(facts.map((fact) => [fact.block.id, fact.atEnd]));
}
