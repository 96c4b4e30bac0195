/**
 * Maps as helpers see them: lookup, update, delete, walks. Results and errors are the kernel's
 * (kernel/bpf/hashtab.c, arraymap.c).
 */
import { cpus, clearValues, hashDelete, hashFind, hashInsert, hashNext } from "./hash";
import { fail } from "./host";
import {
  AREA_SCRATCH,
  AREA_TASK,
  FUNCTION_BASE,
  MAP_KEY_SIZE,
  MAP_MAGIC,
  MAP_MAX_ENTRIES,
  MAP_NODES,
  MAP_NODE_SIZE,
  MAP_PER_CPU,
  MAP_SIZE,
  MAP_STRIDE,
  MAP_TYPE,
  MAP_VALUES,
  MAP_VALUE_SIZE,
  NODE_KEY,
  MAGIC,
  STOP_CALLBACK,
  STOP_MAP,
  TASK_CPU,
  TYPE_ARRAY,
  TYPE_HASH,
  TYPE_LRU_HASH,
  TYPE_LRU_PERCPU_HASH,
  TYPE_PERCPU_ARRAY,
  TYPE_PERCPU_HASH,
} from "./layout.gen";
import { at, BASE, copy, inside, readable } from "./memory";

export const ENOENT: u64 = -2;
export const E2BIG: u64 = -7;
export const EEXIST: u64 = -17;
export const EINVAL: u64 = -22;

const NOEXIST: u64 = 1;
const EXIST: u64 = 2;

export function cpu(): u32 {
  return load<u32>(AREA_TASK + TASK_CPU);
}

/** A map's head from its address, or the run stops. */
export function mapAt(address: u64): usize {
  if (!inside(address, MAP_SIZE) || load<u32>(at(address), MAP_MAGIC) != MAGIC) fail(STOP_MAP, address);
  return at(address);
}

export function isHash(type: u32): bool {
  return type == TYPE_HASH || type == TYPE_PERCPU_HASH || type == TYPE_LRU_HASH || type == TYPE_LRU_PERCPU_HASH;
}
function isArray(type: u32): bool {
  return type == TYPE_ARRAY || type == TYPE_PERCPU_ARRAY;
}

/** Where a processor's value stands in a node or element. */
function valueOf(map: usize, node: usize, processor: u32): usize {
  const first = node + load<u32>(map, MAP_VALUES);
  return load<u32>(map, MAP_PER_CPU) != 0 ? first + processor * load<u32>(map, MAP_STRIDE) : first;
}

function elementAt(map: usize, index: u32): usize {
  if (index >= load<u32>(map, MAP_MAX_ENTRIES)) return 0;
  return load<u32>(map, MAP_NODES) + index * load<u32>(map, MAP_NODE_SIZE);
}

/** The value of a key for a processor; 0: none. */
export function lookup(map: usize, key: usize, processor: u32): usize {
  const type = load<u32>(map, MAP_TYPE);
  let node: usize = 0;
  if (isHash(type)) node = hashFind(map, key);
  else if (isArray(type)) node = elementAt(map, load<u32>(key));
  return node == 0 ? 0 : valueOf(map, node, processor);
}

export function map_lookup_elem(address: u64, keyAddress: u64): u64 {
  const map = mapAt(address);
  const value = lookup(map, readable(keyAddress, load<u32>(map, MAP_KEY_SIZE)), cpu());
  return value == 0 ? 0 : BASE + value;
}

export function map_lookup_percpu_elem(address: u64, keyAddress: u64, processor: u64): u64 {
  const map = mapAt(address);
  if (<u32>processor >= cpus() || load<u32>(map, MAP_PER_CPU) == 0) return 0;
  const value = lookup(map, readable(keyAddress, load<u32>(map, MAP_KEY_SIZE)), <u32>processor);
  return value == 0 ? 0 : BASE + value;
}

export function map_update_elem(address: u64, keyAddress: u64, valueAddress: u64, flags: u64): u64 {
  const map = mapAt(address);
  const type = load<u32>(map, MAP_TYPE);
  const key = readable(keyAddress, load<u32>(map, MAP_KEY_SIZE));
  const size = load<u32>(map, MAP_VALUE_SIZE);
  const value = readable(valueAddress, size);
  if (flags > EXIST) return EINVAL;
  let node: usize = 0;
  if (isHash(type)) {
    node = hashFind(map, key);
    if (node != 0) {
      if (flags == NOEXIST) return EEXIST;
    } else {
      if (flags == EXIST) return ENOENT;
      node = hashInsert(map, key);
      if (node == 0) return E2BIG;
      if (load<u32>(map, MAP_PER_CPU) != 0) clearValues(map, node);
    }
  } else if (isArray(type)) {
    node = elementAt(map, load<u32>(key));
    if (node == 0) return E2BIG;
    if (flags == NOEXIST) return EEXIST;
  } else return EINVAL;
  copy(valueOf(map, node, cpu()), value, size);
  return 0;
}

export function map_delete_elem(address: u64, keyAddress: u64): u64 {
  const map = mapAt(address);
  const key = readable(keyAddress, load<u32>(map, MAP_KEY_SIZE));
  if (!isHash(load<u32>(map, MAP_TYPE))) return EINVAL;
  return hashDelete(map, key) ? 0 : ENOENT;
}

export function callback(address: u64, a: u64, b: u64, c: u64, d: u64): u64 {
  const index = address - FUNCTION_BASE;
  if (index >= 0x10000) fail(STOP_CALLBACK, address);
  return call_indirect<u64>(<u32>index, a, b, c, d, <u64>0);
}

/** How deep walks stand in each other: each array walk needs a place for its key. */
let walks: u32 = 0;
export function resetWalks(): void {
  walks = 0;
}
const WALKS: u32 = 16;

/** bpf_for_each_map_elem: how many elements were visited. */
export function for_each_map_elem(address: u64, fn: u64, context: u64, flags: u64): u64 {
  const map = mapAt(address);
  if (flags != 0) return EINVAL;
  const type = load<u32>(map, MAP_TYPE);
  let visited: u64 = 0;
  if (isHash(type)) {
    const first: usize = load<u32>(map, MAP_NODES);
    const size = load<u32>(map, MAP_NODE_SIZE);
    let index: u32 = 0;
    while (true) {
      const node = hashNext(map, index);
      if (node == 0) return visited;
      index = (<u32>(node - first)) / size + 1;
      visited++;
      if (callback(fn, address, BASE + node + NODE_KEY, BASE + valueOf(map, node, cpu()), context) != 0) return visited;
    }
  }
  if (!isArray(type)) return EINVAL;
  if (walks == WALKS) fail(STOP_CALLBACK, fn);
  const key = AREA_SCRATCH + walks * 8;
  const count = load<u32>(map, MAP_MAX_ENTRIES);
  walks++;
  for (let index: u32 = 0; index < count; index++) {
    store<u32>(key, index);
    visited++;
    const value = valueOf(map, elementAt(map, index), cpu());
    if (callback(fn, address, BASE + key, BASE + value, context) != 0) break;
  }
  walks--;
  return visited;
}

const MAX_LOOPS: u32 = 1 << 23;

/** bpf_loop in kernel/bpf/bpf_iter.c: how many rounds were made. */
export function loop(rounds: u64, fn: u64, context: u64, flags: u64): u64 {
  if (flags != 0) return EINVAL;
  if (<u32>rounds > MAX_LOOPS) return E2BIG;
  for (let index: u32 = 0; index < <u32>rounds; index++) {
    if (callback(fn, index, context, 0, 0) != 0) return index + 1;
  }
  return <u32>rounds;
}
