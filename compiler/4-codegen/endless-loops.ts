/**
 * Loops that no kernel takes: those that nothing leaves, and those whose turns are all alike to the verifier, which takes a state
 * that comes again for an endless loop (states_maybe_looping, is_state_visited in kernel/bpf/verifier.c).
 */
import { definedBy, eachOperand, isCall, jumpsOf } from "../3-ir/edit.ts";
import type { Block, BlockId, Function as Fn, Inst, Terminator, ValueId } from "../3-ir/ir.ts";

/** The end of a block from which no way leads out of the function. */
export function endlessLoop(fn: Fn): Terminator | undefined {
  const leaving = new Set<BlockId>();
  // Backwards, so that mostly one round tells.
  const blocks = [...fn.blocks.values()].reverse();
  for (let before = -1; before !== leaving.size; ) {
    before = leaving.size;
    for (const { id, end } of blocks) {
      if (end.kind === "return" || jumpsOf(end).some(({ to }) => leaving.has(to))) leaving.add(id);
    }
  }
  return [...fn.blocks.values()].find(({ id }) => !leaving.has(id))?.end;
}

/**
 * The end of the first block of a loop that carries nothing from turn to turn: no value, and nothing on the stack that it
 * reads. What it reads elsewhere is any number to the verifier, in every turn. Where a number decides that is known when
 * the object is loaded, the loop may not be entered at all: that is left to the verifier.
 */
export function unchangingLoop(fn: Fn): Terminator | undefined {
  let settled: ReadonlySet<ValueId> | undefined;
  for (const head of fn.blocks.values()) {
    if (head.params.length > 0) continue;
    const loop = loopOf(fn, head);
    if (loop === undefined || loop.some(({ insts }) => insts.some(readsStack))) continue;
    settled ??= knownWhenLoaded(fn);
    const isSettled = (value: ValueId) => settled?.has(value) === true;
    if (!loop.some(({ end }) => end.kind === "branch" && (isSettled(end.left) || isSettled(end.right))))
      return head.end;
  }
  return undefined;
}

/** The blocks of the loop that begins there, through which every way into it leads; undefined: no loop does. */
function loopOf(fn: Fn, head: Block): readonly Block[] | undefined {
  const from = (start: readonly BlockId[], stop: BlockId | undefined): ReadonlySet<BlockId> => {
    const seen = new Set(start);
    for (const id of seen) {
      if (id === stop) continue;
      for (const { to } of jumpsOf(fn.blocks.get(id)?.end ?? head.end)) seen.add(to);
    }
    return seen;
  };
  const behind = from(
    jumpsOf(head.end).map(({ to }) => to),
    undefined,
  );
  if (!behind.has(head.id)) return undefined;
  const loop = [...fn.blocks.values()].filter(
    ({ id }) => id === head.id || (behind.has(id) && from([id], undefined).has(head.id)),
  );
  // Another block that is reached past the head is the loop's head, or a part of a larger one.
  const past = from([fn.entry], head.id);
  const inside = new Set(loop.map(({ id }) => id));
  return [...past].some((id) => id !== head.id && inside.has(id)) ? undefined : loop;
}

function readsStack(inst: Inst): boolean {
  return inst.kind === "load" && (inst.memory === "stack" || inst.memory === "any");
}

/** Values that come from .rodata or the target's types, and what is computed of them. */
function knownWhenLoaded(fn: Fn): ReadonlySet<ValueId> {
  const known = new Set<ValueId>();
  for (let before = -1; before !== known.size; ) {
    before = known.size;
    for (const { insts } of fn.blocks.values()) {
      for (const inst of insts) {
        const dst = definedBy(inst);
        if (dst === undefined || isCall(inst)) continue;
        let isKnown = inst.kind === "core" || (inst.kind === "data" && inst.section === ".rodata");
        eachOperand(inst, (value) => {
          isKnown ||= known.has(value);
        });
        if (isKnown) known.add(dst);
      }
    }
  }
  return known;
}
