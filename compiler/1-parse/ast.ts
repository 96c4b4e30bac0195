/**
 * The tree of a script as it was written: nothing resolved, nothing expanded, comments kept beside it for the printer.
 *
 * Spans are offsets into the original text. Nodes are plain readonly data; phases never change them.
 */
import type { Span } from "../source/span.ts";

export type Program = {
  readonly kind: "program";
  readonly span: Span;
  /** The `#!` line without its newline, if the file starts with one. */
  readonly shebang: string | undefined;
  /** `#include` lines that were reached; kernel headers are satisfied from BTF. */
  readonly includes: readonly Include[];
  /** Object-like macros that are alive at the end of the C part, in order. */
  readonly defines: readonly Define[];
  readonly definitions: readonly CDefinition[];
  readonly config: Config | undefined;
  readonly imports: readonly Import[];
  readonly items: readonly Item[];
  /** Every comment of the text in order; the printer puts them back. */
  readonly comments: readonly Comment[];
  /** Preprocessor lines as written, in order: the printer repeats them. */
  readonly directives: readonly Directive[];
};

export type Comment = { readonly kind: "comment"; readonly span: Span; readonly text: string; readonly block: boolean };
export type Directive = { readonly kind: "directive"; readonly span: Span; readonly text: string };
export type Include = {
  readonly kind: "include";
  readonly span: Span;
  readonly path: string;
  readonly system: boolean;
};
/** `value` is undefined where the body is not an expression of the language; using the name is then an error. */
export type Define = {
  readonly kind: "define";
  readonly span: Span;
  readonly name: string;
  readonly functionLike: boolean;
  readonly body: string;
  readonly value: Expr | undefined;
};
export type Import = { readonly kind: "import"; readonly span: Span; readonly path: string };

// --- C part ---------------------------------------------------------------------------------------------------------

export type CDefinition = CAggregate | CEnum | CTypedef;
export type CAggregate = {
  readonly kind: "c-aggregate";
  readonly span: Span;
  readonly tag: "struct" | "union";
  readonly name: string | undefined;
  /** undefined: declared only (opaque). */
  readonly members: readonly CMember[] | undefined;
  readonly packed: boolean;
  readonly aligned: number | undefined;
};
export type CMember = {
  readonly kind: "c-member";
  readonly span: Span;
  /** undefined: an anonymous struct or union whose fields are promoted, or a bit-field gap. */
  readonly name: string | undefined;
  readonly type: CType;
  readonly bits: number | undefined;
  readonly packed: boolean;
  readonly aligned: number | undefined;
};
export type CEnum = {
  readonly kind: "c-enum";
  readonly span: Span;
  readonly name: string | undefined;
  readonly values: readonly { readonly name: string; readonly value: bigint; readonly span: Span }[];
};
export type CTypedef = { readonly kind: "c-typedef"; readonly span: Span; readonly name: string; readonly type: CType };
export type CType =
  /** A scalar, typedef or language type by (normalised) name: "unsigned long", "u32", "char". */
  | { readonly kind: "c-name"; readonly span: Span; readonly name: string }
  | { readonly kind: "c-tag"; readonly span: Span; readonly tag: "struct" | "union" | "enum"; readonly name: string }
  | { readonly kind: "c-inline"; readonly span: Span; readonly definition: CAggregate | CEnum }
  | { readonly kind: "c-pointer"; readonly span: Span; readonly to: CType }
  /** length undefined: `[]`. */
  | { readonly kind: "c-array"; readonly span: Span; readonly element: CType; readonly length: number | undefined }
  | { readonly kind: "c-function"; readonly span: Span };

// --- Items ----------------------------------------------------------------------------------------------------------

export type Config = { readonly kind: "config"; readonly span: Span; readonly entries: readonly ConfigEntry[] };
export type ConfigEntry = {
  readonly kind: "config-entry";
  readonly span: Span;
  readonly key: string;
  readonly keySpan: Span;
  readonly value: string | bigint | boolean;
  /** How the value was written: decides whether the printer quotes it. */
  readonly form: "identifier" | "string" | "integer" | "boolean";
};

