/**
 * The tree as s-expressions, for `--emit ast` and for tests: a node is `(kind leaf… key: value …)`; spans are left out.
 * Leaves come first on the node's line; child nodes follow, indented.
 */
import type { Program } from "./ast.ts";

type Value = unknown;
type TreeNode = { readonly kind: string; readonly [key: string]: Value };

const hidden: ReadonlySet<string> = new Set([
  "kind",
  "span",
  "nameSpan",
  "mapSpan",
  "keySpan",
  "variableSpan",
  "mapTypeSpan",
]);
const maxWidth = 100;

/** Of a literal, the value; of an attach point, the parts. */
const doubled: { readonly [kind: string]: string } = { integer: "text", string: "text", "attach-point": "text" };

/** Program as text; each top-level part begins a line, the text ends with a newline. */
export function printAst(program: Program): string {
  const parts: readonly TreeNode[] = [
    ...program.includes,
    ...program.defines,
    ...program.definitions,
    ...(program.config === undefined ? [] : [program.config]),
    ...program.imports,
    ...program.items,
  ];
  return parts.map((part) => `${printNode(part, 0)}\n`).join("");
}

/** One node of the tree, on one line where it fits; `depth` is its indentation in steps of two blanks. */
export function printNode(node: TreeNode, depth: number): string {
  let leaves = "";
  const children: string[] = [];
  for (const [key, value] of Object.entries(node)) {
    if (hidden.has(key) || value === undefined || doubled[node.kind] === key) continue;
    if (isTree(value)) children.push(`${label(node, key)}${printNode(value, depth + 1)}`);
    else if (Array.isArray(value)) {
      if (value.length > 0 && value.every((element) => !isObject(element))) {
        leaves += ` ${key}=[${value.map(leaf).join(" ")}]`;
      } else children.push(...value.map((element) => `${label(node, key)}${printElement(element, depth + 1)}`));
    } else leaves += flag(key, value);
  }
  const flat = [`(${node.kind}${leaves}`, ...children].join(" ");
  const isShort = depth * 2 + flat.length < maxWidth && !flat.includes("\n");
  if (isShort) return `${flat})`;
  return `(${node.kind}${leaves}${children.map((child) => `\n${"  ".repeat(depth + 1)}${child}`).join("")})`;
}

function printElement(value: Value, depth: number): string {
  if (isTree(value)) return printNode(value, depth);
  // Parts without a kind: enumerators, record fields, parameters, parts of an attach point.
  return isObject(value) ? printNode({ ...value, kind: "" }, depth).replace("( ", "(") : leaf(value);
}

/** Keys that a reader needs to tell children apart; the others are told by their place. */
const labelled: ReadonlySet<string> = new Set(["predicate", "else", "result", "type", "returns", "from"]);

function label(node: TreeNode, key: string): string {
  return labelled.has(key) || (key === "to" && node.kind === "for-range") ? `${key}: ` : "";
}

function flag(key: string, value: Value): string {
  if (typeof value === "boolean" && key !== "value") return value ? ` ${key}` : "";
  return ["name", "op", "value", "text", "index", "map", "variable", "tag", "path", "key"].includes(key)
    ? ` ${leaf(value)}`
    : ` ${key}=${leaf(value)}`;
}

function leaf(value: Value): string {
  if (typeof value === "string" && !/^[\w.+*/%&|^<>=!~?:@$-]+$/.test(value)) return JSON.stringify(value);
  return String(value);
}

function isObject(value: Value): value is { readonly [key: string]: Value } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTree(value: Value): value is TreeNode {
  return isObject(value) && typeof value.kind === "string";
}
