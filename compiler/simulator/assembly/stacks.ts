/** Stacks of the current task, and maps of stacks. Kernel: kernel/bpf/stackmap.c. */
import { fail } from "./host";
import {
  AREA_KERNEL_STACK,
  AREA_TASK,
  AREA_USER_STACK,
  MAP_COUNT,
  MAP_MASK,
  MAP_NODES,
  MAP_NODE_SIZE,
  MAP_TYPE,
  MAP_VALUE_SIZE,
  STACK_ADDRESSES,
  STACK_DEPTH,
  STACK_HASH,
  STOP_MAP,
  TASK_KERNEL_DEPTH,
  TASK_USER_DEPTH,
  TYPE_STACK_TRACE,
} from "./layout.gen";
import { EEXIST, EINVAL, mapAt } from "./maps";
import { copy, writable } from "./memory";

const EFAULT: u64 = -14;
const SKIP: u64 = 0xff;
const USER: u64 = 1 << 8;
const FAST_COMPARE: u64 = 1 << 9;
const REUSE: u64 = 1 << 10;

function sameStack(slot: usize, from: usize, depth: u32): bool {
  for (let n: u32 = 0; n < depth; n++) {
    if (load<u64>(slot + STACK_ADDRESSES + n * 8) != load<u64>(from + n * 8)) return false;
  }
  return true;
}

/**
 * The kernel gives up where two stacks meet in one slot; here the next free slot is taken, so that no stack is lost while
 * there is room.
 */
export function get_stackid(_context: u64, address: u64, flags: u64): u64 {
  const map = mapAt(address);
  if (load<u32>(map, MAP_TYPE) != TYPE_STACK_TRACE) fail(STOP_MAP, address);
  if ((flags & ~(SKIP | USER | FAST_COMPARE | REUSE)) != 0) return EINVAL;
  const isUser = (flags & USER) != 0;
  const all = load<u32>(AREA_TASK + (isUser ? TASK_USER_DEPTH : TASK_KERNEL_DEPTH));
  const skip = <u32>(flags & SKIP);
  if (all <= skip) return EFAULT;
  const from: usize = (isUser ? AREA_USER_STACK : AREA_KERNEL_STACK) + skip * 8;
  const depth = min(all - skip, load<u32>(map, MAP_VALUE_SIZE) / 8);
  let hash: u64 = depth;
  for (let n: u32 = 0; n < depth; n++) {
    hash = (hash ^ load<u64>(from + n * 8)) * 0xff51afd7ed558ccd;
    hash ^= hash >> 32;
  }
  const mask = load<u32>(map, MAP_MASK);
  const slots: usize = load<u32>(map, MAP_NODES);
  const size: usize = load<u32>(map, MAP_NODE_SIZE);
  const first = <u32>hash & mask;
  let id = first;
  do {
    const slot = slots + id * size;
    const there = load<u32>(slot, STACK_DEPTH);
    if (there == 0) {
      put(map, slot, <u32>hash, from, depth);
      store<u32>(map, load<u32>(map, MAP_COUNT) + 1, MAP_COUNT);
      return id;
    }
    if (there == depth && load<u32>(slot, STACK_HASH) == <u32>hash && sameStack(slot, from, depth)) return id;
    id = (id + 1) & mask;
  } while (id != first);
  if ((flags & REUSE) == 0) return EEXIST;
  put(map, slots + first * size, <u32>hash, from, depth);
  return first;
}

function put(map: usize, slot: usize, hash: u32, from: usize, depth: u32): void {
  store<u32>(slot, depth, STACK_DEPTH);
  store<u32>(slot, hash, STACK_HASH);
  copy(slot + STACK_ADDRESSES, from, depth * 8);
  memory.fill(slot + STACK_ADDRESSES + depth * 8, 0, load<u32>(map, MAP_VALUE_SIZE) - depth * 8);
}

/** Bytes written; the rest of the buffer is cleared. */
export function get_stack(_context: u64, buffer: u64, size: u64, flags: u64): u64 {
  const to = writable(buffer, <u32>size);
  const isUser = (flags & USER) != 0;
  const all = load<u32>(AREA_TASK + (isUser ? TASK_USER_DEPTH : TASK_KERNEL_DEPTH));
  const skip = <u32>(flags & SKIP);
  const isBad = (flags & ~(SKIP | USER)) != 0 || (<u32>size & 7) != 0;
  if (isBad || all < skip || all == 0) {
    memory.fill(to, 0, <u32>size);
    return isBad ? EINVAL : EFAULT;
  }
  const bytes = min((all - skip) * 8, <u32>size);
  copy(to, (isUser ? AREA_USER_STACK : AREA_KERNEL_STACK) + skip * 8, bytes);
  memory.fill(to + bytes, 0, <u32>size - bytes);
  return bytes;
}
