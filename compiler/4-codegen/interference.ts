/**
 * Which registers must differ: an edge between two that hold something needed at the same time.
 *
 * Physical registers are nodes without adjacency lists (their degree counts as infinite). A copy's source and target do
 * not interfere by the copy alone, so that the allocator can make them one.
 */
import { contains, include, liveAtEnds, SparseSet } from "./liveness.ts";
import {
  CLOBBERED,
  COLOURS,
  copiedFrom,
  eachEndRead,
  eachRead,
  FRAME,
  type MachineFunction,
  writtenBy,
} from "./machine.ts";

export type Move = { readonly to: number; readonly from: number; readonly weight: number };

export type Interference = {
  readonly nodes: number;
  readonly adjacent: (a: number, b: number) => boolean;
  readonly connect: (a: number, b: number) => void;
  /** Neighbours of a virtual register, those since coalesced included. */
  readonly neighbours: readonly number[][];
  readonly degree: Int32Array;
  readonly moves: readonly Move[];
  /** What keeping a register in memory would cost: reads and writes, weighted by how often they run. */
  readonly cost: Float64Array;
};

/** Above this many registers the matrix of edges would be larger than the edges themselves. */
const MATRIX_LIMIT = 4096;

export function interference(fn: MachineFunction): Interference {
  const nodes = fn.registers;
  const edges = edgeSet(nodes);
  const neighbours: number[][] = Array.from({ length: nodes }, () => []);
  const degree = new Int32Array(nodes);
  const cost = new Float64Array(nodes);
  for (let reg = 0; reg < COLOURS; reg++) degree[reg] = 0x3fffffff;

  const connect = (a: number, b: number): void => {
    if (a === b || a === FRAME || b === FRAME || !edges.add(a, b)) return;
    if (a >= COLOURS) {
      neighbours[a]?.push(b);
      degree[a] = (degree[a] ?? 0) + 1;
    }
    if (b >= COLOURS) {
      neighbours[b]?.push(a);
      degree[b] = (degree[b] ?? 0) + 1;
    }
  };
  for (let a = 0; a < COLOURS; a++) for (let b = 0; b < a; b++) edges.add(a, b);

  const moves: Move[] = [];
  const ends = liveAtEnds(fn);
  for (const block of fn.blocks) {
    const weight = 8 ** Math.min(block.loopDepth, 4) * (block.cold ? 0.05 : 1);
    const charge = (reg: number): void => {
      cost[reg] = (cost[reg] ?? 0) + weight;
    };
    const live = new SparseSet(ends.get(block.id) ?? new Uint32Array());
    const use = (reg: number): void => {
      charge(reg);
      live.include(reg);
    };
    eachEndRead(block.end, use);
    for (let i = block.ops.length - 1; i >= 0; i--) {
      const op = block.ops[i];
      if (op === undefined) continue;
      const source = copiedFrom(op);
      const dst = writtenBy(op);
      if (source !== undefined && dst !== undefined && source !== FRAME) {
        live.exclude(source);
        moves.push({ to: dst, from: source, weight });
      }
      if (dst !== undefined) {
        charge(dst);
        // Written although never read again: it still needs a register for that moment.
        live.each((other) => connect(dst, other));
        if (op.kind === "choose") eachRead(op, (other) => connect(dst, other));
      }
      if (op.kind === "call") {
        for (let reg = 0; reg < CLOBBERED; reg++) {
          live.each((other) => connect(reg, other));
          live.exclude(reg);
        }
      }
      if (dst !== undefined) live.exclude(dst);
      eachRead(op, use);
    }
  }
  return { nodes, adjacent: edges.has, connect, neighbours, degree, moves, cost };
}

type EdgeSet = {
  /** True if the edge is new. */
  readonly add: (a: number, b: number) => boolean;
  readonly has: (a: number, b: number) => boolean;
};

function edgeSet(nodes: number): EdgeSet {
  if (nodes > MATRIX_LIMIT) {
    const set = new Set<number>();
    const key = (a: number, b: number): number => (a < b ? b * nodes + a : a * nodes + b);
    return {
      has: (a, b) => set.has(key(a, b)),
      add: (a, b) => {
        const before = set.size;
        return set.add(key(a, b)).size !== before;
      },
    };
  }
  const bits = new Uint32Array(((nodes * (nodes + 1)) >> 6) + 1);
  const key = (a: number, b: number): number => (a < b ? ((b * (b + 1)) >> 1) + a : ((a * (a + 1)) >> 1) + b);
  return {
    has: (a, b) => contains(bits, key(a, b)),
    add: (a, b) => {
      const at = key(a, b);
      if (contains(bits, at)) return false;
      include(bits, at);
      return true;
    },
  };
}
