/**
 * The tree that Ohm makes of a text, as nodes like ours, to hold the matcher's against it. What is read here, a match's
 * root node and the offsets in it, are Ohm's internals.
 */
import { type Grammar, makeRecipe } from "ohm-js";
import type { Cst } from "../../compiler/1-parse/cst.ts";
import { grammarRecipe } from "../../compiler/1-parse/grammar.gen.ts";
import type { Rule } from "../../compiler/1-parse/grammar.ts";

/** Ohm's node: the offsets of a rule's children count from the rule's start, those of an iteration from the rule around. */
type OhmNode = {
  readonly ctorName: string;
  readonly matchLength: number;
  readonly children?: readonly OhmNode[];
  readonly childOffsets?: readonly number[];
  isNonterminal(): boolean;
};

const grammar: Grammar = makeRecipe(grammarRecipe);

/** undefined where Ohm finds no match. */
export function ohmTree(text: string, rule: Rule): Cst | undefined {
  const match = grammar.match(text, rule);
  if (match.failed()) return undefined;
  const { _cst: root, _cstOffset: offset } = match as unknown as { _cst?: OhmNode; _cstOffset?: number };
  if (root === undefined || offset === undefined) throw new Error("a match of Ohm's has no root node any more");
  return nodeOf(root, offset, offset, text);
}

function nodeOf(node: OhmNode, start: number, base: number, input: string): Cst {
  const { children = [], childOffsets = [], ctorName: rule } = node;
  const end = start + node.matchLength;
  const from = node.isNonterminal() ? start : base;
  return {
    rule,
    start,
    end,
    text: input.slice(start, end),
    children: children.map((child, i) => nodeOf(child, from + (childOffsets[i] ?? 0), from, input)),
  };
}

/** A tree as text, a node per line. */
export function printTree(node: Cst, depth = 0): string {
  const line = `${" ".repeat(depth)}${node.rule} ${node.start}-${node.end} ${JSON.stringify(node.text)}\n`;
  return line + node.children.map((child) => printTree(child, depth + 1)).join("");
}
