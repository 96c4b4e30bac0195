/** The runtime's exports: helpers by their kernel names, and what the host asks. */
export {
  for_each_map_elem,
  loop,
  map_delete_elem,
  map_lookup_elem,
  map_lookup_percpu_elem,
  map_update_elem,
} from "./maps";
export {
  probe_read,
  probe_read_kernel,
  probe_read_kernel_str,
  probe_read_str,
  probe_read_user,
  probe_read_user_str,
  probe_write_user,
  loadOutside,
  storeOutside,
} from "./reads";
export {
  nextRecord,
  perf_event_output,
  reserveRecord,
  ringbuf_discard,
  ringbuf_output,
  ringbuf_reserve,
  ringbuf_submit,
} from "./ring";
export { get_stack, get_stackid } from "./stacks";
export {
  get_current_comm,
  get_func_arg,
  get_func_ret,
  get_ns_current_pid_tgid,
  get_prandom_u32,
  jiffies64,
  ktime_get_tai_ns,
  strncmp,
  strtol,
  strtoul,
} from "./task";
export { playBatch } from "./batch";
export { clearPages, keepPages, makePage, pageAt } from "./pages";
export { hashDelete, hashFind, hashInsert, hashNext } from "./hash";
import { resetWalks } from "./maps";
import { setEnd } from "./memory";
import { setPool } from "./pages";

/** @param end bytes that programs may reach; the pool of pages begins there */
export function init(end: u32): void {
  setEnd(end);
  setPool(end);
}

/** After a run that was stopped. */
export function recover(): void {
  resetWalks();
}
