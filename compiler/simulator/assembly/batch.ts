/**
 * Plays events that the host has prepared, one after the other: sets the scene, fills the context, runs the programs. What
 * they print is put off into a journal, which the host reads afterwards, with the moment of each record; an event that
 * prints what cannot wait ends the batch.
 *
 * Does to the task's block and the context what machine-task.ts and context.ts do for a single event.
 */
import {
  AREA_CONTEXT,
  AREA_KERNEL_STACK,
  AREA_TASK,
  AREA_USER_STACK,
  BATCH_BOOT,
  BATCH_END,
  BATCH_HEADS,
  BATCH_JOURNAL_END,
  BATCH_RECORD,
  BATCH_RINGS,
  BATCH_SILENT,
  BATCH_SIZE,
  BATCH_STAND,
  BATCH_NUMBER,
  BATCH_ROOM,
  BATCH_TIME,
  EVENT_GROUP,
  EVENT_HEAD,
  EVENT_KERNEL_STACK,
  EVENT_NUMBER,
  EVENT_SCENE,
  EVENT_SHAPE,
  EVENT_TIME,
  EVENT_USER_STACK,
  GROUP_COUNT,
  GROUP_STANDS,
  JOURNAL_HEAD,
  JOURNAL_LENGTH,
  JOURNAL_RING,
  JOURNAL_TIME,
  MAP_CONSUMER,
  MAP_MASK,
  MAP_NODES,
  MAP_PRODUCER,
  NO_COUNT,
  RECORD_BUSY,
  RECORD_DISCARDED,
  RECORD_HEAD,
  SCENE_ADDRESS,
  SCENE_CGROUP,
  SCENE_COMM,
  SCENE_PID_TGID,
  SCENE_UID_GID,
  SILENT_KINDS,
  STAND_ARGUMENTS,
  STAND_BYTES,
  STAND_CONSTANT,
  STAND_FUNCTION,
  STAND_PROGRAM,
  STAND_SIZE,
  STAND_SLOT,
  STAND_SLOTS,
  STAND_WHOLE,
  TASK_ADDRESS,
  TASK_ARGUMENTS,
  TASK_CGROUP,
  TASK_COMM,
  TASK_COOKIE,
  TASK_CPU,
  TASK_FUNCTION,
  TASK_KERNEL_DEPTH,
  TASK_NODE,
  TASK_PID_TGID,
  TASK_TIME,
  TASK_UID_GID,
  TASK_USER_DEPTH,
  TRACE_ADDRESSES,
  TRACE_DEPTH,
} from "./layout.gen";
import { copy } from "./memory";
import { nextRecord } from "./ring";

const LENGTH: u32 = ~(RECORD_BUSY | RECORD_DISCARDED);

function enterScene(scene: usize): void {
  store<u64>(AREA_TASK + TASK_PID_TGID, load<u64>(scene, SCENE_PID_TGID));
  store<u64>(AREA_TASK + TASK_UID_GID, load<u64>(scene, SCENE_UID_GID));
  store<u64>(AREA_TASK + TASK_ADDRESS, load<u64>(scene, SCENE_ADDRESS));
  store<u64>(AREA_TASK + TASK_CGROUP, load<u64>(scene, SCENE_CGROUP));
  store<u64>(AREA_TASK + TASK_COMM, load<u64>(scene, SCENE_COMM));
  store<u64>(AREA_TASK + TASK_COMM + 8, load<u64>(scene, SCENE_COMM + 8));
}

/** Makes a trace the current stack; 0: stacks are not looked at. */
function enterStack(trace: usize, area: usize, depthAt: usize): void {
  const depth = load<u32>(trace, TRACE_DEPTH);
  for (let n: u32 = 0; n < depth; n++) store<u64>(area + n * 8, load<u64>(trace + n * 8, TRACE_ADDRESSES));
  store<u32>(depthAt, depth);
}

/** @param fresh another program's context stands there */
function fillContext(stand: usize, words: usize, count: u32, fresh: bool): void {
  if (load<u32>(stand, STAND_WHOLE) != 0) {
    copy(AREA_CONTEXT, words, count * 8);
    return;
  }
  if (fresh) copy(AREA_CONTEXT, stand + STAND_BYTES, load<u32>(stand, STAND_CONSTANT));
  let slot = stand + STAND_SLOT;
  const end = slot + load<u32>(stand, STAND_SLOTS) * 4;
  for (; slot < end; slot += 4) {
    const word = <u32>load<u16>(slot, 2);
    // what the event does not bring is zero
    store<u64>(AREA_CONTEXT + <usize>load<u16>(slot), word < count ? load<u64>(words + word * 8) : 0);
  }
}

