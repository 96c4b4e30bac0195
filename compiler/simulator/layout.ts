/**
 * Where things stand in a machine's linear memory, and numbers that its runtime shares: gen/simulator.mjs writes them into
 * assembly/layout.gen.ts.
 *
 *   0         8 KiB                           64 KiB         384 KiB                                     end
 *   │ runtime │ task, stacks, context, frames │ pages' table │ batch │ maps: heads, nodes, rings │ pages │
 */

/**
 * Address of the linear memory's first byte: in a hole of the kernel's address space (Documentation/arch/x86/x86_64/mm.rst),
 * so that no address of a recorded host lies there.
 */
export const MEMORY_BASE = 0xfffffc0000000000n;

/** Fixed areas, as byte offsets. */
export const AREA = {
  TASK: 0x2000,
  SCRATCH: 0x2100,
  KERNEL_STACK: 0x3000,
  USER_STACK: 0x5000,
  CONTEXT: 0x7000,
  CONTEXT_END: 0xb000,
  /** Frames of 512 bytes, the program's at the top. */
  FRAMES: 0xb000,
  FRAMES_END: 0xc000,
  PAGE_ORDER: 0x10000,
  PAGE_TABLE: 0x20000,
  BATCH: 0x60000,
  BATCH_END: 0x1c0000,
  MAPS: 0x1c0000,
} as const;
export const FRAME_SIZE = 512;

/** Sparse pages of the simulated kernel and process: slots of the table (16 bytes each), and pages there may be. */
export const PAGE_SIZE = 4096;
export const PAGE_SLOTS = 16384;
export const PAGE_LIMIT = 12288;

/** The current task and processor, from AREA.TASK. */
export const TASK = {
  CPU: 0,
  NODE: 4,
  /** u64: thread group in the upper half, thread in the lower. */
  PID_TGID: 8,
  /** u64: gid in the upper half, uid in the lower. */
  UID_GID: 16,
  TIME: 24,
  TAI: 32,
  ADDRESS: 40,
  CGROUP: 48,
  FUNCTION: 56,
  COOKIE: 64,
  COMM: 72,
  KERNEL_DEPTH: 88,
  USER_DEPTH: 92,
  SEED: 96,
  ARGUMENTS: 104,
  /** Slot of the last helper call. */
  INSN: 108,
  RESULT: 112,
  CPUS: 120,
} as const;

/** A map's head. Addresses are offsets in linear memory. */
export const MAP = {
  MAGIC: 0,
  TYPE: 4,
  KEY_SIZE: 8,
  VALUE_SIZE: 12,
  MAX_ENTRIES: 16,
  FLAGS: 20,
  /** Entries that exist. */
  COUNT: 24,
  /** Value size, rounded up to 8. */
  STRIDE: 28,
  /** Bytes of a node or element, all processors' values included. */
  NODE_SIZE: 32,
  BUCKETS: 36,
  /** Number of buckets, less one. */
  MASK: 40,
  NODES: 44,
  /** First of the free nodes. */
  FREE: 48,
  /** Nodes that were ever in use. */
  USED: 52,
  /** Most and least recently used node. */
  NEWEST: 56,
  OLDEST: 60,
  /** From a node's start to its values. */
  VALUES: 64,
  PER_CPU: 68,
  PRODUCER: 72,
  CONSUMER: 80,
} as const;
export const MAP_SIZE = 128;
export const MAP_MAGIC = 0x706d6c74;

/** A hash map's node: links to the next in its bucket and to its neighbours by age, whether it is in use; then the key. */
export const NODE = { NEXT: 0, HASH: 4, NEWER: 8, OLDER: 12, LIVE: 16, KEY: 24 } as const;
/** A stack map's slot: number of addresses, their hash, the addresses. */
export const STACK = { DEPTH: 0, HASH: 4, ADDRESSES: 8 } as const;
/** A record's head in a ring: its length with two flags, then 4 bytes unused. */
export const RECORD = { HEAD: 8, BUSY: 0x80000000, DISCARDED: 0x40000000 } as const;

