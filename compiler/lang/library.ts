/**
 * Functions that the language itself can say: macros, expanded where they are called. An expression parameter is walked
 * at each use, so each is read once into a variable.
 */

/** Name → overloads in the language's own words. */
export const LIBRARY: Readonly<Record<string, string>> = {
  // Walks init_pid_ns.idr, an xarray: 64 slots a node, nodes marked by the low bits 10 (include/linux/xarray.h); a pid is
  // below 2^22, which is four levels. Entry 0 of tasks and pid_links is PIDTYPE_PID (include/linux/pid_types.h).
  comm: `
macro comm(task) {
  let $index = (uint64)task;
  let $name: string[16] = "[unknown]";
  let $entry = (uint64)((struct task_struct *)curtask).thread_pid.numbers[0].ns.idr.idr_rt.xa_head;
  if (($entry & 3) == 2 && ($index >> ((struct xa_node *)($entry - 2)).shift) > 63) {
    $entry = 0;
  }
  unroll(4) {
    if (($entry & 3) == 2) {
      let $node = (struct xa_node *)($entry - 2);
      $entry = (uint64)$node.slots[($index >> $node.shift) & 63];
    }
  }
  let $first = kptr((struct hlist_node *)0);
  if ($entry != 0 && ($entry & 3) == 0) {
    $first = ((struct pid *)$entry).tasks[0].first;
  }
  if ($first != 0) {
    $name = container_of($first, struct task_struct, pid_links).comm;
  } else {
    warnf("comm: no process has id %d", $index);
  }
  $name
}`,
  // this_cpu_ptr and per_cpu_ptr of include/linux/percpu-defs.h.
  percpu_kaddr: `
macro percpu_kaddr(name) {
  kptr(kaddr(name) + *(uint64 *)(kaddr("__per_cpu_offset") + 8 * cpu))
}
macro percpu_kaddr(name, index) {
  let $index = (uint64)index;
  let $address = (uint64)0;
  if ($index < ncpus) {
    $address = kaddr(name) + *(uint64 *)(kaddr("__per_cpu_offset") + 8 * $index);
  }
  kptr($address)
}`,
};
