/** What the tree builders know about the text they read: passed to every action as `ctx`. */
import type { parseCatalog } from "../diagnostics/catalog/parse.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source/span.ts";
import type { Constants } from "./c-condition.ts";
import type { CMacro } from "./c-macros.ts";
import type { Cst } from "./cst.ts";

export type Context = {
  /** Runs a node's action: the recursion of the builders goes through here. */
  readonly build: (node: Cst, ctx: Context) => unknown;
  /** The source as the user wrote it. */
  readonly source: string;
  /** Span in the source of a range of the matched text. */
  readonly span: (start: number, end: number) => Span;
  readonly report: Report<typeof parseCatalog>;
  readonly params: readonly string[] | undefined;
  readonly macros: ReadonlyMap<string, CMacro>;
  /** Kernel constants, for C definitions and array lengths. */
  readonly constants: Constants;
  /** Enumerators so far; C definitions add theirs. */
  readonly enumerators: Map<string, bigint>;
};

/** Words that are never names of values, functions or macros (L1.11). `config` also names the config record. */
export const reservedWords: ReadonlySet<string> = new Set([
  "if",
  "else",
  "for",
  "while",
  "unroll",
  "break",
  "continue",
  "return",
  "let",
  "sizeof",
  "offsetof",
  "import",
  "macro",
  "fn",
  "comptime",
  "typeof",
  "typeinfo",
  "true",
  "false",
  "struct",
  "union",
  "enum",
  "typedef",
]);
