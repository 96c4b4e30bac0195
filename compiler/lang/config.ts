/**
 * Configuration keys, one row each, sorted: default, kind of value, the older names, and what is no longer settable.
 * A key may be written in the script's `config` block (lower case, upper case or with BPFTRACE_ before it) or come from
 * the environment as BPFTRACE_KEY, which wins.
 */

export type ConfigKey =
  | "cache_user_symbols"
  | "cpp_demangle"
  | "lazy_symbolication"
  | "license"
  | "log_size"
  | "max_bpf_progs"
  | "max_cat_bytes"
  | "max_map_keys"
  | "max_probes"
  | "max_strlen"
  | "missing_probes"
  | "on_stack_limit"
  | "perf_rb_pages"
  | "print_maps_on_exit"
  | "show_debug_info"
  | "stack_mode"
  | "str_trunc_trailer"
  | "unstable_dw_ustack"
  | "unstable_import_statement"
  | "unstable_tseries"
  | "unstable_typeinfo"
  | "use_blazesym";

export type ConfigRow = {
  readonly key: ConfigKey;
  readonly kind: "uint" | "bool" | "string" | "word";
  readonly default: string;
  /** Allowed values of kind word, or of a string with a closed list. */
  readonly values: readonly string[] | undefined;
  /** Environment names of older releases, without BPFTRACE_; "!" before one: its meaning is reversed. */
  readonly old: readonly string[];
  readonly max: number | undefined;
  readonly doc: string;
};

function uint(
  key: ConfigKey,
  value: number,
  doc: string,
  old: readonly string[] = [],
  max: number | undefined = undefined,
): ConfigRow {
  return { key, kind: "uint", default: String(value), values: undefined, old, max, doc };
}
function bool(key: ConfigKey, value: boolean, doc: string, old: readonly string[] = []): ConfigRow {
  return { key, kind: "bool", default: String(value), values: undefined, old, max: undefined, doc };
}
function word(key: ConfigKey, value: string, values: readonly string[], doc: string): ConfigRow {
  return { key, kind: "word", default: value, values, old: [], max: undefined, doc };
}
function text(
  key: ConfigKey,
  value: string,
  doc: string,
  values: readonly string[] | undefined = undefined,
): ConfigRow {
  return { key, kind: "string", default: value, values, old: [], max: undefined, doc };
}

const UNSTABLE = ["enable", "warn", "error"];
const LICENSES = ["GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"];

export const configRows: readonly ConfigRow[] = [
  word("cache_user_symbols", "PER_PID", ["PER_PID", "PER_PROGRAM", "NONE"], "how long symbols of processes are kept"),
  bool("cpp_demangle", true, "show C++ names as written", ["!NO_CPP_DEMANGLE"]),
  bool("lazy_symbolication", true, "resolve symbols when they are printed"),
  text("license", "GPL", "licence of the object", LICENSES),
  uint("log_size", 1_000_000, "bytes for the verifier's log"),
  uint("max_bpf_progs", 1024, "most programs in one object"),
  uint("max_cat_bytes", 10_240, "most bytes that cat() prints", ["CAT_BYTES_MAX"]),
  uint("max_map_keys", 4096, "entries of a keyed map", ["MAP_KEYS_MAX"]),
  uint("max_probes", 1024, "most places to attach to"),
  uint("max_strlen", 1024, "capacity of str() and buf()", ["STRLEN"], 65_536),
  word("missing_probes", "error", ["error", "warn", "ignore"], "what an attach point without a match is"),
  uint("on_stack_limit", 32, "largest value kept on the program's stack, in bytes"),
  uint("perf_rb_pages", 0, "pages of the event buffer; 0: chosen by the loader"),
  bool("print_maps_on_exit", true, "print all maps at the end"),
  bool("show_debug_info", true, "use debug information for symbols"),
  word("stack_mode", "bpftrace", ["bpftrace", "perf", "raw", "build_id"], "how stacks are shown"),
  text("str_trunc_trailer", "..", "shown behind a text that was cut"),
  word("unstable_dw_ustack", "warn", UNSTABLE, "allow dw_ustack()"),
  word("unstable_import_statement", "error", UNSTABLE, "allow import as a statement"),
  word("unstable_tseries", "warn", UNSTABLE, "allow tseries()"),
  word("unstable_typeinfo", "error", UNSTABLE, "allow typeinfo"),
  bool("use_blazesym", true, "accepted; symbols are resolved by the loader's own means"),
];

/** Keys of other releases that no longer mean anything, with the reason. */
export const deadConfig: Readonly<Record<string, string>> = {
  max_type_res_iterations: "types are resolved without a limit",
  max_ast_nodes: "programs have no limit of nodes",
  symbol_source: "symbols come from the binary's tables",
  unstable_map_decl: "map declarations are always allowed",
  unstable_addr: "addresses are always allowed",
  unstable_macro: "macros are always allowed",
  unstable_import: "imports are always allowed",
  verify_llvm_ir: "there is no LLVM",
  debug_output: "use --emit",
  no_user_symbols: "use cache_user_symbols",
};

/** Row of a key in any of its spellings, or undefined. */
export function configRow(name: string): ConfigRow | undefined {
  const key = name.toLowerCase().replace(/^bpftrace_/, "");
  return configRows.find((row) => row.key === key || row.old.some((old) => old.replace("!", "").toLowerCase() === key));
}
