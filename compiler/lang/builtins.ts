/**
 * Values without arguments, one row each, sorted by name. `type` is undefined where 2-check settles it (by probe, kernel
 * or configuration); `probes` says where a row may be read. argN, sargN and positional parameters are not rows: their
 * names are patterns.
 */
import type { Type } from "../types/type.ts";
import { CHECKED, CONTEXT, call, custom, type Recipe } from "./recipe.ts";
import { BOOL, COMM, U8, U32, U64 } from "./types.ts";

/**
 * any: every probe and `fn` body. probe: every probe. The others name a capability of the probe kind's row (lang/probes.ts):
 * args: named arguments; retval: a return value; registers: the context holds registers; func: knows its function.
 */
export type Where = "any" | "probe" | "args" | "retval" | "registers" | "func" | "context";

export type Builtin = {
  readonly name: string;
  readonly type: Type | undefined;
  readonly doc: string;
  readonly where: Where;
  /** Depends on the event's context, so it cannot be read in the body of a `for` (which is a function of its own). */
  readonly context: boolean;
  readonly recipe: Recipe;
};

function value<const Name extends string>(
  name: Name,
  type: Type | undefined,
  doc: string,
  recipe: Recipe,
  where: Where = "any",
): Builtin & { readonly name: Name } {
  const context = where === "args" || where === "retval" || where === "registers" || where === "context";
  return { name, type, doc, where, context, recipe };
}

const ROWS = [
  value("args", undefined, "the event's arguments by name", CHECKED, "args"),
  value("cgroup", U64, "id of the task's cgroup (v2)", call("get_current_cgroup_id", [], { pure: true })),
  value("comm", COMM, "name of the task", custom("comm")),
  value("cpid", U64, "process id of the command given with -c; 0 without one", custom("host_value")),
  value("cpu", U64, "number of the CPU", call("get_smp_processor_id", [], { bits: 32, pure: true })),
  value("ctx", undefined, "the program's raw context", CHECKED, "context"),
  value("curtask", undefined, "the current task: struct task_struct *", call("get_current_task", [], { pure: true })),
  value("elapsed", U64, "nanoseconds since tracing began", custom("elapsed")),
  value("func", undefined, "the traced function", call("get_func_ip", [CONTEXT], { pure: true }), "func"),
  value("gid", U64, "group id", call("get_current_uid_gid", [], { shift: 32, bits: 32, pure: true })),
  value("has_cpid", BOOL, "whether a command was given with -c", custom("host_value")),
  value("jiffies", U64, "the kernel's tick counter", call("jiffies64")),
  value("kstack", undefined, "stack of the kernel", CHECKED, "probe"),
  value("leader_comm", undefined, "name of the thread group's leader", CHECKED),
  value("leader_tid", undefined, "thread id of the thread group's leader", CHECKED),
  value("ncpus", U64, "number of possible CPUs", custom("host_value")),
  value("nsecs", U64, "nanoseconds since boot, suspend included", call("ktime_get_boot_ns")),
  value("numaid", U64, "number of the NUMA node", call("get_numa_node_id", [], { bits: 32, pure: true })),
  value("pcomm", undefined, "name of the parent task", CHECKED),
  value("pid", U32, "process id (thread group)", call("get_current_pid_tgid", [], { shift: 32, bits: 32, pure: true })),
  value("ppid", undefined, "process id of the parent", CHECKED),
  value("probe", undefined, "the full name of the probe", custom("probe_name"), "probe"),
  value("probetype", undefined, "the kind of the probe", CHECKED, "probe"),
  value("rand", U32, "a random number of 32 bits", call("get_prandom_u32", [], { bits: 32 })),
  value("retval", undefined, "the function's return value", CHECKED, "retval"),
  value("tid", U32, "thread id", call("get_current_pid_tgid", [], { bits: 32, pure: true })),
  value("uid", U64, "user id", call("get_current_uid_gid", [], { bits: 32, pure: true })),
  value("usermode", U8, "1 if the event interrupted user mode", CHECKED, "registers"),
  value(
    "username",
    { kind: "username" },
    "name of the user",
    call("get_current_uid_gid", [], { bits: 32, pure: true }),
  ),
  value("ustack", undefined, "stack of the process", CHECKED, "probe"),
] as const;

export type BuiltinName = (typeof ROWS)[number]["name"];

/** All rows, sorted by name. */
export const builtins: readonly (Builtin & { readonly name: BuiltinName })[] = ROWS;

/** Row of a builtin, or undefined if there is none of that name. */
export function builtinRow(name: string): (Builtin & { readonly name: BuiltinName }) | undefined {
  return builtins.find((row) => row.name === name);
}
