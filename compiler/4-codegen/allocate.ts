/**
 * Register allocation: graph colouring with iterated register coalescing (George and Appel, "Iterated Register
 * Coalescing", TOPLAS 1996).
 *
 * r0–r9 are the colours. What is live across a call interferes with r0–r5 and so ends up in r6–r9; copies into argument
 * registers and out of r0 vanish where their two sides can be one. What finds no colour goes to the frame (spill.ts)
 * and the whole is done again; constants and addresses are made again instead.
 */
import { type Interference, interference } from "./interference.ts";
import { COLOURS, FIRST_VIRTUAL, FRAME, type MachineFunction } from "./machine.ts";

export type Colouring = {
  /** Physical register of each register, by number. */
  readonly registers: Uint8Array;
  /** Registers without one. */
  readonly spilled: readonly number[];
  readonly graph: Interference;
};

/** @param unspillable registers that spilling made: they live for one instruction only */
export function colour(fn: MachineFunction, unspillable: ReadonlySet<number>): Colouring {
  return new Colourer(interference(fn), unspillable).run();
}

type Place = "low" | "frozen-move" | "high" | "stacked" | "coalesced" | "none";

class Colourer {
  readonly #graph: Interference;
  readonly #unspillable: ReadonlySet<number>;
  readonly #place: Place[];
  readonly #alias: Int32Array;
  readonly #degree: Int32Array;
  readonly #cost: Float64Array;
  /** Moves by node, as positions in graph.moves. */
  readonly #movesOf: number[][];
  /** Moves that may still vanish. */
  readonly #active: Uint8Array;
  /** Moves to look at. */
  readonly #queue: number[];
  readonly #queued: Uint8Array;
  readonly #low: number[] = [];
  readonly #stack: number[] = [];

  constructor(graph: Interference, unspillable: ReadonlySet<number>) {
    this.#graph = graph;
    this.#unspillable = unspillable;
    this.#place = new Array<Place>(graph.nodes).fill("none");
    this.#alias = Int32Array.from({ length: graph.nodes }, (_, i) => i);
    this.#degree = graph.degree;
    this.#cost = graph.cost;
    this.#movesOf = Array.from({ length: graph.nodes }, () => []);
    this.#active = new Uint8Array(graph.moves.length).fill(1);
    graph.moves.forEach((move, i) => {
      this.#movesOf[move.to]?.push(i);
      if (move.from !== move.to) this.#movesOf[move.from]?.push(i);
    });
    this.#queued = new Uint8Array(graph.moves.length).fill(1);
    // Copies that run most often are looked at first (the queue is taken from its end).
    this.#queue = graph.moves.map((_, i) => i);
    this.#queue.sort((a, b) => (graph.moves[a]?.weight ?? 0) - (graph.moves[b]?.weight ?? 0) || b - a);
  }