/** Whether all that the rings hold may wait, and finds room in the journal. */
function mayWait(ring: usize): bool {
  const mask = load<u32>(ring, MAP_MASK);
  const producer = load<u64>(ring, MAP_PRODUCER);
  let place = load<u64>(ring, MAP_CONSUMER);
  let left = load<u32>(BATCH_ROOM);
  let room = <u32>(BATCH_SIZE - load<u32>(BATCH_JOURNAL_END));
  while (place != producer) {
    const head = load<u32>(ring, MAP_NODES) + (<u32>place & mask);
    const word = load<u32>(head);
    const length = word & LENGTH;
    place += <u64>((length + RECORD_HEAD + 7) & ~7);
    if ((word & (RECORD_BUSY | RECORD_DISCARDED)) != 0) continue;
    const size = (length + <u32>JOURNAL_HEAD + 7) & ~7;
    if (length < 4 || left == 0 || size > room) return false;
    const kind = load<u32>(head, RECORD_HEAD);
    if (kind >= SILENT_KINDS || load<u8>(BATCH_SILENT + kind) == 0) return false;
    left--;
    room -= size;
  }
  return true;
}

function writeDown(ring: usize, index: u32, time: f64): void {
  let entry: usize = load<u32>(BATCH_JOURNAL_END);
  for (let record = nextRecord(ring); record != 0; record = nextRecord(ring)) {
    const length = load<u32>(record - RECORD_HEAD);
    store<f64>(entry, time, JOURNAL_TIME);
    store<u32>(entry, length, JOURNAL_LENGTH);
    store<u32>(entry, index, JOURNAL_RING);
    copy(entry + JOURNAL_HEAD, record, length);
    entry += (<usize>length + JOURNAL_HEAD + 7) & ~7;
    store<u32>(BATCH_ROOM, load<u32>(BATCH_ROOM) - 1);
  }
  store<u32>(BATCH_JOURNAL_END, <u32>entry);
}

/** Takes out of the rings what an event left there, so that each finds them empty. False: something of it cannot wait. */
function putOff(time: f64): bool {
  const rings = load<u32>(BATCH_RINGS);
  for (let n: u32 = 0; n < rings; n++) {
    const ring: usize = load<u32>(BATCH_HEADS + n * 4);
    if (load<u64>(ring, MAP_PRODUCER) == load<u64>(ring, MAP_CONSUMER)) continue;
    if (!mayWait(ring)) return false;
    writeDown(ring, n, time);
  }
  return true;
}

/** Plays on from BATCH_RECORD to BATCH_END. False: the event before BATCH_RECORD has left what cannot wait. */
export function playBatch(): bool {
  let event: usize = load<u32>(BATCH_RECORD);
  const end: usize = load<u32>(BATCH_END);
  const boot = load<u64>(BATCH_BOOT);
  // what stands in the task's block and the context; nothing is known of it at the start
  let scene: usize = 0;
  let kernelStack: usize = 0;
  let userStack: usize = 0;
  let current: usize = 0;
  store<u32>(AREA_TASK + TASK_NODE, 0);
  store<u64>(AREA_TASK + TASK_COOKIE, 0);
  while (event < end) {
    store<u32>(BATCH_RECORD, <u32>event);
    const time = load<f64>(event, EVENT_TIME);
    store<f64>(BATCH_TIME, time);
    store<u32>(BATCH_NUMBER, load<u32>(event, EVENT_NUMBER));
    store<u64>(AREA_TASK + TASK_TIME, boot + <u64>time);
    const shape = load<u32>(event, EVENT_SHAPE);
    store<u32>(AREA_TASK + TASK_CPU, shape & 0xffff);
    const who: usize = load<u32>(event, EVENT_SCENE);
    if (who != scene) enterScene(who);
    scene = who;
    const inKernel: usize = load<u32>(event, EVENT_KERNEL_STACK);
    if (inKernel != kernelStack) enterStack(inKernel, AREA_KERNEL_STACK, AREA_TASK + TASK_KERNEL_DEPTH);
    kernelStack = inKernel;
    const inUser: usize = load<u32>(event, EVENT_USER_STACK);
    if (inUser != userStack) enterStack(inUser, AREA_USER_STACK, AREA_TASK + TASK_USER_DEPTH);
    userStack = inUser;
    const count = shape >> 16;
    const group: usize = load<u32>(event, EVENT_GROUP);
    let stand: usize = load<u32>(group, GROUP_STANDS);
    const last = stand + load<u32>(group, GROUP_COUNT) * STAND_SIZE;
    for (; stand < last; stand += STAND_SIZE) {
      store<u32>(BATCH_STAND, <u32>stand);
      store<u64>(AREA_TASK + TASK_FUNCTION, load<u64>(stand, STAND_FUNCTION));
      const counted = load<u32>(stand, STAND_ARGUMENTS);
      if (counted != NO_COUNT) store<u32>(AREA_TASK + TASK_ARGUMENTS, counted);
      fillContext(stand, event + EVENT_HEAD, count, stand != current);
      current = stand;
      call_indirect<void>(load<u32>(stand, STAND_PROGRAM));
    }
    event += EVENT_HEAD + count * 8;
    if (!putOff(time)) {
      store<u32>(BATCH_RECORD, <u32>event);
      return false;
    }
  }
  store<u32>(BATCH_RECORD, <u32>event);
  return true;
}