export type Item = Probe | Macro | Fn | MapDecl;
export type Probe = {
  readonly kind: "probe";
  readonly span: Span;
  readonly name: string | undefined;
  readonly attachPoints: readonly AttachPoint[];
  readonly predicate: Expr | undefined;
  readonly body: Block;
};
/** An attach point split at its colons; meaning is given by 2-check. `text` is as written. */
export type AttachPoint = {
  readonly kind: "attach-point";
  readonly span: Span;
  readonly text: string;
  readonly parts: readonly { readonly text: string; readonly quoted: boolean; readonly span: Span }[];
};
export type Macro = {
  readonly kind: "macro";
  readonly span: Span;
  readonly name: string;
  readonly params: readonly MacroParam[];
  readonly body: Block;
};
export type MacroParam = {
  readonly kind: "macro-param";
  readonly span: Span;
  /** `$v`, `@m`, or any expression. */
  readonly mode: "variable" | "map" | "expression";
  /** Without its sigil. */
  readonly name: string;
};
export type Fn = {
  readonly kind: "fn";
  readonly span: Span;
  readonly name: string;
  readonly params: readonly { readonly name: string; readonly type: TypeName; readonly span: Span }[];
  readonly returns: TypeName;
  readonly body: Block;
};
/** `let @a = lruhash(100);` */
export type MapDecl = {
  readonly kind: "map-decl";
  readonly span: Span;
  readonly name: string;
  readonly mapType: string;
  readonly mapTypeSpan: Span;
  readonly maxEntries: bigint;
};

// --- Types as written -----------------------------------------------------------------------------------------------

export type TypeName =
  /** "uint64", "string" …; `size` for `string[16]`, `buffer[N]`, `inet[N]`. C spellings such as "unsigned long" too. */
  | { readonly kind: "type-name"; readonly span: Span; readonly name: string; readonly size: number | undefined }
  | { readonly kind: "type-tag"; readonly span: Span; readonly tag: "struct" | "union" | "enum"; readonly name: string }
  | { readonly kind: "type-pointer"; readonly span: Span; readonly to: TypeName }
  /** length undefined: `[]`, only in casts. */
  | {
      readonly kind: "type-array";
      readonly span: Span;
      readonly element: TypeName;
      readonly length: number | undefined;
    }
  | { readonly kind: "type-of"; readonly span: Span; readonly operand: Expr | TypeName };

// --- Statements -----------------------------------------------------------------------------------------------------

/** `result`: a last expression without `;`, the block's value. */
export type Block = {
  readonly kind: "block";
  readonly span: Span;
  readonly statements: readonly Stmt[];
  readonly result: Expr | undefined;
};

export type AssignOp = "=" | "+=" | "-=" | "*=" | "/=" | "%=" | "&=" | "|=" | "^=" | "<<=" | ">>=";

export type Stmt =
  | { readonly kind: "expr-stmt"; readonly span: Span; readonly expr: Expr }
  /** Target: variable, map, map-access; other forms are parsed and refused by 2-check. */
  | { readonly kind: "assign"; readonly span: Span; readonly op: AssignOp; readonly target: Expr; readonly value: Expr }
  | { readonly kind: "discard"; readonly span: Span; readonly value: Expr }
  | {
      readonly kind: "let";
      readonly span: Span;
      readonly name: string;
      readonly type: TypeName | undefined;
      readonly value: Expr | undefined;
    }
  | {
      readonly kind: "if";
      readonly span: Span;
      readonly condition: Expr;
      readonly then: Block;
      readonly else: Block | Stmt | undefined;
    }
  | { readonly kind: "unroll"; readonly span: Span; readonly count: Expr; readonly body: Block }
  | { readonly kind: "while"; readonly span: Span; readonly condition: Expr; readonly body: Block }
  | {
      readonly kind: "for-map";
      readonly span: Span;
      readonly variable: string;
      readonly variableSpan: Span;
      readonly map: Expr;
      readonly body: Block;
    }
  | {
      readonly kind: "for-range";
      readonly span: Span;
      readonly variable: string;
      readonly variableSpan: Span;
      readonly from: Expr;
      readonly to: Expr;
      readonly body: Block;
    }
  | { readonly kind: "break"; readonly span: Span }
  | { readonly kind: "continue"; readonly span: Span }
  | { readonly kind: "return"; readonly span: Span; readonly value: Expr | undefined }
  | { readonly kind: "block-stmt"; readonly span: Span; readonly block: Block }
  | { readonly kind: "import-stmt"; readonly span: Span; readonly path: string };

// --- Expressions ----------------------------------------------------------------------------------------------------

