/**
 * Functions that a script may call, one row each, sorted by name.
 *
 * `args` gives the kinds in order; a kind after `optional` may be left out. Literal kinds are folded at compile time.
 * Aggregations (count, hist …) are in aggregations.ts. How arguments become nodes is 2-check/calls.ts; a row with a
 * recipe other than "checked" reaches 3-ir as a `call` node with this name.
 */
import type { Type } from "../types/type.ts";
import type { Where } from "./builtins.ts";
import { arg, CHECKED, CONTEXT, call, custom, type Recipe } from "./recipe.ts";
import { BOOL, I64, NONE, U64 } from "./types.ts";

export type ArgKind =
  /** Integer, bool, enum, or an aggregate that has an integer value. */
  | "integer"
  /** Integer or pointer. */
  | "address"
  | "pointer"
  /** Text in memory: string, or a char array read through a pointer. */
  | "string"
  /** String, array, buffer in memory, or a pointer. */
  | "memory"
  | "integer-literal"
  | "string-literal"
  | "map"
  /** `$v`, assigned by the call. */
  | "variable"
  /** A bare word of the language: a mode or register. */
  | "word"
  | "type-or-expression"
  | "any";

export type FunctionRow = {
  readonly name: string;
  readonly doc: string;
  readonly args: readonly ArgKind[];
  /** How many of `args` may be left out at the end. */
  readonly optional: number;
  /** More arguments of any kind follow: format functions. */
  readonly variadic: boolean;
  /** undefined: depends on the arguments. */
  readonly type: Type | undefined;
  readonly where: Where;
  readonly unsafe: boolean;
  /** Sends an event to user space, or acts: has no value. */
  readonly action: boolean;
  readonly recipe: Recipe;
};

type More = {
  readonly optional?: number;
  readonly variadic?: boolean;
  readonly where?: Where;
  readonly unsafe?: boolean;
};

function row<const Name extends string>(
  name: Name,
  args: readonly ArgKind[],
  type: Type | undefined,
  doc: string,
  recipe: Recipe,
  more: More,
): FunctionRow & { readonly name: Name } {
  return {
    name,
    doc,
    args,
    optional: more.optional ?? 0,
    variadic: more.variadic ?? false,
    type,
    where: more.where ?? "any",
    unsafe: more.unsafe ?? false,
    action: type?.kind === "none",
    recipe,
  };
}

/** A function with a value. */
function fn<const Name extends string>(
  name: Name,
  args: readonly ArgKind[],
  type: Type | undefined,
  doc: string,
  recipe: Recipe = CHECKED,
  more: More = {},
) {
  return row(name, args, type, doc, recipe, more);
}

/** A function that acts and has no value. */
function act<const Name extends string>(
  name: Name,
  args: readonly ArgKind[],
  doc: string,
  more: More = {},
  recipe: Recipe = CHECKED,
) {
  return row(name, args, NONE, doc, recipe, more);
}

