/**
 * A function's control flow: its blocks, in reverse postorder, with dominators and loops. Blocks that nothing reaches
 * are left out.
 *
 * Dominators: Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm".
 */
import type { Insn } from "../ebpf/insn.ts";

/** One function of a program, decoded. `slots` gives each instruction's 8-byte slot in the program. */
export type SourceFunction = {
  readonly name: string;
  /** No labels among them. */
  readonly insns: readonly Insn[];
  readonly slots: readonly number[];
  /** Label → index into `insns`. */
  readonly labels: ReadonlyMap<string, number>;
};

export type BlockEnd =
  | { readonly kind: "exit" }
  | { readonly kind: "goto"; readonly to: number }
  /** `insn` is a jump or may-goto. */
  | { readonly kind: "branch"; readonly insn: Insn; readonly yes: number; readonly no: number };

/** Numbers of blocks are their places in reverse postorder: the entry is 0. */
export type Block = {
  /** Instructions from `first` up to `last`, the branch or goto at the end not among them. */
  readonly first: number;
  readonly last: number;
  readonly end: BlockEnd;
  /** Slots it counts for in the budget. */
  readonly cost: number;
};
export type Cfg = {
  readonly blocks: readonly Block[];
  /** Immediate dominator; the entry's is itself. */
  readonly dominator: readonly number[];
  /** Blocks that more than one forward edge enters. */
  readonly merges: readonly boolean[];
  /** Blocks that a backward edge enters. */
  readonly headers: readonly boolean[];
  /** Blocks that may run more than once in a call. */
  readonly inLoop: readonly boolean[];
  /** False: some loop has two entries, and there is no nesting of blocks that shows its flow. */
  readonly reducible: boolean;
};

/** @throws RangeError if the flow leaves the function */
export function findFlow(source: SourceFunction): Cfg {
  const raw = split(source);
  const order = reversePostorder(raw);
  const place = new Map(order.map((start, index) => [start, index]));
  const number = (start: number): number => {
    const found = place.get(start);
    if (found === undefined) throw new RangeError(`function ${source.name} runs on behind its end`);
    return found;
  };
  const blocks = order.map((start): Block => {
    const block = raw.get(start);
    if (block === undefined) throw new RangeError(`function ${source.name} runs on behind its end`);
    return { ...block, end: renumber(block.end, number) };
  });
  const predecessors: number[][] = blocks.map(() => []);
  blocks.forEach((block, from) => {
    for (const to of successors(block.end)) predecessors[to]?.push(from);
  });
  const dominator = findDominators(predecessors);
  const merges = predecessors.map((from, to) => from.filter((each) => each < to).length > 1);
  const headers = predecessors.map((from, to) => from.some((each) => each >= to));
  const dominates = (above: number, below: number): boolean => {
    let at = below;
    while (at > above) at = dominator[at] ?? 0;
    return at === above;
  };
  const reducible = predecessors.every((from, to) => from.every((each) => each < to || dominates(to, each)));
  return { blocks, dominator, merges, headers, inLoop: findLoops(predecessors, reducible), reducible };
}

export function successors(end: BlockEnd): readonly number[] {
  switch (end.kind) {
    case "exit":
      return [];
    case "goto":
      return [end.to];
    case "branch":
      return [end.yes, end.no];
  }
}

function renumber(end: BlockEnd, number: (start: number) => number): BlockEnd {
  switch (end.kind) {
    case "exit":
      return end;
    case "goto":
      return { kind: "goto", to: number(end.to) };
    case "branch":
      return { ...end, yes: number(end.yes), no: number(end.no) };
  }
}

/** Blocks by their first instruction; targets are first instructions too. */
function split({ name, insns, slots, labels }: SourceFunction): Map<number, Block> {
  const targetOf = (label: string): number => {
    const to = labels.get(label);
    if (to === undefined) throw new RangeError(`a jump leaves function ${name}`);
    return to;
  };
  const starts = new Set([0]);
  insns.forEach((insn, index) => {
    switch (insn.kind) {
      case "jump":
      case "may-goto":
      case "goto":
        starts.add(targetOf(insn.target)).add(index + 1);
        break;
      case "exit":
        starts.add(index + 1);
        break;
      default:
        break;
    }
  });
  const blocks = new Map<number, Block>();
  let first = 0;
  while (first < insns.length) {
    let last = first;
    while (last + 1 < insns.length && !starts.has(last + 1)) last++;
    const insn = insns[last];
    const cost = (slots[last] ?? 0) - (slots[first] ?? 0) + 1;
    const block = (upTo: number, end: BlockEnd): Block => ({ first, last: upTo, end, cost });
    switch (insn?.kind) {
      case "exit":
        blocks.set(first, block(last, { kind: "exit" }));
        break;
      case "goto":
        blocks.set(first, block(last, { kind: "goto", to: targetOf(insn.target) }));
        break;
      case "jump":
      case "may-goto":
        blocks.set(first, block(last, { kind: "branch", insn, yes: targetOf(insn.target), no: last + 1 }));
        break;
      default:
        blocks.set(first, block(last + 1, { kind: "goto", to: last + 1 }));
        break;
    }
    first = last + 1;
  }
  return blocks;
}

function reversePostorder(blocks: ReadonlyMap<number, Block>): number[] {
  const order: number[] = [];
  const seen = new Set([0]);
  const path: { readonly start: number; readonly left: number[] }[] = [];
  const enter = (start: number): void => {
    seen.add(start);
    const block = blocks.get(start);
    // the way of a branch that is taken first: the other one then stands right behind the block
    path.push({ start, left: block === undefined ? [] : [...successors(block.end)] });
  };
  enter(0);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const next = top.left.shift();
    if (next === undefined) {
      order.push(top.start);
      path.pop();
    } else if (!seen.has(next)) enter(next);
  }
  return order.reverse();
}

function findDominators(predecessors: readonly (readonly number[])[]): number[] {
  const found: number[] = predecessors.map((_, index) => (index === 0 ? 0 : -1));
  const meet = (left: number, right: number): number => {
    let [a, b] = [left, right];
    while (a !== b) {
      while (a > b) a = found[a] ?? 0;
      while (b > a) b = found[b] ?? 0;
    }
    return a;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (let block = 1; block < predecessors.length; block++) {
      let best = -1;
      for (const from of predecessors[block] ?? []) {
        if (found[from] === -1) continue;
        best = best === -1 ? from : meet(best, from);
      }
      if (best !== found[block]) {
        found[block] = best;
        changed = true;
      }
    }
  }
  return found;
}

/** Natural loops: what reaches a backward edge's source without passing its header. */
function findLoops(predecessors: readonly (readonly number[])[], reducible: boolean): boolean[] {
  if (!reducible) return predecessors.map(() => true);
  const inLoop = predecessors.map(() => false);
  predecessors.forEach((from, header) => {
    const body = new Set([header]);
    const todo = from.filter((each) => each >= header);
    for (let block = todo.pop(); block !== undefined; block = todo.pop()) {
      if (body.has(block)) continue;
      body.add(block);
      todo.push(...(predecessors[block] ?? []));
    }
    if (from.some((each) => each >= header)) for (const block of body) inLoop[block] = true;
  });
  return inLoop;
}
