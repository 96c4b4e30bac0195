/**
 * BPF helper functions that generated programs may call: one row each, ordered by id.
 *
 * Ids and argument kinds: include/uapi/linux/bpf.h and the `bpf_func_proto` of each helper in the kernel. `since` is the
 * first kernel that has it for the program types named (all tracing types where `programs` is undefined).
 */

/** What the kernel's verifier asks of an argument register. */
export type HelperArg =
  | "anything"
  | "context"
  | "const-map"
  | "map-key"
  | "map-value"
  /** Readable memory; its size is the next argument. */
  | "mem"
  /** Memory that the helper fills; its size is the next argument. */
  | "mem-uninit"
  /** Byte count of the memory argument before it, at least 1. */
  | "size"
  | "size-or-zero"
  /** Memory reserved in a ring buffer. */
  | "reserved"
  | "function"
  /** The frame's own memory, or null. */
  | "stack-or-null"
  /** Kernel object whose type BTF gives. */
  | "btf-object"
  /** Typed per-CPU variable. */
  | "percpu-btf"
  /** NUL-terminated constant in a read-only map. */
  | "const-string"
  /** Where a 64-bit result is stored. */
  | "long-pointer";

export type HelperReturn =
  | "integer"
  | "void"
  | "map-value-or-null"
  | "reserved-or-null"
  | "btf-object"
  | "mem-or-null"
  | "mem";

export type Helper = {
  readonly name: string;
  /** BPF_FUNC_* number. */
  readonly id: number;
  readonly args: readonly HelperArg[];
  readonly returns: HelperReturn;
  /** "5.8" */
  readonly since: string;
  /** Program types in the kernel's words (lower case), undefined: every tracing type. */
  readonly programs: readonly string[] | undefined;
};

function helper<const Name extends string>(
  name: Name,
  id: number,
  args: readonly HelperArg[],
  returns: HelperReturn,
  since: string,
  programs?: readonly string[],
): Helper & { readonly name: Name } {
  return { name, id, args, returns, since, programs };
}

