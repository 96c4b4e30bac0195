/** The host's side of assembly/batch.ts: writes what is to be played where the runtime reads it, and reads its journal. */
import { encodeUtf8 } from "../util/bytes.ts";
import { AREA, BATCH, EVENT, JOURNAL, MOST_RINGS, NO_COUNT, SCENE, SILENT_KINDS, STAND, TRACE } from "./layout.ts";
import type { BatchStand, MachineBatch, RunFailure } from "./machine.ts";

export type BatchHost = {
  readonly buffer: ArrayBuffer;
  readonly play: () => number;
  /** Places of the rings' heads. */
  readonly heads: readonly number[];
  /** Index of the first program in the runtime's table. */
  readonly firstEntry: number;
  readonly explain: (program: number, error: unknown) => RunFailure;
};

const COMM_ROOM = 15;
/** Where an event may still begin. */
const LAST_START = BATCH.JOURNAL - EVENT.HEAD - EVENT.MOST;
const MOST_SLOTS = (STAND.BYTES - STAND.SLOT) / 4;

export function machineBatch({ buffer, play, heads, firstEntry, explain }: BatchHost): MachineBatch {
  // All views begin at the area; places in it that the runtime reads count from the memory's start.
  const view = new DataView(buffer, AREA.BATCH, BATCH.SIZE);
  const bytes = new Uint8Array(buffer, AREA.BATCH, BATCH.SIZE);
  const words = new Int32Array(buffer, AREA.BATCH, BATCH.SIZE / 4);
  const floats = new Float64Array(buffer, AREA.BATCH, BATCH.SIZE / 8);
  const isFit = heads.length <= MOST_RINGS;
  const next = { stand: BATCH.STANDS, scene: BATCH.SCENES, stack: BATCH.STACKS };
  /** Behind the last event. */
  let end: number = BATCH.RECORDS;
  let size = 0;
  heads.slice(0, MOST_RINGS).forEach((head, n) => {
    view.setUint32(BATCH.HEADS + n * 4, head, true);
  });
  view.setUint32(BATCH.RINGS, isFit ? heads.length : 0, true);

  const writeStand = (at: number, stand: BatchStand): void => {
    view.setUint32(at + STAND.PROGRAM, firstEntry + stand.program, true);
    view.setUint32(at + STAND.WHOLE, stand.whole ? 1 : 0, true);
    view.setBigUint64(at + STAND.FUNCTION, stand.address, true);
    view.setUint32(at + STAND.ARGUMENTS, stand.argumentCount ?? NO_COUNT, true);
    view.setUint32(at + STAND.CONSTANT, stand.constant.length, true);
    view.setUint32(at + STAND.SLOTS, stand.slots.length, true);
    for (const [n, { word, offset }] of stand.slots.entries())
      view.setUint32(at + STAND.SLOT + n * 4, word * 0x10000 + offset, true);
    bytes.set(stand.constant, at + STAND.BYTES);
  };
  const begin = (): void => {
    end = BATCH.RECORDS;
    size = 0;
    view.setUint32(BATCH.RECORD, AREA.BATCH + BATCH.RECORDS, true);
  };
  const readJournal = (silent: Parameters<MachineBatch["play"]>[1]): void => {
    const stop = view.getUint32(BATCH.JOURNAL_END, true) - AREA.BATCH;
    for (let at: number = BATCH.JOURNAL; at < stop; ) {
      const length = words[(at + JOURNAL.LENGTH) >> 2] ?? 0;
      silent(bytes.subarray(at + JOURNAL.HEAD, at + JOURNAL.HEAD + length), floats[at >> 3] ?? 0);
      at += (length + JOURNAL.HEAD + 7) & ~7;
    }
  };
  begin();

  return {
    begin(boot, isSilent) {
      view.setBigUint64(BATCH.BOOT, boot, true);
      for (let kind = 0; kind < SILENT_KINDS; kind++) bytes[BATCH.SILENT + kind] = isSilent(kind) ? 1 : 0;
    },
    addStands(stands) {
      const at = next.stand;
      const isRoom = at + stands.length * STAND.SIZE <= BATCH.RECORDS;
      const fits = ({ constant, slots }: BatchStand): boolean =>
        constant.length <= STAND.SIZE - STAND.BYTES && slots.length <= MOST_SLOTS;
      if (!isFit || !isRoom || !stands.every(fits)) return 0;
      next.stand += stands.length * STAND.SIZE;
      stands.forEach((stand, n) => {
        writeStand(at + n * STAND.SIZE, stand);
      });
      return AREA.BATCH + at;
    },
    addScene({ tid, pid, uid, gid, comm, cgroup, address }) {
      const at = next.scene;
      if (at + SCENE.SIZE > BATCH.STACKS) return 0;
      next.scene += SCENE.SIZE;
      view.setInt32(at + SCENE.PID_TGID, tid, true);
      view.setInt32(at + SCENE.PID_TGID + 4, pid, true);
      view.setInt32(at + SCENE.UID_GID, uid, true);
      view.setInt32(at + SCENE.UID_GID + 4, gid, true);
      view.setBigUint64(at + SCENE.ADDRESS, address, true);
      view.setBigUint64(at + SCENE.CGROUP, cgroup, true);
      bytes.fill(0, at + SCENE.COMM, at + SCENE.SIZE);
      bytes.set(encodeUtf8(comm).subarray(0, COMM_ROOM), at + SCENE.COMM);
      return AREA.BATCH + at;
    },
    addStack(addresses) {
      const at = next.stack;
      const room = TRACE.ADDRESSES + addresses.length * 8;
      if (at + room > BATCH.STANDS) return 0;
      next.stack += room;
      view.setUint32(at + TRACE.DEPTH, addresses.length, true);
      for (let n = 0; n < addresses.length; n++)
        view.setBigUint64(at + TRACE.ADDRESSES + n * 8, addresses[n] ?? 0n, true);
      return AREA.BATCH + at;
    },
    forget() {
      next.scene = BATCH.SCENES;
      next.stack = BATCH.STACKS;
    },
    size: () => size,
    words,
    open(time, number, stands, count, scene, cpu, kernelStack, userStack) {
      if (end > LAST_START) return -1;
      const at = end >> 2;
      floats[end >> 3] = time;
      words[at + EVENT.NUMBER / 4] = number;
      words[at + EVENT.STANDS / 4] = stands;
      words[at + EVENT.COUNT / 4] = count;
      words[at + EVENT.SCENE / 4] = scene;
      words[at + EVENT.CPU / 4] = cpu;
      words[at + EVENT.KERNEL_STACK / 4] = kernelStack;
      words[at + EVENT.USER_STACK / 4] = userStack;
      return at + EVENT.HEAD / 4;
    },
    close(count) {
      words[(end + EVENT.WORDS) >> 2] = count;
      end += EVENT.HEAD + count * 8;
      size++;
    },
    play(room, silent) {
      view.setUint32(BATCH.END, AREA.BATCH + end, true);
      view.setUint32(BATCH.ROOM, Math.max(0, Math.min(room, 0xffffffff)), true);
      view.setUint32(BATCH.JOURNAL_END, AREA.BATCH + BATCH.JOURNAL, true);
      let failure: RunFailure | undefined;
      let isDone = false;
      const program = (): number => view.getUint32(view.getUint32(BATCH.STAND, true) - AREA.BATCH, true) - firstEntry;
      try {
        isDone = play() !== 0;
      } catch (error) {
        failure = explain(program(), error);
      }
      readJournal(silent);
      if (isDone) {
        begin();
        return undefined;
      }
      const number = view.getUint32(BATCH.NUMBER, true);
      return { time: floats[BATCH.TIME >> 3] ?? 0, number, program: program(), failure };
    },
    drop: begin,
  };
}
