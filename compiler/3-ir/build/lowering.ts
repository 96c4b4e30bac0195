/**
 * The state of lowering one function of one program, and the recursive steps as functions of it.
 *
 * The steps call each other (an expression holds statements, a statement expressions), so each file takes them from this
 * record and none imports its caller; lower.ts ties them together.
 */
import type { Expr, Fn, MapId, MapInfo, Probe, ResolvedConfig, Stmt, VarId } from "../../2-check/typed.ts";
import type { MapEntry } from "../../5-object/manifest.ts";
import type { BlockId, ValueId } from "../ir.ts";
import type { Local, Place } from "./draft.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import type { ModuleBuilder } from "./module-builder.ts";
import type { ProgramState } from "./program-state.ts";
import type { ScratchPoint } from "./scratch-point.ts";
import type { Temps } from "./temps.ts";

/**
 * How text is written to memory. record: up to the NUL, what follows is left as it was. value: padded with zeros unless
 * longer than PADDED_STRING_MAX. key: padded, and gaps between fields are zero: the whole memory is compared.
 */
export type Fill = "record" | "value" | "key";

/**
 * Writes a value of which everything that may be refused, loops or has effects is already evaluated: it may stand between
 * reserving a record and submitting it.
 */
export type Writer = (to: Place, fill: Fill) => void;

/** Where a variable lives in the function being lowered. */
export type Storage =
  | { readonly kind: "local"; readonly local: Local }
  | { readonly kind: "memory"; readonly place: () => Place };

/** A map with what is fixed for the whole object. */
export type MapPlan = {
  readonly info: MapInfo;
  readonly index: number;
  readonly entry: MapEntry;
  /** In `.maps`; "" for storage "global". */
  readonly symbol: string;
  /** .bss offset of the set flag, the value 8 behind; only of storage "global". */
  readonly offset: number;
};

/** What `break`, `continue` and `return` do here. */
export type Exits = {
  readonly onBreak: (() => void) | undefined;
  readonly onContinue: (() => void) | undefined;
  /** value: undefined for the program's own default. */
  readonly onReturn: (value: Expr | undefined) => void;
};

/** Two words of a name that blocks behind `block` need not read again. padded: zero behind the first NUL. */
export type KnownName = {
  readonly block: BlockId;
  readonly words: readonly [ValueId, ValueId];
  readonly padded: boolean;
};

export type Lowering = {
  readonly module: ModuleBuilder;
  readonly config: ResolvedConfig;
  readonly maps: ReadonlyMap<MapId, MapPlan>;
  readonly probe: Probe;
  /** The script's functions by name. */
  readonly functions: ReadonlyMap<string, Fn>;
  readonly program: ProgramState;
  readonly fn: FunctionBuilder;
  readonly temps: Temps;
  /** Storage of variables by id; made on first use. */
  readonly variables: Map<VarId, Storage>;
  /** Where scratch memory will be looked up. */
  readonly point: ScratchPoint;
  readonly exits: Exits;
  /** What this function has read of its task. */
  readonly task: { name: KnownName | undefined };
  /** Scalars that are already evaluated, by node. */
  readonly known: ReadonlyMap<Expr, ValueId> | undefined;
  readonly steps: Steps;
  /** The context to hand to helpers: the program's own, or the one a callback was given. */
  readonly context: () => ValueId;
  /** Words that callbacks share with the program: captured variables and the like. */
  readonly captures: () => Place;
};

export type Steps = {
  /** A value of a scalar type, in a register: sign- or zero-extended as its type says. */
  readonly scalar: (cx: Lowering, expr: Expr) => ValueId;
  /** Evaluates what must be evaluated now; the rest when written. */
  readonly prepare: (cx: Lowering, expr: Expr) => Writer;
  /** Writes the value to memory at once. */
  readonly into: (cx: Lowering, expr: Expr, to: Place, fill: Fill) => void;
  /** Memory that holds the value until the end of the statement; not necessarily a copy. */
  readonly memory: (cx: Lowering, expr: Expr) => Place;
  /** Jumps by a condition. */
  readonly condition: (cx: Lowering, expr: Expr, then: BlockId, otherwise: BlockId, unlikely?: "then" | "else") => void;
  readonly body: (cx: Lowering, body: readonly Stmt[]) => void;
};
