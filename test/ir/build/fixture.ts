/** Checked programs made by hand: just enough to lower single statements. */
import type { Expr, MapInfo, Probe, Program, ResolvedConfig, Stmt, Var } from "../../../compiler/2-check/typed.ts";
import { type BuildEnv, build } from "../../../compiler/3-ir/build/build.ts";
import type { Function as Fn, Module } from "../../../compiler/3-ir/ir.ts";
import { optimize } from "../../../compiler/3-ir/optimize.ts";
import { printFunction } from "../../../compiler/3-ir/print.ts";
import { validate } from "../../../compiler/3-ir/validate.ts";
import { generate } from "../../../compiler/4-codegen/generate.ts";
import { createSource } from "../../../compiler/source/text.ts";
import type { AggregateType, Type } from "../../../compiler/types/type.ts";
import { branded } from "../../../compiler/util/brand.ts";
import { defaultSnapshot } from "../../runner/kernels.ts";

const span = { start: 0, end: 1 };

export const U64: Type = { kind: "integer", size: 8, signed: false };
export const I64: Type = { kind: "integer", size: 8, signed: true };
export const U32: Type = { kind: "integer", size: 4, signed: false };
export const BOOL: Type = { kind: "bool" };
export const COMM: Type = { kind: "string", size: 16 };
export const NONE: Type = { kind: "none" };

export const text = (value: string, size = value.length + 1): Expr => ({
  kind: "string",
  value,
  type: { kind: "string", size },
  span,
});
export const num = (value: bigint | number, type: Type = U64): Expr => ({
  kind: "constant",
  value: BigInt(value),
  type,
  span,
});
/** x86_64 pt_regs: di, si, dx at 112, 104, 96; ax at 80. */
export const arg = (index: 0 | 1 | 2): Expr => ({
  kind: "context",
  offset: 112 - 8 * index,
  size: 8,
  signed: false,
  field: undefined,
  type: U64,
  span,
});
export const retval: Expr = { kind: "context", offset: 80, size: 8, signed: false, field: undefined, type: U64, span };
export const builtin = (name: Extract<Expr, { kind: "builtin" }>["name"], type: Type): Expr => ({
  kind: "builtin",
  name,
  type,
  span,
});
export const pid = builtin("pid", U32);
export const tid = builtin("tid", U32);
export const nsecs = builtin("nsecs", U64);
export const comm = builtin("comm", COMM);
export const kstack: Expr = {
  kind: "call",
  name: "kstack",
  args: [],
  literals: [],
  type: { kind: "stack", user: false, mode: "bpftrace", limit: 127 },
  span,
};
export const tuple = (...elements: readonly Expr[]): Expr => ({
  kind: "tuple",
  elements,
  type: { kind: "tuple", fields: elements.map((e) => e.type) },
  span,
});
export const minus = (left: Expr, right: Expr): Expr => ({ kind: "binary", op: "-", left, right, type: I64, span });
export const over = (left: Expr, right: Expr): Expr => ({
  kind: "compare",
  op: ">",
  signed: false,
  left,
  right,
  type: BOOL,
  span,
});
export const same = (left: Expr, right: Expr): Expr => ({
  kind: "compare-memory",
  op: "==",
  how: "string",
  left,
  right,
  type: BOOL,
  span,
});
export const str = (pointer: Expr, size: number): Expr => ({
  kind: "call",
  name: "str",
  args: [pointer],
  literals: [],
  type: { kind: "string", size },
  span,
});
export const mapGet = (map: MapInfo, key: Expr | undefined): Expr => ({
  kind: "map-get",
  map: map.id,
  key,
  type: map.value,
  span,
});
export const variable = (v: Var): Expr => ({ kind: "var", var: v.id, type: v.type, span });

export const choose = (condition: Expr, yes: Expr, no: Expr): Expr => ({
  kind: "ternary",
  condition,
  then: yes,
  else: no,
  type: yes.type,
  span,
});

export const assignMap = (map: MapInfo, key: Expr | undefined, value: Expr): Stmt => ({
  kind: "assign-map",
  map: map.id,
  key,
  value,
  span,
});
export const aggregate = (map: MapInfo, key: Expr | undefined, sample?: Expr): Stmt => {
  if (map.value.kind !== "aggregate") throw new Error(`${map.name} is no aggregation`);
  return { kind: "aggregate", map: map.id, key, fn: map.value, arg: sample, span };
};
export const assignVar = (v: Var, value: Expr): Stmt => ({ kind: "assign-var", var: v.id, value, span });
export const printf = (format: string, ...args: readonly Expr[]): Stmt => ({
  kind: "emit",
  event: { kind: "printf", format, args },
  span,
});
export const exit: Stmt = { kind: "emit", event: { kind: "exit", code: undefined }, span };
export const expression = (expr: Expr): Stmt => ({ kind: "expr", expr, span });
export const remove = (map: MapInfo, key: Expr): Stmt =>
  expression({ kind: "map-delete", map: map.id, key, warn: true, type: BOOL, span });

