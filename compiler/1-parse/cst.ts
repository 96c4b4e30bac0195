/** A match as nodes with offsets, and the run of an action per rule. */
import { invariant } from "../util/assert.ts";
import type { Context } from "./context.ts";

export type Cst = {
  /** The rule's name; `_terminal`, `_iter` for what has none. */
  readonly rule: string;
  /** Offsets into the matched text. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly children: readonly Cst[];
};

/** One action: the node, the context, then the node's children. */
export type Action = (node: Cst, ctx: Context, ...children: readonly Cst[]) => unknown;
export type Actions = { readonly [rule: string]: (node: Cst, ctx: Context, ...children: Cst[]) => unknown };

/** A function that runs a node's action; a rule without one stands for its only child. */
export function builder(actions: Actions): Context["build"] {
  return function build(node, ctx) {
    const action = Object.hasOwn(actions, node.rule) ? actions[node.rule] : undefined;
    if (action !== undefined) return action(node, ctx, ...node.children);
    const [child, ...others] = node.children;
    invariant(child !== undefined && others.length === 0, "1-parse", `rule ${node.rule} has no action`);
    return build(child, ctx);
  };
}
