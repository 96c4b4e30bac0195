/**
 * The kernel's table of process ids, as programs walk it: init_pid_ns.idr, an xarray whose nodes have 64 slots each and whose
 * entries are struct pid (kernel/pid.c, lib/xarray.c). Ids are below 2^22: four levels, always.
 */
import { sizeOf } from "../btf/layout.ts";
import type { Btf } from "../btf/types.ts";
import { memberOffset } from "./c-values.ts";
import type { Memory } from "./kernel-memory.ts";

export type PidTable = {
  /** Address of a thread's struct pid; its first call for a thread enters that in the table. */
  readonly pidOf: (tid: number, task: bigint) => bigint;
};

const TOP_SHIFT = 18;
/** Bits of an index that a node takes (XA_CHUNK_SHIFT). */
const NODE_BITS = 6;
const POINTER = 8;
/** Marks an entry that is a node (xa_mk_node in include/linux/xarray.h). */
const INTERNAL = 2n;
const AREA = 0xffff888030000000n;

type Placed = { readonly address: bigint; readonly view: DataView; readonly bytes: Uint8Array };
type Node = Placed & { readonly below: Map<number, Node> };

/** Undefined: this kernel's types lack what it takes. */
export function createPidTable(btf: Btf, memory: Memory): PidTable | undefined {
  const size = (struct: string): number | undefined => {
    const type = btf.find("struct", struct);
    return type === undefined ? undefined : sizeOf(btf, type);
  };
  const head = memberOffset(btf, "pid_namespace", ["idr", "idr_rt", "xa_head"]);
  const [shiftAt, slotsAt] = [memberOffset(btf, "xa_node", ["shift"]), memberOffset(btf, "xa_node", ["slots"])];
  const [tasksAt, numbersAt] = [memberOffset(btf, "pid", ["tasks"]), memberOffset(btf, "pid", ["numbers"])];
  const [nrAt, nsAt] = [memberOffset(btf, "upid", ["nr"]), memberOffset(btf, "upid", ["ns"])];
  const linksAt = memberOffset(btf, "task_struct", ["pid_links"]);
  const [namespaceSize, nodeSize, upidSize] = [size("pid_namespace"), size("xa_node"), size("upid")];
  if (head === undefined || shiftAt === undefined || slotsAt === undefined || tasksAt === undefined) return undefined;
  if (numbersAt === undefined || nrAt === undefined || nsAt === undefined || linksAt === undefined) return undefined;
  if (namespaceSize === undefined || nodeSize === undefined || upidSize === undefined) return undefined;

  let next = AREA;
  const take = (bytes: number): Placed => {
    const address = next;
    next += BigInt((bytes + 63) & ~63);
    const room = new Uint8Array(bytes);
    return { address, bytes: room, view: new DataView(room.buffer) };
  };
  const show = ({ address, bytes }: Placed): void => memory.place(address, bytes, "kernel", true);
  const makeNode = (shift: number): Node => {
    const node = { ...take(nodeSize), below: new Map<number, Node>() };
    node.view.setUint8(shiftAt, shift);
    return node;
  };

  const namespace = take(namespaceSize);
  const root = makeNode(TOP_SHIFT);
  namespace.view.setBigUint64(head, root.address + INTERNAL, true);
  const known = new Map<number, bigint>();

  const enter = (tid: number, entry: bigint): void => {
    let node = root;
    for (let shift = TOP_SHIFT; ; shift -= NODE_BITS) {
      const slot = (tid >> shift) & ((1 << NODE_BITS) - 1);
      const at = slotsAt + slot * POINTER;
      if (shift === 0) {
        node.view.setBigUint64(at, entry, true);
        show(node);
        return;
      }
      let below = node.below.get(slot);
      if (below === undefined) {
        below = makeNode(shift - NODE_BITS);
        node.below.set(slot, below);
        node.view.setBigUint64(at, below.address + INTERNAL, true);
        show(node);
      }
      node = below;
    }
  };

  return {
    pidOf(tid, task) {
      const found = known.get(tid);
      if (found !== undefined) return found;
      if (known.size === 0) show(namespace);
      const pid = take(numbersAt + upidSize);
      pid.view.setBigUint64(tasksAt, task + BigInt(linksAt), true);
      pid.view.setInt32(numbersAt + nrAt, tid, true);
      pid.view.setBigUint64(numbersAt + nsAt, namespace.address, true);
      show(pid);
      known.set(tid, pid.address);
      if (tid > 0) enter(tid, pid.address);
      return pid.address;
    },
  };
}
