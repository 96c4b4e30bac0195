/** The host's side of assembly/batch.ts: writes what is to be played where the runtime reads it, and reads its journal. */
import { encodeUtf8 } from "../util/bytes.ts";
import { AREA, BATCH, GROUP, JOURNAL, MOST_RINGS, NO_COUNT, SCENE, SILENT_KINDS, STAND, TRACE } from "./layout.ts";
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
const MOST_SLOTS = (STAND.BYTES - STAND.SLOT) / 4;

export function machineBatch({ buffer, play, heads, firstEntry, explain }: BatchHost): MachineBatch {
  // All views begin at the area; places in it that the runtime reads count from the memory's start.
  const view = new DataView(buffer, AREA.BATCH, BATCH.SIZE);
  const bytes = new Uint8Array(buffer, AREA.BATCH, BATCH.SIZE);
  const words = new Int32Array(buffer, AREA.BATCH, BATCH.SIZE / 4);
  const floats = new Float64Array(buffer, AREA.BATCH, BATCH.SIZE / 8);
  const isFit = heads.length <= MOST_RINGS;
  const next = { group: BATCH.GROUPS, stand: BATCH.STANDS, scene: BATCH.SCENES, stack: BATCH.STACKS };
  const cursor = { end: 0, size: 0 };
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
    cursor.end = BATCH.RECORDS;
    cursor.size = 0;
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
    addGroup(stands) {
      const { group, stand: at } = next;
      const isRoom = at + stands.length * STAND.SIZE <= BATCH.RECORDS && group + GROUP.SIZE <= BATCH.SCENES;
      const fits = ({ constant, slots }: BatchStand): boolean =>
        constant.length <= STAND.SIZE - STAND.BYTES && slots.length <= MOST_SLOTS;
      if (!isFit || !isRoom || !stands.every(fits)) return 0;
      next.stand += stands.length * STAND.SIZE;
      stands.forEach((stand, n) => {
        writeStand(at + n * STAND.SIZE, stand);
      });
      next.group += GROUP.SIZE;
      view.setUint32(group + GROUP.STANDS, AREA.BATCH + at, true);
      view.setUint32(group + GROUP.COUNT, stands.length, true);
      return AREA.BATCH + group;
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
    area: { words, floats, bytes },
    cursor,
    play(room, silent) {
      view.setUint32(BATCH.END, AREA.BATCH + cursor.end, true);
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
