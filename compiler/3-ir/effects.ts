/**
 * What instructions do to memory and maps, for passes that keep or move loads.
 *
 * Memory is told apart by class, stack memory also by slot, map structure (which elements there are) by map name.
 */
import type { Inst, Memory, SlotId, ValueId } from "./ir.ts";
import type { Definitions } from "./known-bits.ts";

export type Effect = {
  /** Classes of memory that may change. "any": all of them. */
  readonly memory: readonly Memory[];
  /** Stack slots that change; undefined with "stack" in memory: any slot. */
  readonly slots: readonly SlotId[] | undefined;
  /** Maps that may gain, lose or replace elements; "all": unknown code runs. */
  readonly maps: readonly string[] | "all";
};

const NONE: Effect = { memory: [], slots: [], maps: [] };
const EVERYTHING: Effect = { memory: ["any"], slots: undefined, maps: "all" };

/** The slot an address points into, and the byte; undefined for other or unknown memory. */
export function slotOf(
  value: ValueId,
  definition: Definitions,
): { readonly slot: SlotId; readonly offset: number } | undefined {
  const inst = definition(value);
  if (inst?.kind === "slot") return { slot: inst.slot, offset: inst.offset };
  if (inst?.kind !== "binary" || inst.op !== "add") return undefined;
  const base = slotOf(inst.left, definition);
  const offset = definition(inst.right);
  if (base === undefined || offset?.kind !== "const") return undefined;
  return { slot: base.slot, offset: base.offset + Number(BigInt.asIntN(64, offset.value)) };
}

/** The slot an address may lie in, through any arithmetic. */
function slotNear(value: ValueId, definition: Definitions, depth = 6): SlotId | undefined {
  const inst = definition(value);
  if (inst?.kind === "slot") return inst.slot;
  if (inst?.kind !== "binary" || depth === 0) return undefined;
  return slotNear(inst.left, definition, depth - 1) ?? slotNear(inst.right, definition, depth - 1);
}

export function effectOf(inst: Inst, definition: Definitions): Effect {
  switch (inst.kind) {
    case "store":
    case "atomic-add":
    case "zero":
      return writes(inst.memory, [inst.base], definition);
    case "copy":
      return writes(inst.memory, [inst.to], definition);
    case "map-update":
    case "map-delete":
      // An element's memory may be another's afterwards.
      return { memory: ["map"], slots: [], maps: [inst.map] };
    case "call": {
      // A helper that runs a callback does whatever that does.
      if (inst.args.some((arg) => definition(arg)?.kind === "function")) return EVERYTHING;
      if (inst.writes === undefined) return NONE;
      const effect = writes(inst.writes, inst.args, definition);
      const changesMaps =
        inst.writes === "any" || inst.args.some((arg) => definition(arg)?.kind === "map" && inst.writes === "map");
      return changesMaps ? { ...effect, maps: "all" } : effect;
    }
    case "call-function":
      return EVERYTHING;
    default:
      return NONE;
  }
}

function writes(memory: Memory, addresses: readonly ValueId[], definition: Definitions): Effect {
  if (memory !== "stack") return { memory: [memory], slots: memory === "any" ? undefined : [], maps: [] };
  const slots: SlotId[] = [];
  for (const address of addresses) {
    const slot = slotNear(address, definition);
    if (slot !== undefined) slots.push(slot);
    else if (addresses.length === 1) return { memory: ["stack"], slots: undefined, maps: [] };
  }
  // A call that writes the stack but is given no slot directly may have been given one by way of a parameter.
  return { memory: ["stack"], slots: slots.length === 0 ? undefined : slots, maps: [] };
}
