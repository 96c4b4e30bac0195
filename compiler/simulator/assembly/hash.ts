/**
 * Hash maps, plain, per CPU and with eviction by age: chains from buckets, nodes of fixed size that are handed out in
 * order and reused. Node 0 is none.
 *
 * Kernel: kernel/bpf/hashtab.c. Its eviction is by approximate age, ours by exact age.
 */
import {
  AREA_TASK,
  MAP_BUCKETS,
  MAP_COUNT,
  MAP_FREE,
  MAP_KEY_SIZE,
  MAP_MASK,
  MAP_MAX_ENTRIES,
  MAP_NEWEST,
  MAP_NODES,
  MAP_NODE_SIZE,
  MAP_OLDEST,
  MAP_TYPE,
  MAP_USED,
  MAP_VALUES,
  NODE_HASH,
  NODE_KEY,
  NODE_LIVE,
  NODE_NEWER,
  NODE_NEXT,
  NODE_OLDER,
  TASK_CPUS,
  TYPE_LRU_HASH,
  TYPE_LRU_PERCPU_HASH,
} from "./layout.gen";
import { copy } from "./memory";

function hashOf(key: usize, size: u32): u32 {
  let h: u64 = 0x9e3779b97f4a7c15 ^ <u64>size;
  while (size >= 8) {
    h = (h ^ load<u64>(key)) * 0xff51afd7ed558ccd;
    h ^= h >> 32;
    key += 8;
    size -= 8;
  }
  if (size != 0) {
    let rest: u64 = 0;
    if (size & 4) {
      rest = load<u32>(key);
      key += 4;
    }
    if (size & 2) {
      rest = (rest << 16) | load<u16>(key);
      key += 2;
    }
    if (size & 1) rest = (rest << 8) | load<u8>(key);
    h = (h ^ rest) * 0xff51afd7ed558ccd;
    h ^= h >> 32;
  }
  h *= 0xc4ceb9fe1a85ec53;
  return <u32>(h >> 32);
}

function isSame(a: usize, b: usize, size: u32): bool {
  while (size >= 8) {
    if (load<u64>(a) != load<u64>(b)) return false;
    a += 8;
    b += 8;
    size -= 8;
  }
  if (size & 4) {
    if (load<u32>(a) != load<u32>(b)) return false;
    a += 4;
    b += 4;
  }
  if (size & 2) {
    if (load<u16>(a) != load<u16>(b)) return false;
    a += 2;
    b += 2;
  }
  return (size & 1) == 0 || load<u8>(a) == load<u8>(b);
}

function isAged(map: usize): bool {
  const type = load<u32>(map, MAP_TYPE);
  return type == TYPE_LRU_HASH || type == TYPE_LRU_PERCPU_HASH;
}

function find(map: usize, key: usize, size: u32, hash: u32): usize {
  const bucket = load<u32>(map, MAP_BUCKETS) + (hash & load<u32>(map, MAP_MASK)) * 4;
  let node: usize = load<u32>(bucket);
  while (node != 0) {
    if (load<u32>(node, NODE_HASH) == hash && isSame(node + NODE_KEY, key, size)) return node;
    node = load<u32>(node, NODE_NEXT);
  }
  return 0;
}

function unlinkAge(map: usize, node: usize): void {
  const newer: usize = load<u32>(node, NODE_NEWER);
  const older: usize = load<u32>(node, NODE_OLDER);
  if (newer != 0) store<u32>(newer, <u32>older, NODE_OLDER);
  else store<u32>(map, <u32>older, MAP_NEWEST);
  if (older != 0) store<u32>(older, <u32>newer, NODE_NEWER);
  else store<u32>(map, <u32>newer, MAP_OLDEST);
}

function linkNewest(map: usize, node: usize): void {
  const before: usize = load<u32>(map, MAP_NEWEST);
  store<u32>(node, 0, NODE_NEWER);
  store<u32>(node, <u32>before, NODE_OLDER);
  if (before != 0) store<u32>(before, <u32>node, NODE_NEWER);
  else store<u32>(map, <u32>node, MAP_OLDEST);
  store<u32>(map, <u32>node, MAP_NEWEST);
}

