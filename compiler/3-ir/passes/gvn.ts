/**
 * Value numbering over the dominator tree: what was computed on every way here is not computed again.
 *
 * Covers arithmetic, addresses, relocated values, pure calls, loads (while their memory is unchanged), loads of what was
 * just stored, and lookups of a map's key while that map is unchanged: one lookup serves `/@t[tid]/ { … @t[tid] … }`.
 * Branches on the way decide later comparisons of the same values, such as a second check for null.
 *
 * Relies on passes "gather" and "fold" (equal things look equal). Guarantees: a value is only replaced by one that
 * dominates it.
 */
import { blockOf, definedBy, definitions, mapBlocks, mapEnd, mapInst, renameBlock } from "../edit.ts";
import { effectOf, slotOf } from "../effects.ts";
import { INVERSE_COMPARE } from "../evaluate.ts";
import { dominators, reorder } from "../graph.ts";
import type { Block, BlockId, Bytes, Function as Fn, Inst, Terminator, ValueId } from "../ir.ts";
import { knownBits } from "../known-bits.ts";
import { Facts } from "./facts.ts";
import { changed, effectsBetween, INITIAL, type MemoryState, mapVersion, memoryVersion } from "./memory-state.ts";

/**
 * In a function of more lookups (loops that were unrolled) one does not serve beyond its block: the verifier would walk what
 * follows for every combination of the entries that are there and those that are not.
 */
const LOOKUPS_MAX = 64;

export function gvn(fn: Fn): Fn {
  const tree = dominators(fn);
  const keepsLookups = countLookups(fn) <= LOOKUPS_MAX;
  const defs = definitions(fn);
  const definition = (value: ValueId): Inst | undefined => defs[value];
  const constantOf = (value: ValueId): bigint | undefined => {
    const inst = defs[value];
    return inst?.kind === "const" ? inst.value : undefined;
  };
  const names: (ValueId | undefined)[] = [];
  const rename = (value: ValueId): ValueId => names[value] ?? value;
  const known = new Map<string, ValueId>();
  const facts = new Facts();
  const blocks = new Map<BlockId, Block>();
  let time = 0;
  let replaced = false;
  // The constants 0 and 1, for comparisons that the facts decide.
  const bool: (ValueId | undefined)[] = [undefined, undefined];
  for (const inst of blockOf(fn, fn.entry).insts) {
    if (inst.kind === "const" && (inst.value === 0n || inst.value === 1n)) bool[Number(inst.value)] = inst.dst;
  }

  const visit = (id: BlockId, above: MemoryState): void => {
    const block = blockOf(fn, id);
    const mark = facts.mark();
    const undo: (() => void)[] = [];
    const remember = (key: string, value: ValueId): void => {
      const old = known.get(key);
      known.set(key, value);
      undo.push(() => {
        if (old === undefined) known.delete(key);
        else known.set(key, old);
      });
    };
    let state = above;
    for (const effect of effectsBetween(fn, tree, id, definition)) state = changed(state, effect, ++time);

    const [pred, ...others] = tree.predecessors.get(id) ?? [];
    const way = pred === undefined || others.length > 0 ? undefined : blocks.get(pred)?.end;
    if (way?.kind === "branch" && way.width === 64 && way.then.to !== way.else.to) {
      const op = way.then.to === id ? way.op : INVERSE_COMPARE[way.op];
      if (op !== undefined) facts.learn(op, way.left, way.right, constantOf(way.right));
    }

    const insts: Inst[] = [];
    /** Lookups of this block. */
    const lookups = new Set<ValueId | undefined>();
    for (const original of block.insts) {
      const inst = mapInst(original, rename);
      const dst = definedBy(inst);
      if (inst.kind === "compare") {
        const outcome = facts.decide(inst.op, inst.left, inst.right, constantOf(inst.right));
        const value = outcome === undefined ? undefined : bool[outcome ? 1 : 0];
        if (value !== undefined) {
          names[inst.dst] = value;
          replaced = true;
          continue;
        }
      }
      const key = nameOf(inst, state, definition);
      if (key !== undefined && dst !== undefined) {
        const same = known.get(key);
        const serves = keepsLookups || inst.kind !== "map-lookup" || lookups.has(same);
        if (inst.kind === "map-lookup") lookups.add(dst);
        if (same !== undefined && serves) {
          names[dst] = same;
          replaced = true;
          continue;
        }
        remember(key, dst);
      }
      const next = changed(state, effectOf(inst, definition), ++time);
      state = next;
      if (inst.kind === "store") rememberStored(inst, state, definition, remember);
      insts.push(inst);
    }
    let end: Terminator = mapEnd(block.end, rename);
    if (end.kind === "branch" && end.width === 64) {
      const outcome = facts.decide(end.op, end.left, end.right, constantOf(end.right));
      if (outcome !== undefined) {
        end = { kind: "jump", target: outcome ? end.then : end.else, span: end.span };
        replaced = true;
      }
    }
    blocks.set(id, { ...block, insts, end });
    for (const child of tree.children.get(id) ?? []) visit(child, state);
    for (let i = undo.length - 1; i >= 0; i--) undo[i]?.();
    facts.undo(mark);
  };
  visit(fn.entry, INITIAL);
  if (!replaced) return fn;
  // Arguments of jumps backwards were renamed before their values were; parameters keep the order of blocks.
  const ordered: Fn = {
    ...fn,
    blocks: new Map([...fn.blocks.keys()].map((id) => [id, blocks.get(id) ?? blockOf(fn, id)])),
  };
  return reorder(mapBlocks(ordered, (block) => renameBlock(block, rename)));
}