/** enum bpf_map_type. */
export const MAP_TYPE = {
  HASH: 1,
  ARRAY: 2,
  PERF_EVENT_ARRAY: 4,
  PERCPU_HASH: 5,
  PERCPU_ARRAY: 6,
  STACK_TRACE: 7,
  LRU_HASH: 9,
  LRU_PERCPU_HASH: 10,
  RINGBUF: 27,
} as const;

/**
 * Events that wait to be played together (assembly/batch.ts), from AREA.BATCH: what is the same for many of them is written
 * once and named by its place.
 */
export const BATCH = {
  /** Place of the record being played, or of the next; and of its stand. */
  RECORD: 0,
  STAND: 4,
  /** Behind the last record. */
  END: 8,
  /** Ring records that may still be put off. */
  ROOM: 12,
  /** Behind the journal's last entry. */
  JOURNAL_END: 16,
  /** Rings, and the places of their heads. */
  RINGS: 20,
  HEADS: 32,
  /** u64: CLOCK_BOOTTIME at the run's start. */
  BOOT: 24,
  /** Of the event that was played last: when it began (f64), its number. */
  TIME: 0x60,
  NUMBER: 0x68,
  /** A byte for each kind of ring record (its first word): whether it may be put off. */
  SILENT: 0x80,
  GROUPS: 0x1080,
  SCENES: 0x4000,
  STACKS: 0x22000,
  STANDS: 0x62000,
  RECORDS: 0xe2000,
  JOURNAL: 0x122000,
  SIZE: 0x160000,
} as const;
export const MOST_RINGS = 16;
export const SILENT_KINDS = 4096;
/** Who does something: words of the task's block. */
export const SCENE = { PID_TGID: 0, UID_GID: 8, ADDRESS: 16, CGROUP: 24, COMM: 32, SIZE: 48 } as const;
/** A stack: its depth, its addresses. */
export const TRACE = { DEPTH: 0, ADDRESSES: 8 } as const;
/** A program at a place, and how its context comes out of a record's words. */
export const STAND = {
  /** Index in the runtime's table. */
  PROGRAM: 0,
  /** Whether the words are the context as it is; else they go where slots say. */
  WHOLE: 4,
  FUNCTION: 8,
  /** As TASK.ARGUMENTS; NO_COUNT: stays as it is. */
  ARGUMENTS: 16,
  /** Bytes that are the same for every event; slots. */
  CONSTANT: 20,
  SLOTS: 24,
  /** A slot: number of the word in the upper half, offset in the context in the lower. */
  SLOT: 32,
  BYTES: 128,
  SIZE: 512,
} as const;
export const NO_COUNT = 0xffffffff;
/** Stands that run on the same events: the first one's place, how many. */
export const GROUP = { STANDS: 0, COUNT: 4, SIZE: 8 } as const;
/** An event: when (f64, nanoseconds since the run's start), whose programs, who and where; then its words. */
export const EVENT = {
  TIME: 0,
  GROUP: 8,
  SCENE: 12,
  /** Places of its stacks; 0: programs do not look at them. */
  KERNEL_STACK: 16,
  USER_STACK: 20,
  /** Number of its words in the upper half, its processor in the lower. */
  SHAPE: 24,
  /** Counted from the run's start: the event that was the last to come when this was written. */
  NUMBER: 28,
  HEAD: 32,
  /** Bytes that its words may have. */
  MOST: 1024,
} as const;
/** A ring record that was put off: when, its length, its ring; then its bytes. */
export const JOURNAL = { TIME: 0, LENGTH: 8, RING: 12, HEAD: 16 } as const;

/** Why a run is stopped: the first argument of the runtime's `fail`. */
export const STOP = {
  BUDGET: 1,
  STACK: 2,
  STORE: 3,
  MAP: 4,
  POINTER: 5,
  CALLBACK: 6,
  ABSENT: 7,
  NO_BUFFER: 8,
} as const;

/** Addresses of callbacks: this plus an index into the runtime's table. */
export const FUNCTION_BASE = 0xffffffffc0000000n;
