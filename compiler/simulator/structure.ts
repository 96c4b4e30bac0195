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

  /** What a block dominates. One thing behind the other is a loop here, not a call: programs may be long. */
  const tree = (block: number): readonly E[] => {
    const out: E[] = [];
    for (let at: number | undefined = block; at !== undefined; ) {
      if (cfg.headers[at]) {
        const inner: E[] = [];
        const next = below(at, inner);
        out.push(target.loop(top(at), next === undefined ? inner : [...inner, ...tree(next)]));
        at = undefined;
      } else at = below(at, out);
    }
    return out;
  };
  /** Writes a block, with those behind it that edges join but the outermost; gives what comes next. */
  const below = (block: number, out: E[]): number | undefined => {
    const [outermost, ...others] = kids[block] ?? [];
    const code: E[] = [...target.body(block)];
    const next = leave(block, code);
    if (outermost === undefined) {
      out.push(...code);
      return next;
    }
    let inner: readonly E[] = next === undefined ? code : [...code, ...tree(next)];
    for (const kid of others.reverse()) inner = [target.block(behind(kid), inner), ...tree(kid)];
    out.push(target.block(behind(outermost), inner));
    return outermost;
  };
  /** The end of a block. Gives the block that stands right behind it, if one does. */
  const leave = (block: number, out: E[]): number | undefined => {
    const end = cfg.blocks[block]?.end;
    switch (end?.kind) {
      case "goto":
        if (isInline(block, end.to)) return end.to;
        out.push(jump(block, end.to));
        return undefined;
      case "branch":
        out.push(target.branch(block, edge(block, end.yes), edge(block, end.no)));
        return undefined;
      default:
        out.push(...target.exit(block));
        return undefined;
    }
  };
  const isInline = (from: number, to: number): boolean => to > from && cfg.merges[to] !== true;
  const jump = (from: number, to: number): E => target.jump(to <= from ? top(to) : behind(to));
  const edge = (from: number, to: number): readonly E[] => (isInline(from, to) ? tree(to) : [jump(from, to)]);
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