function countLookups(fn: Fn): number {
  let count = 0;
  for (const { insts } of fn.blocks.values()) for (const { kind } of insts) if (kind === "map-lookup") count++;
  return count;
}

/** Equal for instructions that give the same value at this point; undefined for those that may not. */
function nameOf(inst: Inst, state: MemoryState, definition: (value: ValueId) => Inst | undefined): string | undefined {
  switch (inst.kind) {
    case "binary":
      return `${inst.op} ${inst.left} ${inst.right}`;
    case "compare":
      return `c ${inst.op} ${inst.left} ${inst.right}`;
    case "negate":
      return `negate ${inst.value}`;
    case "extend":
      return `extend ${inst.signed} ${inst.bits} ${inst.value}`;
    case "swap":
      return `swap ${inst.bits} ${inst.value}`;
    case "core":
      return `core ${inst.reference.kind} ${inst.reference.type} ${inst.reference.access.join(":")}`;
    case "data":
      return `data ${inst.section} ${inst.offset}`;
    case "load": {
      const { place, version } = placeOf(inst, state, definition);
      const core = inst.core === undefined ? "" : ` ${inst.core.kind} ${inst.core.type} ${inst.core.access.join(":")}`;
      return `load ${inst.signed} ${inst.size} ${place} ${version}${core}`;
    }
    case "map-lookup": {
      const key = bytesName(inst.key, state, definition);
      return `lookup ${inst.map} ${mapVersion(state, inst.map)} ${key}`;
    }
    case "call": {
      if (!inst.pure || inst.writes !== undefined) return undefined;
      const version = inst.reads === undefined ? 0 : memoryVersion(state, inst.reads, undefined);
      return `call ${inst.helper} ${inst.args.join(" ")} ${version}`;
    }
    default:
      return undefined;
  }
}

/** Where an access goes, and when that memory last changed. A slot is named by its number, however it was reached. */
function placeOf(
  inst: Extract<Inst, { readonly kind: "load" | "store" }>,
  state: MemoryState,
  definition: (value: ValueId) => Inst | undefined,
): { readonly place: string; readonly version: number } {
  const at = inst.memory === "stack" ? slotOf(inst.base, definition) : undefined;
  const place =
    at === undefined ? `v${inst.base}+${inst.offset} ${inst.memory}` : `s${at.slot}+${at.offset + inst.offset}`;
  return { place, version: memoryVersion(state, inst.memory, at?.slot) };
}

function bytesName(bytes: Bytes, state: MemoryState, definition: (value: ValueId) => Inst | undefined): string {
  if (bytes.kind === "scalars") {
    const parts = [...bytes.parts].sort((a, b) => a.offset - b.offset);
    return `${bytes.size} ${parts.map((part) => `${part.offset}:${part.size}:${part.value}`).join(" ")}`;
  }
  const slot = slotOf(bytes.base, definition)?.slot;
  const version = memoryVersion(state, slot === undefined ? "any" : "stack", slot);
  return `memory ${bytes.base} ${bytes.offset} ${bytes.size} ${version}`;
}

/** A later load of just these bytes gives the stored value. */
function rememberStored(
  inst: Extract<Inst, { readonly kind: "store" }>,
  state: MemoryState,
  definition: (value: ValueId) => Inst | undefined,
  remember: (key: string, value: ValueId) => void,
): void {
  // A narrow load extends: only a value without other bits comes back as it was.
  if (inst.size < 8 && knownBits(inst.value, definition) > inst.size * 8) return;
  const { place, version } = placeOf(inst, state, definition);
  remember(`load false ${inst.size} ${place} ${version}`, inst.value);
  if (inst.size === 8) remember(`load true 8 ${place} ${version}`, inst.value);
}
