/** Prints spec/language-tables.gen.md: the builtins, functions, aggregations, probes and settings as their tables say. */
import { aggregations } from "../lang/aggregations.ts";
import { builtins } from "../lang/builtins.ts";
import { configRows } from "../lang/config.ts";
import { type FunctionRow, functions } from "../lang/functions.ts";
import { probes } from "../lang/probes.ts";
import type { Type } from "../types/type.ts";

function typeText(type: Type | undefined): string {
  if (type === undefined) return "by use";
  if (type.kind === "integer") return `${type.signed ? "int" : "uint"}${type.size * 8}`;
  if (type.kind === "string") return `string[${type.size}]`;
  return type.kind;
}

function signature(row: FunctionRow): string {
  const required = row.args.length - row.optional;
  const words = row.args.map((arg, i) => (i < required ? arg : `[${arg}]`));
  if (row.variadic) words.push("…");
  return `${row.name}(${words.join(", ")})`;
}

/** A table row; bars in cells are escaped. */
const line = (...cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
const table = (head: readonly string[], rows: readonly string[]) =>
  [line(...head), line(...head.map(() => "---")), ...rows].join("\n");

process.stdout.write(`# Tables of the language

Written by \`make gen\` from compiler/lang; language.md explains them.

## Probes

${table(
  ["probe", "short", "target", "what", "since Linux"],
  probes.map((row) =>
    line(`\`${row.name}\``, row.aliases.join(" "), row.target === "" ? "" : `\`${row.target}\``, row.doc, row.since),
  ),
)}

## Builtins

${table(
  ["builtin", "type", "where", "what"],
  builtins.map((row) => line(`\`${row.name}\``, typeText(row.type), row.where, row.doc)),
)}

## Functions

${table(
  ["call", "result", "where", "what"],
  functions.map((row) =>
    line(
      `\`${signature(row)}\``,
      row.action ? "action" : typeText(row.type),
      `${row.where}${row.unsafe ? ", --unsafe" : ""}`,
      row.doc,
    ),
  ),
)}

## Aggregations

${table(
  ["call", "what", "readable as an integer"],
  aggregations.map((row) => {
    const words = [
      ...(row.sample ? ["n"] : []),
      ...row.literals.map((word, i) => (i < row.literals.length - row.optional ? word : `[${word}]`)),
    ];
    return line(`\`${row.name}(${words.join(", ")})\``, row.doc, row.castable ? "yes" : "no");
  }),
)}

## Settings

${table(
  ["key", "default", "values", "what"],
  configRows.map((row) => line(`\`${row.key}\``, `\`${row.default}\``, row.values?.join(", ") ?? row.kind, row.doc)),
)}
`);