export type BinaryOp =
  | "||"
  | "&&"
  | "|"
  | "^"
  | "&"
  | "=="
  | "!="
  | "<"
  | ">"
  | "<="
  | ">="
  | "<<"
  | ">>"
  | "+"
  | "-"
  | "*"
  | "/"
  | "%";
export type UnaryOp = "!" | "~" | "-" | "+" | "*" | "&";

export type Expr =
  /** `text` as written, for the printer; `value` within 0 … 2^64-1. Durations are already in nanoseconds. */
  | { readonly kind: "integer"; readonly span: Span; readonly value: bigint; readonly text: string }
  /** `value`: the bytes after escapes, one char per byte (latin-1), so that `\xff` and UTF-8 both survive. */
  | { readonly kind: "string"; readonly span: Span; readonly value: string; readonly text: string }
  | { readonly kind: "boolean"; readonly span: Span; readonly value: boolean }
  /** `$x`: name without `$`. */
  | { readonly kind: "variable"; readonly span: Span; readonly name: string }
  /** `$1` */
  | { readonly kind: "positional"; readonly span: Span; readonly index: number }
  /** `$#` */
  | { readonly kind: "positional-count"; readonly span: Span }
  /** `@x`: name without `@`, "" for a bare `@`. */
  | { readonly kind: "map"; readonly span: Span; readonly name: string }
  /** `@x[a, b]` has two keys; `@x[(a, b)]` one tuple. 2-check makes them equal. */
  | {
      readonly kind: "map-access";
      readonly span: Span;
      readonly map: string;
      readonly mapSpan: Span;
      readonly keys: readonly Expr[];
    }
  /** builtin, enumerator, define, zero-argument macro, stack mode … */
  | { readonly kind: "identifier"; readonly span: Span; readonly name: string }
  | {
      readonly kind: "call";
      readonly span: Span;
      readonly name: string;
      readonly nameSpan: Span;
      readonly args: readonly (Expr | TypeName)[];
    }
  | { readonly kind: "unary"; readonly span: Span; readonly op: UnaryOp; readonly operand: Expr }
  | {
      readonly kind: "update";
      readonly span: Span;
      readonly op: "++" | "--";
      readonly prefix: boolean;
      readonly target: Expr;
    }
  | { readonly kind: "binary"; readonly span: Span; readonly op: BinaryOp; readonly left: Expr; readonly right: Expr }
  /** `then` undefined: `c ?: b`. */
  | {
      readonly kind: "ternary";
      readonly span: Span;
      readonly condition: Expr;
      readonly then: Expr | undefined;
      readonly else: Expr;
    }
  /** `if (c) { a } else { b }` used as a value. */
  | {
      readonly kind: "if-expr";
      readonly span: Span;
      readonly condition: Expr;
      readonly then: Block;
      readonly else: Block | Expr;
    }
  | { readonly kind: "cast"; readonly span: Span; readonly type: TypeName; readonly operand: Expr }
  /** `.` and `->` mean the same; the operator is kept for the printer. */
  | {
      readonly kind: "field";
      readonly span: Span;
      readonly base: Expr;
      readonly name: string;
      readonly nameSpan: Span;
      readonly arrow: boolean;
    }
  /** `t.0` */
  | { readonly kind: "tuple-field"; readonly span: Span; readonly base: Expr; readonly index: number }
  | { readonly kind: "index"; readonly span: Span; readonly base: Expr; readonly index: Expr }
  | { readonly kind: "tuple"; readonly span: Span; readonly elements: readonly Expr[] }
  | {
      readonly kind: "record";
      readonly span: Span;
      readonly fields: readonly { readonly name: string; readonly value: Expr; readonly span: Span }[];
    }
  | { readonly kind: "sizeof"; readonly span: Span; readonly operand: Expr | TypeName }
  | {
      readonly kind: "offsetof";
      readonly span: Span;
      readonly operand: Expr | TypeName;
      readonly path: readonly string[];
    }
  | { readonly kind: "typeof"; readonly span: Span; readonly operand: Expr | TypeName }
  | { readonly kind: "typeinfo"; readonly span: Span; readonly operand: Expr | TypeName }
  | { readonly kind: "comptime"; readonly span: Span; readonly operand: Expr }
  | { readonly kind: "block-expr"; readonly span: Span; readonly block: Block }
  /** Kept for the printer only; phases look through it. */
  | { readonly kind: "paren"; readonly span: Span; readonly operand: Expr };
