/**
 * Control flow as nested blocks and loops, the only one that WebAssembly has: each loop header becomes a loop, each block
 * that several edges enter stands behind a block that they leave. Flow with loops of two entries becomes one loop
 * around a switch.
 *
 * Ramsey, "Beyond Relooper: Recursive Translation of Unstructured Control Flow to Structured Control Flow" (ICFP 2022).
 */
import { type Cfg, successors } from "./cfg.ts";

/** How the target is written; `E` is one of its statements. */
export type StructureTarget<E> = {
  readonly block: (label: string, body: readonly E[]) => E;
  readonly loop: (label: string, body: readonly E[]) => E;
  readonly jump: (label: string) => E;
  /** A block's own instructions. */
  readonly body: (block: number) => readonly E[];
  readonly branch: (block: number, yes: readonly E[], no: readonly E[]) => E;
  readonly exit: (block: number) => readonly E[];
  /** Sets where a `dispatch` goes next. */
  readonly select: (block: number) => E;
  readonly dispatch: (labels: readonly string[]) => E;
};

export function structure<E>(cfg: Cfg, target: StructureTarget<E>): readonly E[] {
  return cfg.reducible ? nest(cfg, target) : dispatchAll(cfg, target);
}

function nest<E>(cfg: Cfg, target: StructureTarget<E>): readonly E[] {
  const kids: number[][] = cfg.blocks.map(() => []);
  // in reverse postorder, last first: the outermost block is the one that ends last
  for (let block = cfg.blocks.length - 1; block > 0; block--) {
    if (cfg.merges[block]) kids[cfg.dominator[block] ?? 0]?.push(block);
  }
  const behind = (block: number): string => `b${block}`;
  const top = (block: number): string => `l${block}`;

  const tree = (block: number): readonly E[] => {
    const inner = within(block, 0);
    return cfg.headers[block] ? [target.loop(top(block), inner)] : inner;
  };
  const within = (block: number, index: number): readonly E[] => {
    const kid = kids[block]?.[index];
    if (kid !== undefined) return [target.block(behind(kid), within(block, index + 1)), ...tree(kid)];
    const end = cfg.blocks[block]?.end;
    const body = target.body(block);
    switch (end?.kind) {
      case "goto":
        return [...body, ...edge(block, end.to)];
      case "branch":
        return [...body, target.branch(block, edge(block, end.yes), edge(block, end.no))];
      default:
        return [...body, ...target.exit(block)];
    }
  };
  const edge = (from: number, to: number): readonly E[] => {
    if (to <= from) return [target.jump(top(to))];
    return cfg.merges[to] ? [target.jump(behind(to))] : tree(to);
  };
  return tree(0);
}

function dispatchAll<E>(cfg: Cfg, target: StructureTarget<E>): readonly E[] {
  const label = (block: number): string => `k${block}`;
  const again = (block: number): readonly E[] => [target.select(block), target.jump("dispatch")];
  let body: readonly E[] = [target.dispatch(cfg.blocks.map((_, block) => label(block)))];
  cfg.blocks.forEach(({ end }, block) => {
    const own = target.body(block);
    const next = successors(end);
    const flow =
      end.kind === "branch"
        ? [target.branch(block, again(end.yes), again(end.no))]
        : end.kind === "goto"
          ? again(next[0] ?? 0)
          : target.exit(block);
    body = [target.block(label(block), body), ...own, ...flow];
  });
  return [target.select(0), target.loop("dispatch", body)];
}
