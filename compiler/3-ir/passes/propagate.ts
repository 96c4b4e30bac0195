/** Drops block parameters that always get the same value (or themselves): the value takes their place. */
import { blockOf, jumpsOf, mapBlocks, mapJumps, renameValues } from "../edit.ts";
import type { BlockId, Function as Fn, ValueId } from "../ir.ts";

export function propagate(fn: Fn): Fn {
  const names: (ValueId | undefined)[] = [];
  const resolve = (value: ValueId): ValueId => {
    let at = value;
    for (let next = names[at]; next !== undefined; next = names[at]) at = next;
    return at;
  };
  const incoming = new Map<BlockId, (readonly ValueId[])[]>();
  for (const block of fn.blocks.values()) {
    for (const jump of jumpsOf(block.end)) {
      const list = incoming.get(jump.to) ?? [];
      list.push(jump.args);
      incoming.set(jump.to, list);
    }
  }
  // One parameter's value may make another's arguments equal.
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of fn.blocks.values()) {
      block.params.forEach((param, i) => {
        if (names[param] !== undefined) return;
        let only: ValueId | undefined;
        for (const args of incoming.get(block.id) ?? []) {
          const arg = args[i];
          const value = arg === undefined ? undefined : resolve(arg);
          if (value === undefined || value === param || value === only) continue;
          if (only !== undefined) return;
          only = value;
        }
        if (only === undefined) return;
        names[param] = only;
        changed = true;
      });
    }
  }
  if (names.length === 0) return fn;
  const dropped = mapBlocks(fn, (block) => {
    const end = mapJumps(block.end, (jump) => {
      const { params } = blockOf(fn, jump.to);
      const args = jump.args.filter((_, i) => names[params[i] ?? -1] === undefined);
      return args.length === jump.args.length ? jump : { to: jump.to, args };
    });
    const params = block.params.filter((param) => names[param] === undefined);
    return end === block.end && params.length === block.params.length ? block : { ...block, params, end };
  });
  return renameValues(dropped, names);
}