const ROWS = [
  helper("map_lookup_elem", 1, ["const-map", "map-key"], "map-value-or-null", "3.19"),
  helper("map_update_elem", 2, ["const-map", "map-key", "map-value", "anything"], "integer", "3.19"),
  helper("map_delete_elem", 3, ["const-map", "map-key"], "integer", "3.19"),
  helper("probe_read", 4, ["mem-uninit", "size-or-zero", "anything"], "integer", "4.1"),
  helper("ktime_get_ns", 5, [], "integer", "4.1"),
  helper("trace_printk", 6, ["mem", "size", "anything", "anything", "anything"], "integer", "4.1"),
  helper("get_prandom_u32", 7, [], "integer", "4.1"),
  helper("get_smp_processor_id", 8, [], "integer", "4.1"),
  helper("get_current_pid_tgid", 14, [], "integer", "4.2"),
  helper("get_current_uid_gid", 15, [], "integer", "4.2"),
  helper("get_current_comm", 16, ["mem-uninit", "size"], "integer", "4.2"),
  helper("perf_event_output", 25, ["context", "const-map", "anything", "mem", "size-or-zero"], "integer", "4.4"),
  helper("get_stackid", 27, ["context", "const-map", "anything"], "integer", "4.6"),
  helper("get_current_task", 35, [], "integer", "4.8"),
  helper("probe_write_user", 36, ["anything", "mem", "size"], "integer", "4.8"),
  helper("get_numa_node_id", 42, [], "integer", "4.10"),
  helper("probe_read_str", 45, ["mem-uninit", "size-or-zero", "anything"], "integer", "4.11"),
  helper("get_socket_cookie", 46, ["btf-object"], "integer", "5.12", ["tracing"]),
  helper("perf_event_read_value", 55, ["const-map", "anything", "mem-uninit", "size"], "integer", "4.15"),
  helper("override_return", 58, ["context", "anything"], "integer", "4.16", ["kprobe"]),
  helper("get_stack", 67, ["context", "mem-uninit", "size-or-zero", "anything"], "integer", "4.18"),
  helper("get_current_cgroup_id", 80, [], "integer", "4.18"),
  helper("strtol", 105, ["mem", "size", "anything", "long-pointer"], "integer", "5.2"),
  helper("strtoul", 106, ["mem", "size", "anything", "long-pointer"], "integer", "5.2"),
  helper("send_signal", 109, ["anything"], "integer", "5.3"),
  helper("skb_output", 111, ["btf-object", "const-map", "anything", "mem", "size-or-zero"], "integer", "5.5", [
    "tracing",
  ]),
  helper("probe_read_user", 112, ["mem-uninit", "size-or-zero", "anything"], "integer", "5.5"),
  helper("probe_read_kernel", 113, ["mem-uninit", "size-or-zero", "anything"], "integer", "5.5"),
  helper("probe_read_user_str", 114, ["mem-uninit", "size-or-zero", "anything"], "integer", "5.5"),
  helper("probe_read_kernel_str", 115, ["mem-uninit", "size-or-zero", "anything"], "integer", "5.5"),
  helper("send_signal_thread", 117, ["anything"], "integer", "5.6"),
  helper("jiffies64", 118, [], "integer", "5.6"),
  helper("get_ns_current_pid_tgid", 120, ["anything", "anything", "mem-uninit", "size"], "integer", "5.7"),
  helper("ktime_get_boot_ns", 125, [], "integer", "5.8"),
  helper("seq_printf", 126, ["btf-object", "mem", "size", "mem", "size-or-zero"], "integer", "5.7", ["tracing"]),
  helper("seq_write", 127, ["btf-object", "mem", "size-or-zero"], "integer", "5.7", ["tracing"]),
  helper("ringbuf_output", 130, ["const-map", "mem", "size-or-zero", "anything"], "integer", "5.8"),
  helper("ringbuf_reserve", 131, ["const-map", "anything", "anything"], "reserved-or-null", "5.8"),
  helper("ringbuf_submit", 132, ["reserved", "anything"], "void", "5.8"),
  helper("ringbuf_discard", 133, ["reserved", "anything"], "void", "5.8"),
  helper("d_path", 147, ["btf-object", "mem-uninit", "size-or-zero"], "integer", "5.10", ["tracing"]),
  helper("per_cpu_ptr", 153, ["percpu-btf", "anything"], "mem-or-null", "5.10"),
  helper("this_cpu_ptr", 154, ["percpu-btf"], "mem", "5.10"),
  helper("get_current_task_btf", 158, [], "btf-object", "5.11"),
  helper("for_each_map_elem", 164, ["const-map", "function", "stack-or-null", "anything"], "integer", "5.13"),
  helper("snprintf", 165, ["mem-uninit", "size-or-zero", "const-string", "mem", "size-or-zero"], "integer", "5.13"),
  helper("get_func_ip", 173, ["context"], "integer", "5.15", ["kprobe", "tracing"]),
  helper("get_attach_cookie", 174, ["context"], "integer", "5.15", ["kprobe", "tracepoint", "perf_event", "tracing"]),
  helper("trace_vprintk", 177, ["mem", "size", "mem", "size-or-zero"], "integer", "5.16"),
  helper("loop", 181, ["anything", "function", "stack-or-null", "anything"], "integer", "5.17"),
  helper("strncmp", 182, ["mem", "size", "const-string"], "integer", "5.17"),
  helper("get_func_arg", 183, ["context", "anything", "long-pointer"], "integer", "5.17", ["tracing"]),
  helper("get_func_ret", 184, ["context", "long-pointer"], "integer", "5.17", ["tracing"]),
  helper("map_lookup_percpu_elem", 195, ["const-map", "map-key", "anything"], "map-value-or-null", "5.19"),
  helper("ktime_get_tai_ns", 208, [], "integer", "6.1"),
] as const;

export type HelperName = (typeof ROWS)[number]["name"];

/** All rows, ordered by id. */
export const helpers: readonly (Helper & { readonly name: HelperName })[] = ROWS;

/** Row of a helper. */
export function helperRow(name: HelperName): Helper {
  const row = ROWS.find((r) => r.name === name);
  if (row === undefined) throw new RangeError(`no helper ${name}`);
  return row;
}