function touch(map: usize, node: usize): void {
  if (load<u32>(map, MAP_NEWEST) == <u32>node) return;
  unlinkAge(map, node);
  linkNewest(map, node);
}

/** Node of a key, 0 if there is none. */
export function hashFind(map: usize, key: usize): usize {
  const size = load<u32>(map, MAP_KEY_SIZE);
  const node = find(map, key, size, hashOf(key, size));
  if (node != 0 && isAged(map)) touch(map, node);
  return node;
}

function remove(map: usize, node: usize): void {
  const bucket: usize = load<u32>(map, MAP_BUCKETS) + (load<u32>(node, NODE_HASH) & load<u32>(map, MAP_MASK)) * 4;
  const after = load<u32>(node, NODE_NEXT);
  let at: usize = load<u32>(bucket);
  if (at == node) store<u32>(bucket, after);
  else {
    while (load<u32>(at, NODE_NEXT) != <u32>node) at = load<u32>(at, NODE_NEXT);
    store<u32>(at, after, NODE_NEXT);
  }
  if (isAged(map)) unlinkAge(map, node);
  store<u32>(node, 0, NODE_LIVE);
  store<u32>(node, load<u32>(map, MAP_FREE), NODE_NEXT);
  store<u32>(map, <u32>node, MAP_FREE);
  store<u32>(map, load<u32>(map, MAP_COUNT) - 1, MAP_COUNT);
}

/** A node for a key that is not there, its values not set; 0: the map is full. */
export function hashInsert(map: usize, key: usize): usize {
  let node: usize = load<u32>(map, MAP_FREE);
  const size = load<u32>(map, MAP_KEY_SIZE);
  if (node == 0 && load<u32>(map, MAP_USED) == load<u32>(map, MAP_MAX_ENTRIES)) {
    if (!isAged(map)) return 0;
    remove(map, load<u32>(map, MAP_OLDEST));
    node = load<u32>(map, MAP_FREE);
  }
  if (node != 0) store<u32>(map, load<u32>(node, NODE_NEXT), MAP_FREE);
  else {
    const used = load<u32>(map, MAP_USED);
    node = load<u32>(map, MAP_NODES) + used * load<u32>(map, MAP_NODE_SIZE);
    store<u32>(map, used + 1, MAP_USED);
  }
  const hash = hashOf(key, size);
  const bucket: usize = load<u32>(map, MAP_BUCKETS) + (hash & load<u32>(map, MAP_MASK)) * 4;
  store<u32>(node, load<u32>(bucket), NODE_NEXT);
  store<u32>(bucket, <u32>node);
  store<u32>(node, hash, NODE_HASH);
  store<u32>(node, 1, NODE_LIVE);
  copy(node + NODE_KEY, key, size);
  if (isAged(map)) linkNewest(map, node);
  store<u32>(map, load<u32>(map, MAP_COUNT) + 1, MAP_COUNT);
  return node;
}

/** False: there is no such key. */
export function hashDelete(map: usize, key: usize): bool {
  const size = load<u32>(map, MAP_KEY_SIZE);
  const node = find(map, key, size, hashOf(key, size));
  if (node == 0) return false;
  remove(map, node);
  return true;
}

/** The n-th node from `index` on that is in use, in order of place; 0: none. */
export function hashNext(map: usize, index: u32): usize {
  const used = load<u32>(map, MAP_USED);
  const size = load<u32>(map, MAP_NODE_SIZE);
  let node: usize = load<u32>(map, MAP_NODES) + index * size;
  while (index < used) {
    if (load<u32>(node, NODE_LIVE) != 0) return node;
    node += size;
    index++;
  }
  return 0;
}

/** All processors' values of a new node. */
export function clearValues(map: usize, node: usize): void {
  const values: usize = load<u32>(map, MAP_VALUES);
  memory.fill(node + values, 0, load<u32>(map, MAP_NODE_SIZE) - values);
}

export function cpus(): u32 {
  return load<u32>(AREA_TASK + TASK_CPUS);
}