  run(): Colouring {
    for (let reg = FIRST_VIRTUAL; reg < this.#graph.nodes; reg++) {
      if ((this.#cost[reg] ?? 0) > 0) this.#file(reg);
    }
    for (;;) {
      const low = this.#low.pop();
      if (low !== undefined) {
        if (this.#place[low] === "low") this.#simplify(low);
        continue;
      }
      const move = this.#queue.pop();
      if (move !== undefined) {
        this.#coalesce(move);
        continue;
      }
      if (!this.#freezeOne() && !this.#pushOne()) break;
    }
    return this.#assign();
  }

  #degreeOf(reg: number): number {
    return this.#degree[reg] ?? 0;
  }
  #root(reg: number): number {
    let at = reg;
    for (let next = this.#alias[at] ?? at; next !== at; next = this.#alias[at] ?? at) at = next;
    return at;
  }
  #isPresent(reg: number): boolean {
    const place = this.#place[reg];
    return place !== "stacked" && place !== "coalesced";
  }
  #moveRelated(reg: number): boolean {
    return this.#movesOf[reg]?.some((move) => this.#active[move] === 1) === true;
  }
  /** Puts a node where its degree and moves want it. */
  #file(reg: number): void {
    if (this.#degreeOf(reg) >= COLOURS) this.#place[reg] = "high";
    else if (this.#moveRelated(reg)) this.#place[reg] = "frozen-move";
    else {
      this.#place[reg] = "low";
      this.#low.push(reg);
    }
  }
  #simplify(reg: number): void {
    this.#place[reg] = "stacked";
    this.#stack.push(reg);
    for (const other of this.#graph.neighbours[reg] ?? []) this.#lose(other);
  }
  /** A neighbour of this node is gone. */
  #lose(reg: number): void {
    if (reg < COLOURS || !this.#isPresent(reg)) return;
    const degree = this.#degreeOf(reg) - 1;
    this.#degree[reg] = degree;
    if (degree !== COLOURS - 1) return;
    this.#wake(reg);
    for (const other of this.#graph.neighbours[reg] ?? []) if (this.#isPresent(other)) this.#wake(other);
    this.#file(reg);
  }
  /** Looks again at the moves of a node: they may have become safe. */
  #wake(reg: number): void {
    for (const move of this.#movesOf[reg] ?? []) {
      if (this.#active[move] !== 1 || this.#queued[move] === 1) continue;
      this.#queued[move] = 1;
      this.#queue.push(move);
    }
  }
  #coalesce(index: number): void {
    const move = this.#graph.moves[index];
    this.#queued[index] = 0;
    if (move === undefined || this.#active[index] !== 1) return;
    let keep = this.#root(move.to);
    let drop = this.#root(move.from);
    if (drop < COLOURS) [keep, drop] = [drop, keep];
    if (keep === drop) {
      this.#retire(index, keep, drop);
    } else if (drop < COLOURS || this.#graph.adjacent(keep, drop)) {
      this.#retire(index, keep, drop);
    } else if (keep < COLOURS ? this.#georgeTest(keep, drop) : this.#briggsTest(keep, drop)) {
      this.#active[index] = 0;
      this.#combine(keep, drop);
      this.#refile(keep);
    }
    // Otherwise it stays active, and is looked at again when a degree falls.
  }
  /** The move can no longer vanish, or has. */
  #retire(index: number, a: number, b: number): void {
    this.#active[index] = 0;
    this.#refile(a);
    this.#refile(b);
  }
  #refile(reg: number): void {
    if (reg < COLOURS || this.#place[reg] === "stacked" || this.#place[reg] === "coalesced") return;
    if (this.#place[reg] === "low") return;
    this.#file(reg);
  }
  /** Into a physical register: every neighbour is harmless or already conflicts with it. */
  #georgeTest(physical: number, reg: number): boolean {
    return (this.#graph.neighbours[reg] ?? []).every(
      (other) =>
        other < COLOURS ||
        !this.#isPresent(other) ||
        this.#degreeOf(other) < COLOURS ||
        this.#graph.adjacent(other, physical),
    );
  }
  /** Two virtual registers: the result has fewer than ten neighbours of high degree. */
  #briggsTest(a: number, b: number): boolean {
    let high = 0;
    const count = (other: number, shared: boolean): void => {
      if (!this.#isPresent(other)) return;
      // A neighbour of both loses one edge by the merge.
      const degree = this.#degreeOf(other) - (shared ? 1 : 0);
      if (other < COLOURS || degree >= COLOURS) high++;
    };
    for (const other of this.#graph.neighbours[a] ?? []) count(other, this.#graph.adjacent(other, b));
    for (const other of this.#graph.neighbours[b] ?? []) if (!this.#graph.adjacent(other, a)) count(other, false);
    return high < COLOURS;
  }
  #combine(keep: number, drop: number): void {
    this.#place[drop] = "coalesced";
    this.#alias[drop] = keep;
    this.#cost[keep] = (this.#cost[keep] ?? 0) + (this.#cost[drop] ?? 0);
    const moves = this.#movesOf[keep];
    if (moves !== undefined) for (const move of this.#movesOf[drop] ?? []) if (!moves.includes(move)) moves.push(move);
    for (const other of this.#graph.neighbours[drop] ?? []) {
      if (!this.#isPresent(other)) continue;
      this.#graph.connect(other, keep);
      this.#lose(other);
    }
  }
  /** Gives up the moves of one node of low degree, the one with the least to lose. */
  #freezeOne(): boolean {
    let best = -1;
    let least = Infinity;
    for (let reg = FIRST_VIRTUAL; reg < this.#graph.nodes; reg++) {
      if (this.#place[reg] !== "frozen-move") continue;
      let weight = 0;
      for (const move of this.#movesOf[reg] ?? []) {
        if (this.#active[move] === 1) weight += this.#graph.moves[move]?.weight ?? 0;
      }
      if (weight < least) {
        least = weight;
        best = reg;
      }
    }
    if (best < 0) return false;
    this.#freeze(best);
    this.#place[best] = "low";
    this.#low.push(best);
    return true;
  }
  #freeze(reg: number): void {
    for (const index of this.#movesOf[reg] ?? []) {
      if (this.#active[index] !== 1) continue;
      this.#active[index] = 0;
      const move = this.#graph.moves[index];
      if (move === undefined) continue;
      for (const side of [this.#root(move.to), this.#root(move.from)]) if (side !== reg) this.#refile(side);
    }
  }
  /** Takes the node that is cheapest to keep in memory out of the graph, in the hope that it finds a colour. */
  #pushOne(): boolean {
    let best = -1;
    let least = Infinity;
    for (let reg = FIRST_VIRTUAL; reg < this.#graph.nodes; reg++) {
      if (this.#place[reg] !== "high") continue;
      const price = this.#unspillable.has(reg) ? 1e30 : (this.#cost[reg] ?? 0) / Math.max(1, this.#degreeOf(reg));
      if (price < least) {
        least = price;
        best = reg;
      }
    }
    if (best < 0) return false;
    this.#freeze(best);
    this.#place[best] = "low";
    this.#low.push(best);
    return true;
  }

  #assign(): Colouring {
    const registers = new Uint8Array(this.#graph.nodes);
    for (let reg = 0; reg <= FRAME; reg++) registers[reg] = reg;
    const coloured = new Uint8Array(this.#graph.nodes);
    coloured.fill(1, 0, FIRST_VIRTUAL);
    const spilled: number[] = [];
    for (let reg = this.#stack.pop(); reg !== undefined; reg = this.#stack.pop()) {
      let free = (1 << COLOURS) - 1;
      for (const other of this.#graph.neighbours[reg] ?? []) {
        const root = this.#root(other);
        if (coloured[root] === 1) free &= ~(1 << (registers[root] ?? 0));
      }
      if (free === 0) {
        spilled.push(reg);
        continue;
      }
      registers[reg] = this.#choose(reg, free, registers, coloured);
      coloured[reg] = 1;
    }
    for (let reg = FIRST_VIRTUAL; reg < this.#graph.nodes; reg++) {
      if (this.#place[reg] === "coalesced") registers[reg] = registers[this.#root(reg)] ?? 0;
    }
    const all: number[] = [];
    const lost = new Set(spilled);
    for (let reg = FIRST_VIRTUAL; reg < this.#graph.nodes; reg++) if (lost.has(this.#root(reg))) all.push(reg);
    return { registers, spilled: all, graph: this.#graph };
  }
  /** One of the free colours: that of a copy's other side if there is one, else the lowest. */
  #choose(reg: number, free: number, registers: Uint8Array, coloured: Uint8Array): number {
    let best = -1;
    let most = 0;
    const gain = new Float64Array(COLOURS);
    for (const index of this.#movesOf[reg] ?? []) {
      const move = this.#graph.moves[index];
      if (move === undefined) continue;
      const to = this.#root(move.to);
      const other = to === reg ? this.#root(move.from) : to;
      if (other === reg || coloured[other] !== 1) continue;
      const wanted = registers[other] ?? 0;
      if ((free & (1 << wanted)) === 0) continue;
      const sum = (gain[wanted] ?? 0) + move.weight;
      gain[wanted] = sum;
      if (sum > most) {
        most = sum;
        best = wanted;
      }
    }
    return best >= 0 ? best : 31 - Math.clz32(free & -free);
  }
}
