/**
 * What a recording keeps of each helper's call: all that a program can learn from outside. One row per helper, so that tsc
 * asks for one where a helper is added.
 */
import type { HelperName } from "../../lang/helpers.ts";

export type Kept =
  /** Follows from the program, its maps, and what is kept anyway (the hit: who, where, when). */
  | { readonly kind: "nothing" }
  /** What it returns. */
  | { readonly kind: "result" }
  /** A copy to argument 0, of as many bytes as argument 1 says, from the address in argument 2. */
  | { readonly kind: "read" }
  /** What it returns and the bytes it leaves at an argument; their number is constant or another argument. */
  | { readonly kind: "bytes"; readonly to: number; readonly size: number | { readonly argument: number } }
  /** The frames behind the stack id that it returns. */
  | { readonly kind: "stack" }
  /** Not to be recorded; why, for the message. */
  | { readonly kind: "refused"; readonly why: string };

const NOTHING: Kept = { kind: "nothing" };
const RESULT: Kept = { kind: "result" };
const READ: Kept = { kind: "read" };

function bytes(to: number, size: number | { readonly argument: number }): Kept {
  return { kind: "bytes", to, size };
}

export const KEPT: Readonly<Record<HelperName, Kept>> = {
  map_lookup_elem: NOTHING,
  map_update_elem: NOTHING,
  map_delete_elem: NOTHING,
  probe_read: READ,
  ktime_get_ns: RESULT,
  trace_printk: NOTHING,
  get_prandom_u32: RESULT,
  get_smp_processor_id: NOTHING,
  get_current_pid_tgid: NOTHING,
  get_current_uid_gid: NOTHING,
  get_current_comm: NOTHING,
  perf_event_output: NOTHING,
  get_stackid: { kind: "stack" },
  get_current_task: RESULT,
  probe_write_user: RESULT,
  get_numa_node_id: RESULT,
  probe_read_str: READ,
  get_socket_cookie: RESULT,
  perf_event_read_value: bytes(2, { argument: 3 }),
  override_return: NOTHING,
  get_stack: bytes(1, { argument: 2 }),
  get_current_cgroup_id: RESULT,
  strtol: NOTHING,
  strtoul: NOTHING,
  send_signal: RESULT,
  skb_output: { kind: "refused", why: "it hands packets to the loader" },
  probe_read_user: READ,
  probe_read_kernel: READ,
  probe_read_user_str: READ,
  probe_read_kernel_str: READ,
  send_signal_thread: RESULT,
  jiffies64: RESULT,
  get_ns_current_pid_tgid: bytes(2, { argument: 3 }),
  ktime_get_boot_ns: RESULT,
  seq_printf: { kind: "refused", why: "it writes to a file of the kernel" },
  seq_write: { kind: "refused", why: "it writes to a file of the kernel" },
  ringbuf_output: NOTHING,
  ringbuf_reserve: NOTHING,
  ringbuf_submit: NOTHING,
  ringbuf_discard: NOTHING,
  d_path: bytes(1, { argument: 2 }),
  per_cpu_ptr: RESULT,
  this_cpu_ptr: RESULT,
  get_current_task_btf: RESULT,
  // Its callbacks tell in which order they are called.
  for_each_map_elem: NOTHING,
  snprintf: NOTHING,
  get_func_ip: RESULT,
  get_attach_cookie: RESULT,
  trace_vprintk: NOTHING,
  loop: NOTHING,
  strncmp: NOTHING,
  get_func_arg: bytes(2, 8),
  get_func_ret: bytes(1, 8),
  map_lookup_percpu_elem: NOTHING,
  ktime_get_tai_ns: RESULT,
};