const ROWS = [
  act("assert", ["integer", "string-literal"], "end tracing with an error if the condition is false"),
  fn("bswap", ["integer"], undefined, "reverse the bytes of an integer", custom("bswap")),
  fn("buf", ["address", "integer"], undefined, "bytes of memory", custom("buf"), { optional: 1 }),
  act("cat", ["string-literal"], "print a file's contents", { variadic: true }),
  fn("cgroup_path", ["integer", "string-literal"], undefined, "path of a cgroup id", CHECKED, { optional: 1 }),
  fn("cgroupid", ["string-literal"], U64, "id of the cgroup (v2) at a path", custom("symbol_address")),
  act("clear", ["map"], "remove all entries of a map"),
  fn("comm", ["integer"], undefined, "name of the task", CHECKED, { optional: 1 }),
  fn("container_of", ["pointer", "type-or-expression", "word"], undefined, "pointer to the struct that holds a member"),
  act("debugf", ["string-literal"], "write to the kernel's trace pipe", { variadic: true }, custom("debugf")),
  fn("delete", ["map", "any"], BOOL, "remove an entry of a map; whether it was there", CHECKED, { optional: 1 }),
  act("errorf", ["string-literal"], "print a formatted error with its place", { variadic: true }),
  act("exit", ["integer"], "end tracing, with an exit status", { optional: 1 }),
  act("fail", ["string-literal"], "stop compiling with a message", { variadic: true }),
  fn("find", ["map", "any", "variable"], BOOL, "look an entry up and assign its value; whether it was there"),
  fn("getopt", ["string-literal", "any", "string-literal"], undefined, "a named parameter of the script", CHECKED, {
    optional: 2,
  }),
  fn("has_key", ["map", "any"], BOOL, "whether a map has an entry"),
  fn("is_array", ["type-or-expression"], BOOL, "whether the argument is an array"),
  fn("is_err", ["address"], BOOL, "whether a pointer is an error number in disguise"),
  fn("is_integer", ["type-or-expression"], BOOL, "whether the argument is an integer"),
  fn("is_literal", ["any"], BOOL, "whether the argument is known at compile time"),
  fn("is_ptr", ["type-or-expression"], BOOL, "whether the argument is a pointer"),
  fn("is_scalar", ["map"], BOOL, "whether a map is used without keys"),
  fn("is_str", ["type-or-expression"], BOOL, "whether the argument is a string"),
  fn("is_unsigned_integer", ["type-or-expression"], BOOL, "whether the argument is an unsigned integer"),
  act("join", ["address", "string-literal"], "print an array of strings", { optional: 1 }),
  fn("kaddr", ["string-literal"], U64, "address of a kernel symbol", custom("symbol_address")),
  fn("kfunc_allowed", ["string-literal"], BOOL, "whether a probe may call a kernel function"),
  fn("kfunc_exist", ["string-literal"], BOOL, "whether the kernel has a kfunc"),
  fn("kptr", ["address"], undefined, "the same address, in the kernel's memory"),
  fn("kstack", ["any", "any"], undefined, "stack of the kernel", custom("stack"), { optional: 2, where: "probe" }),
  fn("ksym", ["address"], { kind: "ksym" }, "symbol of a kernel address"),
  fn("leader_comm", ["pointer"], undefined, "name of the thread group's leader", CHECKED, { optional: 1 }),
  fn("leader_tid", ["pointer"], undefined, "thread id of the thread group's leader", CHECKED, { optional: 1 }),
  fn("len", ["any"], I64, "number of entries of a map, or of frames of a stack", custom("stack_length")),
  fn("macaddr", ["memory"], { kind: "mac" }, "six bytes as a hardware address", custom("macaddr")),
  fn("memcmp", ["memory", "memory", "integer-literal"], I64, "compare bytes of memory", custom("memcmp")),
  fn("nsecs", ["word"], U64, "nanoseconds of a clock", custom("clock"), { optional: 1 }),
  fn("ntop", ["any", "any"], { kind: "inet" }, "an address of the internet protocol", custom("ntop"), { optional: 1 }),
  fn("offsetof", ["type-or-expression", "word"], U64, "offset of a field in bytes"),
  act(
    "override",
    ["integer"],
    "make the traced function return a value",
    { unsafe: true },
    call("override_return", [CONTEXT, arg(0)]),
  ),
  fn("path", ["any", "integer-literal"], undefined, "full path of a struct path", custom("path"), { optional: 1 }),
  fn("pcomm", ["pointer"], undefined, "name of the parent task", CHECKED, { optional: 1 }),
  fn("percpu_kaddr", ["string-literal", "integer"], undefined, "address of a per-CPU kernel variable", CHECKED, {
    optional: 1,
  }),
  fn("pid", ["word"], undefined, "process id (thread group)", custom("ns_pid"), { optional: 1 }),
  fn("ppid", ["pointer"], undefined, "process id of the parent", CHECKED, { optional: 1 }),
  act("print", ["any", "integer-literal", "integer-literal"], "print a value or a map", { optional: 2 }),
  act("printf", ["string-literal"], "print formatted text", { variadic: true }),
  fn("pton", ["string-literal"], undefined, "bytes of an internet address"),
  fn("reg", ["string-literal"], U64, "a register of the traced code", CHECKED, { where: "registers" }),
  act(
    "signal",
    ["any"],
    "send a signal to the task's process",
    { unsafe: true, where: "probe" },
    call("send_signal", [arg(0)]),
  ),
  fn("signal_name", ["integer"], undefined, "name of a signal", custom("text_table")),
  act(
    "signal_thread",
    ["any"],
    "send a signal to the task's thread",
    { unsafe: true, where: "probe" },
    call("send_signal_thread", [arg(0)]),
  ),
  act("skboutput", ["string-literal", "pointer", "integer", "integer"], "write a packet to a capture file"),
  fn("socket_cookie", ["pointer"], U64, "cookie of a socket", call("get_socket_cookie", [arg(0)])),
  act("static_assert", ["integer", "string-literal"], "stop compiling if the condition is false"),
  fn("str", ["any", "integer"], undefined, "text at an address", custom("str"), { optional: 1 }),
  fn("str_concat", ["string", "string"], undefined, "one text behind another", custom("str_concat")),
  fn("strcap", ["memory"], U64, "capacity of a text"),
  fn("strcontains", ["string", "string"], BOOL, "whether a text contains another", custom("strcontains")),
  fn("strerror", ["integer"], undefined, "text of an error number", custom("text_table")),
  fn("strftime", ["string-literal", "integer"], undefined, "nanoseconds since boot as wall-clock time"),
  fn("strlen", ["memory"], U64, "length of a text", custom("strlen")),
  fn("strncmp", ["string", "string", "integer-literal"], U64, "compare at most so many characters", custom("strncmp")),
  fn("strstr", ["string", "string"], I64, "where a text contains another, or -1", custom("strstr")),
  fn("syscall_name", ["integer"], undefined, "name of a system call", custom("text_table")),
  act("system", ["string-literal"], "run a shell command", { variadic: true, unsafe: true }),
  fn("tid", ["word"], undefined, "thread id", custom("ns_pid"), { optional: 1 }),
  act("time", ["string-literal"], "print the wall-clock time", { optional: 1 }),
  fn("uaddr", ["string-literal"], undefined, "address of a symbol of the traced binary", custom("symbol_address")),
  act("unwatch", ["address"], "remove a watchpoint"),
  fn("uptr", ["address"], undefined, "the same address, in the process's memory"),
  fn("ustack", ["any", "any"], undefined, "stack of the process", custom("stack"), { optional: 2, where: "probe" }),
  fn("usym", ["address"], { kind: "usym" }, "symbol of a process's address", custom("usym")),
  act("warnf", ["string-literal"], "print a formatted warning with its place", { variadic: true }),
  fn("write_user", ["address", "any", "integer-literal"], BOOL, "write to the process's memory", custom("write_user"), {
    unsafe: true,
    where: "probe",
  }),
  act("zero", ["map"], "set all values of a map to zero"),
] as const;

export type FunctionName = (typeof ROWS)[number]["name"];

/** All rows, sorted by name. */
export const functions: readonly (FunctionRow & { readonly name: FunctionName })[] = ROWS;

/** Row of a function, or undefined if there is none of that name. */
export function functionRow(name: string): (FunctionRow & { readonly name: FunctionName }) | undefined {
  return functions.find((r) => r.name === name);
}
