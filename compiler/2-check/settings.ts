/** Resolves configuration: defaults, then the script's `config` block, then the environment. */
import type * as Ast from "../1-parse/ast.ts";
import { type ConfigKey, type ConfigRow, configRow, configRows, deadConfig } from "../lang/config.ts";
import { parseInteger } from "../lang/units.ts";
import type { Span } from "../source/span.ts";
import type { CheckReport } from "./context.ts";
import { similar } from "./similar.ts";
import type { ResolvedConfig } from "./typed.ts";

export type Unstable = "enable" | "warn" | "error";
export type Settings = ResolvedConfig & {
  readonly unstable: {
    readonly tseries: Unstable;
    readonly dwUstack: Unstable;
    readonly typeinfo: Unstable;
    readonly importStatement: Unstable;
  };
};

type Values = Map<ConfigKey, string>;

/** All settings of a program; bad keys and values are reported and leave the default. */
export function resolveSettings(
  config: Ast.Config | undefined,
  environment: Readonly<Record<string, string>>,
  report: CheckReport,
): Settings {
  const values: Values = new Map(configRows.map((row) => [row.key, row.default]));
  for (const entry of config?.entries ?? []) set(values, entry.key, String(entry.value), entry.keySpan, report);
  for (const [name, value] of Object.entries(environment)) {
    if (name.startsWith("BPFTRACE_")) set(values, name, value, undefined, report);
  }
  const number = (key: ConfigKey): number => Number(values.get(key) ?? "0");
  const flag = (key: ConfigKey): boolean => values.get(key) === "true";
  const word = (key: ConfigKey): string => values.get(key) ?? "";
  const one = <T extends string>(key: ConfigKey, allowed: readonly T[], otherwise: T): T =>
    allowed.find((value) => value === values.get(key)) ?? otherwise;
  const unstable = (key: ConfigKey): Unstable => one(key, ["enable", "warn", "error"], "warn");
  return {
    maxStrlen: number("max_strlen"),
    maxMapKeys: number("max_map_keys"),
    maxProbes: number("max_probes"),
    maxBpfProgs: number("max_bpf_progs"),
    maxCatBytes: number("max_cat_bytes"),
    perfRbPages: number("perf_rb_pages"),
    stackMode: one("stack_mode", ["bpftrace", "perf", "raw", "build_id"], "bpftrace"),
    onStackLimit: number("on_stack_limit"),
    missingProbes: one("missing_probes", ["error", "warn", "ignore"], "error"),
    printMapsOnExit: flag("print_maps_on_exit"),
    strTruncTrailer: word("str_trunc_trailer"),
    cppDemangle: flag("cpp_demangle"),
    cacheUserSymbols: word("cache_user_symbols"),
    license: word("license"),
    unstable: {
      tseries: unstable("unstable_tseries"),
      dwUstack: unstable("unstable_dw_ustack"),
      typeinfo: unstable("unstable_typeinfo"),
      importStatement: unstable("unstable_import_statement"),
    },
  };
}

/** A key from the environment has no span; unknown ones are then left alone: they may belong to other tools. */
function set(values: Values, name: string, value: string, span: Span | undefined, report: CheckReport): void {
  const bare = name.toLowerCase().replace(/^bpftrace_/, "");
  const row = configRow(name);
  if (row === undefined) {
    const dead = deadConfig[bare];
    if (dead !== undefined) report("config-dead", span, { key: bare, why: dead });
    else if (span !== undefined)
      report("config-unknown", span, {
        key: name,
        similar: similar(
          bare,
          configRows.map((r) => r.key),
        ),
      });
    return;
  }
  const reversed = row.old.some((old) => old.startsWith("!") && old.slice(1).toLowerCase() === bare);
  if (row.key !== bare)
    report("config-renamed", span, {
      from: name,
      to: span === undefined ? `BPFTRACE_${row.key.toUpperCase()}` : row.key,
    });
  const clean = normalise(row, value);
  if (clean === undefined) report("config-value", span, { key: row.key, value, allowed: allowed(row) });
  else values.set(row.key, reversed ? String(clean !== "true") : clean);
}

function allowed(row: ConfigRow): string {
  if (row.values !== undefined) return row.values.join(", ");
  if (row.kind === "bool") return "true, false";
  return row.max === undefined ? "a positive integer" : `0 to ${row.max}`;
}

/** The value in the row's own form, or undefined. */
function normalise(row: ConfigRow, value: string): string | undefined {
  switch (row.kind) {
    case "uint": {
      const number = parseInteger(value);
      if (number === undefined || number < 0n || number > BigInt(row.max ?? 0xffff_ffff)) return undefined;
      return String(number);
    }
    case "bool":
      if (value === "true" || value === "1") return "true";
      return value === "false" || value === "0" ? "false" : undefined;
    case "word":
    case "string":
      if (row.key === "cache_user_symbols" && (value === "1" || value === "true")) return "PER_PID";
      if (row.key === "cache_user_symbols" && (value === "0" || value === "false")) return "NONE";
      return row.values === undefined ? value : row.values.find((one) => one.toLowerCase() === value.toLowerCase());
  }
}