export const COUNT: AggregateType = { kind: "aggregate", fn: "count" };
export const HIST: AggregateType = { kind: "aggregate", fn: "hist", bits: 0 };
export const STATS: AggregateType = { kind: "aggregate", fn: "stats", signed: false };

let nextMap = 0;
export function map(name: string, key: Type | undefined, value: Type): MapInfo {
  const aggregated = value.kind === "aggregate";
  const storage = key === undefined ? (aggregated ? "percpu_array" : "global") : aggregated ? "percpu_hash" : "hash";
  return { id: branded(nextMap++), name, key, value, storage, maxEntries: 4096, span };
}

let nextVar = 0;
export function newVar(name: string, type: Type, addressTaken = false): Var {
  return { id: branded(nextVar++), name, type, addressTaken };
}

const CONFIG: ResolvedConfig = {
  maxStrlen: 1024,
  maxMapKeys: 4096,
  maxProbes: 1024,
  maxBpfProgs: 1024,
  maxCatBytes: 10240,
  perfRbPages: 64,
  stackMode: "bpftrace",
  onStackLimit: 32,
  missingProbes: "error",
  printMapsOnExit: true,
  strTruncTrailer: "..",
  cppDemangle: true,
  cacheUserSymbols: "PER_PID",
  license: "GPL",
};

export type Given = {
  readonly body: readonly Stmt[];
  readonly maps?: readonly MapInfo[];
  readonly vars?: readonly Var[];
  readonly predicate?: Expr;
  readonly config?: Partial<ResolvedConfig>;
  readonly options?: Partial<BuildEnv["options"]>;
  readonly pidFilter?: boolean;
};

function probeOf(given: Given, index: number): Probe {
  return {
    name: `kprobe_vfs_read_${index + 1}`,
    program: "kprobe",
    section: "kprobe/vfs_read",
    probe: "kprobe:vfs_read",
    nameSize: 0,
    attach: [{ kind: "kprobe", function: "vfs_read" }],
    predicate: given.predicate,
    body: given.body,
    vars: given.vars ?? [],
    defaultReturn: 0,
    pidFilter: given.pidFilter ?? false,
    span,
  };
}

/** Lowers kprobe programs; fails on anything that the validator finds. */
export function lower(...probes: readonly Given[]): Module {
  const [first] = probes;
  const program: Program = {
    kind: "typed",
    probes: probes.map(probeOf),
    functions: [],
    maps: [...new Set(probes.flatMap((p) => p.maps ?? []))],
    params: [],
    config: { ...CONFIG, ...first?.config },
    unsafe: false,
  };
  const { value, diagnostics } = build(program, {
    snapshot: defaultSnapshot("6.12"),
    arch: "x86_64",
    source: createSource("stdin", " "),
    tool: "tracelet test",
    options: { buffer: "ring", readWarnings: false, record: false, ...first?.options },
  });
  if (diagnostics.length > 0) throw new Error(diagnostics.map((d) => d.message).join());
  for (const fn of value.functions) {
    const faults = validate(fn);
    if (faults.length > 0) throw new Error(`${faults.join("\n")}\n${printFunction(fn)}`);
  }
  return value;
}

/** Text of every function, as lowered. */
export function irOf(...probes: readonly Given[]): string {
  return lower(...probes)
    .functions.map((fn) => printFunction(fn))
    .join("\n");
}

export function only(module: Module): Fn {
  const [fn] = module.functions;
  if (fn === undefined) throw new Error("no function");
  return fn;
}

/** Instruction slots of each function after optimisation; without subprograms, which only cold code calls. */
export function slots(...probes: readonly Given[]): readonly number[] {
  const snapshot = defaultSnapshot("6.12");
  const optimized = optimize(lower(...probes));
  const { value } = generate(optimized, {
    btf: snapshot.btf,
    source: createSource("stdin", " "),
    isa: "v3",
    arch: "x86_64",
  });
  return value.code
    .filter((code) => code.kind !== "subprogram")
    .map((code) =>
      code.insns.reduce((sum, insn) => sum + (insn.kind === "label" ? 0 : insn.kind === "load64" ? 2 : 1), 0),
    );
}
