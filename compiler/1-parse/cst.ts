/**
 * Ohm's match as nodes with offsets, and the run of an action per rule.
 *
 * Ohm's own semantics would do the same, but setting one up makes Ohm parse the operation's signature with a grammar of
 * its own and check every action: 2 ms of a cold start, as much as a one-liner's match. What is read here, a match's
 * root node and the offsets in it, are Ohm's internals; test/parse/cst.test.ts fails when a new version moves them.
 */
import type { MatchResult } from "ohm-js";
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

/** Ohm's node: the offsets of a rule's children count from the rule's start, those of an iteration from the rule around. */
type OhmNode = {
  readonly ctorName: string;
  readonly matchLength: number;
  readonly children?: readonly OhmNode[];
  readonly childOffsets?: readonly number[];
  isNonterminal(): boolean;
};

class LazyCst implements Cst {
  readonly start: number;
  private readonly node: OhmNode;
  private readonly base: number;
  private readonly input: string;
  private made: readonly Cst[] | undefined;

  constructor(node: OhmNode, start: number, base: number, input: string) {
    this.node = node;
    this.start = start;
    this.base = base;
    this.input = input;
  }

  get rule(): string {
    return this.node.ctorName;
  }

  get end(): number {
    return this.start + this.node.matchLength;
  }

  get text(): string {
    return this.input.slice(this.start, this.end);
  }

  /** Made when asked for: the characters of a name never are. */
  get children(): readonly Cst[] {
    if (this.made !== undefined) return this.made;
    const { children = [], childOffsets = [] } = this.node;
    const base = this.node.isNonterminal() ? this.start : this.base;
    this.made = children.map((child, i) => new LazyCst(child, base + (childOffsets[i] ?? 0), base, this.input));
    return this.made;
  }
}

/** The root of a successful match. */
export function cstOf(match: MatchResult): Cst {
  const { _cst: root, _cstOffset: offset } = match as unknown as { _cst?: OhmNode; _cstOffset?: number };
  invariant(root !== undefined && offset !== undefined, "1-parse", "a match has no root node");
  return new LazyCst(root, offset, offset, match.input);
}

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
