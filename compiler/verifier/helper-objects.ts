/**
 * Helpers that take a pointer to one of the kernel's structures: which one each takes. Kernel: arg_btf_id of their
 * prototypes, in kernel/trace/bpf_trace.c and net/core/filter.c.
 */
import type { Btf } from "../btf/types.ts";
import { holdsStruct } from "./btf-access.ts";

const OBJECTS: ReadonlyMap<number, string> = new Map([
  [46, "sock_common"],
  [111, "sk_buff"],
  [126, "seq_file"],
  [127, "seq_file"],
  [147, "path"],
]);

/** Functions whose probes may call d_path: its locks are not held there. Kernel: btf_allowlist_d_path. */
export const D_PATH_FUNCTIONS: ReadonlySet<string> = new Set([
  "security_file_permission",
  "security_inode_getattr",
  "security_file_open",
  "security_path_truncate",
  "vfs_truncate",
  "vfs_fallocate",
  "dentry_open",
  "vfs_getattr",
  "filp_close",
]);

/** 1: byte `off` of a struct of type `have` is what the helper takes; 0: it is not; -1: not known. */
export function takesObject(btf: Btf, helper: number, have: number, off: number): number {
  const name = OBJECTS.get(helper);
  const wanted = name === undefined ? undefined : btf.find("struct", name);
  if (wanted === undefined) return -1;
  return off >= 0 && holdsStruct(btf, have, off, wanted) ? 1 : 0;
}
