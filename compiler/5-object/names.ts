/** Names and numbers that writer and reader share. */
import type { MapDef } from "../3-ir/ir.ts";

export const MANIFEST_SECTION = ".tracelet";

/** BPF_MAP_TYPE_* of include/uapi/linux/bpf.h. */
export const MAP_TYPE: Readonly<Record<MapDef["type"], number>> = {
  hash: 1,
  array: 2,
  perf_event_array: 4,
  percpu_hash: 5,
  percpu_array: 6,
  stack_trace: 7,
  lru_hash: 9,
  lru_percpu_hash: 10,
  ringbuf: 27,
};
