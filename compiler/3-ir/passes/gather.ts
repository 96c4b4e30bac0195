/**
 * Gathers what costs nothing until it is used (constants, the context, arguments, addresses of slots, maps, functions) at
 * the head of the entry block, once each.
 *
 * So equal ones are equal values in all blocks, and a block that holds nothing else is empty. The code generator makes
 * them again at every use, so their place is free.
 */
import { definedBy, mapBlocks, renameValues } from "../edit.ts";
import { signed64 } from "../evaluate.ts";
import type { Function as Fn, Inst, ValueId } from "../ir.ts";

export function gather(fn: Fn): Fn {
  const first = new Map<string, Inst>();
  const names: (ValueId | undefined)[] = [];
  let moved = false;
  let position = 0;
  for (const block of fn.blocks.values()) {
    block.insts.forEach((inst, i) => {
      const key = nameOf(inst);
      const dst = definedBy(inst);
      if (key === undefined || dst === undefined) return;
      const known = first.get(key);
      if (known === undefined) {
        first.set(key, inst);
        if (block.id !== fn.entry || i !== position) moved = true;
        position++;
      } else {
        names[dst] = definedBy(known);
        moved = true;
      }
    });
  }
  if (!moved) return fn;
  const head = [...first.values()];
  const rest = mapBlocks(fn, (block) => {
    const insts = block.insts.filter((inst) => nameOf(inst) === undefined);
    if (block.id === fn.entry) return { ...block, insts: [...head, ...insts] };
    return insts.length === block.insts.length ? block : { ...block, insts };
  });
  return renameValues(rest, names);
}

/** Equal for instructions that make the same value from nothing; undefined for all others. */
function nameOf(inst: Inst): string | undefined {
  switch (inst.kind) {
    case "const":
      return `const ${signed64(inst.value)}`;
    case "context":
      return "context";
    case "argument":
      return `argument ${inst.index}`;
    case "slot":
      return `slot ${inst.slot} ${inst.offset}`;
    case "map":
      return `map ${inst.map}`;
    case "function":
      return `function ${inst.name}`;
    default:
      return undefined;
  }
}
