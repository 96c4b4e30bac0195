/**
 * State of one check: what the program has said so far (slots of maps and variables, which only ever widen) and where
 * the walk stands (probe, scope, macro expansion). The files of this folder share it; nothing outside sees it.
 */
import type * as Ast from "../1-parse/ast.ts";
import type { checkCatalog } from "../diagnostics/catalog/check.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import type { Arch } from "../lang/arch/index.ts";
import type { ProbeRow } from "../lang/probes.ts";
import type { Span } from "../source/span.ts";
import type { Source } from "../source/text.ts";
import type { Type } from "../types/type.ts";
import type { CheckEnv } from "./env.ts";
import type { Settings } from "./settings.ts";
import type { Target } from "./target.ts";
import type { TypeTable } from "./type-table.ts";
import type * as Typed from "./typed.ts";

export type CheckReport = Report<typeof checkCatalog>;

export type MapSlot = {
  readonly id: Typed.MapId;
  /** With its sigil. */
  readonly name: string;
  readonly span: Span;
  /** Where it was first used with, or without, a key. */
  keyed: boolean | undefined;
  key: Type | undefined;
  value: Type | undefined;
  /** The same with the marks of literals, which still adapt when they meet another type (L2.3). */
  rawKey: Type | undefined;
  rawValue: Type | undefined;
  /** Its value or key type was asked for in this pass before it was known. */
  askedEarly: boolean;
  used: boolean;
  /**
   * A probe that is wrong mentions it: whether it is ever assigned is not known; or a probe of another kernel does,
   * whose arguments have no types here.
   */
  doubtful: "no" | "wrong" | "elsewhere";
  readonly declaration: Ast.MapDecl | undefined;
};

export type VarSlot = {
  readonly id: Typed.VarId;
  readonly name: string;
  readonly span: Span;
  /** Stable over passes: unit and order of declaration. */
  readonly slot: string;
  type: Type | undefined;
  /** The same with the marks of literals. */
  raw: Type | undefined;
  /** A type given by `let $x: type`, which never widens. */
  readonly fixed: boolean;
  assigned: boolean;
  addressTaken: boolean;
  /** Loops with bodies of their own around the declaration. */
  readonly depth: number;
};

export type Scope = { readonly vars: Map<string, VarSlot>; readonly parent: Scope | undefined };

/** One macro expansion: its parameters mean things of the caller's. */
export type Frame = {
  readonly macro: Ast.Macro;
  readonly callSpan: Span;
  readonly arguments: ReadonlyMap<string, Ast.Expr | Ast.TypeName>;
  /** Where the arguments are to be read. */
  readonly callerScope: Scope;
  readonly caller: Frame | undefined;
};

export type Loop = { readonly kind: "while" | "for" | "unroll"; readonly captured: Set<Typed.VarId> };

/** A probe's body or a function's body while it is walked. */
export type Unit = {
  readonly kind: "probe" | "fn";
  readonly key: string;
  readonly row: ProbeRow | undefined;
  readonly target: Target | undefined;
  /** Bytes of the `probe` builtin's text where only the target host knows it; 0: it is a constant. */
  readonly nameSize: () => number;
  readonly returns: Type | undefined;
  readonly vars: VarSlot[];
  /** Names that some scope of the unit declared: for the hint about block scope. */
  readonly declaredNames: Set<string>;
  readonly loops: Loop[];
  scope: Scope;
  frame: Frame | undefined;
  /** Builtins that make programs of one body differ by target: "probe", "args", "retval", "func". */
  readonly uses: Set<string>;
};

export type Program = {
  readonly maps: Map<string, MapSlot>;
  readonly varTypes: Map<string, Type>;
  fns: ReadonlyMap<string, { readonly ast: Ast.Fn; readonly params: readonly Type[]; readonly returns: Type }>;
  readonly macros: ReadonlyMap<string, readonly Ast.Macro[]>;
  readonly defines: ReadonlyMap<string, Ast.Define>;
  readonly includes: readonly string[];
  readonly params: Map<string, Typed.Param>;
  /** Options named by getopt(): default and description, to be the same everywhere. */
  readonly options: Map<string, { readonly default: string; readonly kind: string }>;
  /** A type that was already used has widened: walk once more. */
  dirty: boolean;
  /** Maps that are computed from themselves get a type by guesses.ts. */
  readonly guessing: boolean;
};

export type Context = {
  readonly env: CheckEnv;
  readonly source: Source;
  readonly arch: Arch;
  readonly settings: Settings;
  readonly types: TypeTable;
  readonly program: Program;
  readonly report: CheckReport;
  readonly unit: Unit;
  /** Expressions whose pointer the verifier knows the type of: loads through them need no helper. */
  readonly trusted: WeakSet<object>;
  /** Names of `#define`s being expanded. */
  readonly expanding: Set<string>;
  /** The walk, handed down so that files need not import one another in circles. */
  readonly expr: (ast: Ast.Expr) => Typed.Expr;
  readonly stmts: (block: Ast.Block) => {
    readonly body: readonly Typed.Stmt[];
    readonly result: Typed.Expr | undefined;
  };
};
