/**
 * Ring buffers: records one behind the other, each with a head of 8 bytes. Positions only grow; where a record stands is
 * its position modulo the size, and the area is twice that size, so that a record at its end needs no cut.
 *
 * Kernel: kernel/bpf/ringbuf.c. Perf buffers are kept the same way, one for all processors.
 */
import { fail } from "./host";
import {
  MAP_CONSUMER,
  MAP_MASK,
  MAP_NODES,
  MAP_PRODUCER,
  MAP_TYPE,
  RECORD_BUSY,
  RECORD_DISCARDED,
  RECORD_HEAD,
  STOP_MAP,
  STOP_NO_BUFFER,
  TYPE_PERF_EVENT_ARRAY,
  TYPE_RINGBUF,
} from "./layout.gen";
import { EINVAL, mapAt } from "./maps";
import { at, BASE, copy, inside, readable } from "./memory";

const EAGAIN: u64 = -11;
const ENOSPC: u64 = -28;
const LENGTH: u32 = ~(RECORD_BUSY | RECORD_DISCARDED);

/** Offset of a record's bytes, 0 if there is no room. */
function reserve(map: usize, size: u32, flags: u32): usize {
  const mask = load<u32>(map, MAP_MASK);
  if (size > mask) return 0;
  const whole = (size + RECORD_HEAD + 7) & ~7;
  const producer = load<u64>(map, MAP_PRODUCER);
  if (producer + whole - load<u64>(map, MAP_CONSUMER) > <u64>mask) return 0;
  const head = load<u32>(map, MAP_NODES) + (<u32>producer & mask);
  store<u32>(head, size | flags);
  store<u64>(map, producer + whole, MAP_PRODUCER);
  return head + RECORD_HEAD;
}

function ringAt(address: u64): usize {
  const map = mapAt(address);
  if (load<u32>(map, MAP_TYPE) != TYPE_RINGBUF) fail(STOP_MAP, address);
  return map;
}

export function ringbuf_reserve(address: u64, size: u64, flags: u64): u64 {
  const map = ringAt(address);
  if (flags != 0 || size > 0x3fffffff) return 0;
  const record = reserve(map, <u32>size, RECORD_BUSY);
  return record == 0 ? 0 : BASE + record;
}

function headOf(record: u64): usize {
  if (!inside(record - RECORD_HEAD, RECORD_HEAD)) fail(STOP_MAP, record);
  return at(record) - RECORD_HEAD;
}

export function ringbuf_submit(record: u64, _flags: u64): u64 {
  const head = headOf(record);
  store<u32>(head, load<u32>(head) & ~RECORD_BUSY);
  return 0;
}

export function ringbuf_discard(record: u64, _flags: u64): u64 {
  const head = headOf(record);
  store<u32>(head, (load<u32>(head) & ~RECORD_BUSY) | RECORD_DISCARDED);
  return 0;
}

export function ringbuf_output(address: u64, data: u64, size: u64, flags: u64): u64 {
  const map = ringAt(address);
  if ((flags & ~3) != 0) return EINVAL;
  const from = readable(data, <u32>size);
  const record = reserve(map, <u32>size, 0);
  if (record == 0) return EAGAIN;
  copy(record, from, <u32>size);
  return 0;
}

export function perf_event_output(_context: u64, address: u64, flags: u64, data: u64, size: u64): u64 {
  const map = mapAt(address);
  if (load<u32>(map, MAP_TYPE) != TYPE_PERF_EVENT_ARRAY) fail(STOP_NO_BUFFER, address);
  if ((flags & ~(<u64>0xffffffff)) != 0) return EINVAL;
  const from = readable(data, <u32>size);
  const record = reserve(map, <u32>size, 0);
  if (record == 0) return ENOSPC;
  copy(record, from, <u32>size);
  return 0;
}

/** Room for a record that the host fills: 0, or where. */
export function reserveRecord(map: usize, size: u32): usize {
  return reserve(map, size, 0);
}

/** Offset of the next record's bytes, whose length stands 8 bytes before; 0: there is none. Takes it out. */
export function nextRecord(map: usize): usize {
  const mask = load<u32>(map, MAP_MASK);
  while (true) {
    const consumer = load<u64>(map, MAP_CONSUMER);
    if (consumer == load<u64>(map, MAP_PRODUCER)) return 0;
    const head: usize = load<u32>(map, MAP_NODES) + (<u32>consumer & mask);
    const word = load<u32>(head);
    store<u64>(map, consumer + <u64>(((word & LENGTH) + RECORD_HEAD + 7) & ~7), MAP_CONSUMER);
    // what is busy now belongs to a run that was stopped
    if ((word & (RECORD_BUSY | RECORD_DISCARDED)) == 0) return head + RECORD_HEAD;
  }
}
