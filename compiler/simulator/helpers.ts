/** How the simulator answers each helper: by a load of the task's block, in the runtime, or in the host's TypeScript. */
import { type HelperName, helpers } from "../lang/helpers.ts";
import { AREA, TASK } from "./layout.ts";

export type HelperAnswer =
  | { readonly kind: "load"; readonly name: string; readonly size: 4 | 8; readonly at: number }
  | { readonly kind: "runtime" | "host"; readonly name: string; readonly args: number };

const LOADS: Readonly<Partial<Record<HelperName, readonly [size: 4 | 8, at: number]>>> = {
  ktime_get_ns: [8, TASK.TIME],
  ktime_get_boot_ns: [8, TASK.TIME],
  get_smp_processor_id: [4, TASK.CPU],
  get_numa_node_id: [4, TASK.NODE],
  get_current_pid_tgid: [8, TASK.PID_TGID],
  get_current_uid_gid: [8, TASK.UID_GID],
  get_current_task: [8, TASK.ADDRESS],
  get_current_task_btf: [8, TASK.ADDRESS],
  get_current_cgroup_id: [8, TASK.CGROUP],
  get_func_ip: [8, TASK.FUNCTION],
  get_attach_cookie: [8, TASK.COOKIE],
};

const IN_RUNTIME: ReadonlySet<HelperName> = new Set<HelperName>([
  "map_lookup_elem",
  "map_update_elem",
  "map_delete_elem",
  "map_lookup_percpu_elem",
  "for_each_map_elem",
  "loop",
  "probe_read",
  "probe_read_str",
  "probe_read_user",
  "probe_read_kernel",
  "probe_read_user_str",
  "probe_read_kernel_str",
  "probe_write_user",
  "get_prandom_u32",
  "get_current_comm",
  "perf_event_output",
  "get_stackid",
  "get_stack",
  "strtol",
  "strtoul",
  "strncmp",
  "jiffies64",
  "get_ns_current_pid_tgid",
  "ringbuf_output",
  "ringbuf_reserve",
  "ringbuf_submit",
  "ringbuf_discard",
  "ktime_get_tai_ns",
  "get_func_arg",
  "get_func_ret",
]);

/** Those that take more than the linear memory: types of the kernel, formats, or the host itself. */
export const HOST_HELPERS = [
  "trace_printk",
  "trace_vprintk",
  "snprintf",
  "override_return",
  "send_signal",
  "send_signal_thread",
  "get_socket_cookie",
  "skb_output",
  "d_path",
] as const satisfies readonly HelperName[];
export type HostHelper = (typeof HOST_HELPERS)[number];

/** Undefined: the simulator has no answer for it. */
export function helperAnswer(id: number): HelperAnswer | undefined {
  const row = helpers.find((each) => each.id === id);
  if (row === undefined) return undefined;
  const { name } = row;
  const load = LOADS[name];
  if (load !== undefined) return { kind: "load", name, size: load[0], at: AREA.TASK + load[1] };
  const args = row.args.length;
  if (IN_RUNTIME.has(name)) return { kind: "runtime", name, args };
  if (HOST_HELPERS.some((each) => each === name)) return { kind: "host", name, args };
  return undefined;
}

/** "bpf_map_lookup_elem", or the number of a helper that no table names. */
export function helperText(id: number): string {
  const name = helpers.find((each) => each.id === id)?.name;
  return name === undefined ? `helper ${id}` : `helper bpf_${name}`;
}
