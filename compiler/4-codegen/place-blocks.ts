/**
 * The order of blocks in the final list, and which jumps that leaves.
 *
 * Traces are laid from the entry: after each block its likelier successor, so that the hot path falls through and cold
 * blocks come last. Empty blocks vanish; a branch is inverted where that lets it fall through.
 */
import type { BlockId } from "../3-ir/ir.ts";
import { type End, INVERSE, type MachineBlock, type MachineFunction, successors } from "./machine.ts";

export type Placed = { readonly block: MachineBlock; readonly end: End; readonly next: BlockId | undefined };

export function placeBlocks(fn: MachineFunction): readonly Placed[] {
  const byId = new Map(fn.blocks.map((block) => [block.id, block]));
  const final = skipEmpty(byId);
  const ends = new Map<BlockId, End>();
  for (const block of fn.blocks) ends.set(block.id, redirect(block.end, final));

  const order: MachineBlock[] = [];
  const placed = new Set<BlockId>();
  const reachable = reach(fn, ends, final);
  const rest = [
    ...fn.blocks.filter((block) => !block.cold && reachable.has(block.id)),
    ...fn.blocks.filter((block) => block.cold && reachable.has(block.id)),
  ];
  const waiting = incoming(ends, reachable);
  /** The successor to lay next: not one that is rarely reached, and rather one that nothing else still leads to. */
  const follower = (from: MachineBlock, end: End): MachineBlock | undefined => {
    const rare = end.kind === "branch" && end.unlikely !== undefined ? end[end.unlikely] : undefined;
    const open = [...successors(end)].reverse().flatMap((id) => (placed.has(id) ? [] : (byId.get(id) ?? [])));
    const likely = open.filter((block) => block.id !== rare && (from.cold || !block.cold));
    const free = likely.filter((block) => (waiting.get(block.id) ?? []).every((id) => placed.has(id)));
    if (end.kind === "goto") return likely[0];
    // A shared way out is better laid behind what else leads there.
    return free[0] ?? likely.find((block) => block.end.kind !== "exit") ?? likely[0];
  };
  const entry = fn.blocks[0];
  let at: MachineBlock | undefined = entry === undefined ? undefined : byId.get(final(entry.id));
  while (at !== undefined) {
    placed.add(at.id);
    order.push(at);
    at = follower(at, ends.get(at.id) ?? at.end) ?? rest.find((block) => !placed.has(block.id));
  }
  return order.map((block, i) => ({ block, end: ends.get(block.id) ?? block.end, next: order[i + 1]?.id }));
}

/** Where a jump to an empty block ends up. */
function skipEmpty(byId: ReadonlyMap<BlockId, MachineBlock>): (id: BlockId) => BlockId {
  return (id) => {
    let at = id;
    for (let steps = 0; steps < byId.size; steps++) {
      const block = byId.get(at);
      if (block === undefined || block.ops.length > 0 || block.end.kind !== "goto") return at;
      at = block.end.to;
    }
    return id;
  };
}

/** Blocks that lead to each. */
function incoming(
  ends: ReadonlyMap<BlockId, End>,
  reachable: ReadonlySet<BlockId>,
): ReadonlyMap<BlockId, readonly BlockId[]> {
  const out = new Map<BlockId, BlockId[]>();
  for (const [from, end] of ends) {
    if (!reachable.has(from)) continue;
    for (const to of successors(end)) {
      const list = out.get(to) ?? [];
      out.set(to, list);
      list.push(from);
    }
  }
  return out;
}

function redirect(end: End, final: (id: BlockId) => BlockId): End {
  switch (end.kind) {
    case "goto":
      return { ...end, to: final(end.to) };
    case "branch": {
      const yes = final(end.then);
      const no = final(end.else);
      return yes === no ? { kind: "goto", to: yes, meta: end.meta } : { ...end, then: yes, else: no };
    }
    case "exit":
      return end;
  }
}

function reach(
  fn: MachineFunction,
  ends: ReadonlyMap<BlockId, End>,
  final: (id: BlockId) => BlockId,
): ReadonlySet<BlockId> {
  const seen = new Set<BlockId>();
  const open: BlockId[] = fn.blocks[0] === undefined ? [] : [final(fn.blocks[0].id)];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const end = ends.get(id);
    if (end !== undefined) open.push(...successors(end));
  }
  return seen;
}

/** The end as it stands before block `next`: inverted if that saves a jump. */
export function fallInto(end: End, next: BlockId | undefined): End {
  if (end.kind !== "branch" || end.then !== next) return end;
  const op = INVERSE[end.op];
  return op === undefined ? end : { ...end, op, then: end.else, else: end.then };
}
