/**
 * What named kernels would say of an object, offline: the verifier model with the parser's knowledge of the script beside
 * it. Both are loaded with the first question, so that a compile does not pay for the model.
 */
import type { Expr, Program } from "./1-parse/ast.ts";
import { parse } from "./1-parse/parse.ts";
import type { Span } from "./source/span.ts";
import type { Source } from "./source/text.ts";
import type { CheckOptions, ObjectCheck, SpanFinder } from "./verifier/checked.ts";
import type { ExplainedLog, ExplainLogOptions } from "./verifier/explain-log.ts";

/**
 * One verdict per kernel on an object (ours or another compiler's), with diagnostics in the script's terms and what the
 * object costs there. Pure, and the same in Node and in a browser.
 * @throws CheckError (rejects) if the bytes are no eBPF object, or a damaged one; or a kernel is no version
 * @throws SnapshotError (rejects) if a snapshot turns out damaged where it is asked
 */
export async function checkObject(object: Uint8Array, options: CheckOptions): Promise<ObjectCheck> {
  const { check } = await import("./verifier/check.ts");
  return check(object, { spanAt: expressionFinder(), ...options });
}

/**
 * Maps a log that a real kernel's verifier printed (the classic form, and the report of 7.3 and later) back to the script.
 * @throws CheckError (rejects) if there is no log in the text, the object cannot be read, or the log is not of it
 */
export async function explainLog(text: string, options: ExplainLogOptions = {}): Promise<ExplainedLog> {
  const { explainKernelLog } = await import("./verifier/explain-log.ts");
  return explainKernelLog(text, { spanAt: expressionFinder(), ...options });
}

/** Finds expressions by where they begin; parses a script once, and only when it is asked. */
function expressionFinder(): SpanFinder {
  const trees = new WeakMap<Source, Program>();
  return (source, offset, what) => {
    const tree = trees.get(source) ?? parse(source).value;
    trees.set(source, tree);
    return what === "loop" ? loopAround(tree, offset) : expressionAt(tree, offset);
  };
}

/** Whole by their operator: what begins there is rather their first operand. */
const JOINED: ReadonlySet<string> = new Set<Expr["kind"]>(["binary", "ternary", "if-expr"]);
/** Nodes that hold statements: too much to mark. */
const BROAD: ReadonlySet<string> = new Set(["program", "probe", "macro", "fn", "block", "block-stmt", "block-expr"]);
/** Statements of which only the head is meant. */
const LOOPS: ReadonlySet<string> = new Set(["while", "for-map", "for-range", "unroll", "if"]);

/** The largest operand that begins at an offset; else the statement or whole expression; of a loop its head. */
function expressionAt(tree: Program, offset: number): Span | undefined {
  let operand: Span | undefined;
  let whole: Span | undefined;
  const larger = (a: Span | undefined, b: Span): Span => (a === undefined || b.end > a.end ? b : a);
  for (const node of nodesAround(tree.items, offset)) {
    const { kind, span } = node;
    if (span.start !== offset || BROAD.has(kind)) continue;
    if (LOOPS.has(kind)) whole = larger(whole, headOf(node, span));
    else if (JOINED.has(kind) || isStatement(kind)) whole = larger(whole, span);
    else operand = larger(operand, span);
  }
  return operand ?? whole;
}

function loopAround(tree: Program, offset: number): Span | undefined {
  const loop = [...nodesAround(tree.items, offset)].findLast(({ kind }) => kind !== "if" && LOOPS.has(kind));
  return loop === undefined ? undefined : headOf(loop, loop.span);
}

/** Nodes whose text covers an offset, outer ones first. */
function* nodesAround(value: unknown, offset: number): Generator<Node> {
  if (Array.isArray(value)) {
    for (const each of value) yield* nodesAround(each, offset);
    return;
  }
  if (!isNode(value) || value.span.start > offset || value.span.end <= offset) return;
  yield value;
  for (const child of Object.values(value)) if (typeof child === "object") yield* nodesAround(child, offset);
}

type Node = { readonly kind: string; readonly span: Span };

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "kind" in value && "span" in value;
}
function isStatement(kind: string): boolean {
  return kind === "assign" || kind === "expr-stmt" || kind === "let" || kind === "discard" || kind === "return";
}
/** Up to the body. */
function headOf(node: Node, span: Span): Span {
  const body = "body" in node ? node.body : "then" in node ? node.then : undefined;
  return isNode(body) && body.span.start > span.start ? { start: span.start, end: body.span.start } : span;
}
