/**
 * Numbers that the host and the WebAssembly module share. gen/verifier.mjs writes them for AssemblyScript as
 * assembly/codes.gen.ts; error codes are the rows of messages.ts.
 */

/** Outcomes of a run. */
export const VERDICT = { ACCEPTED: 0, REFUSED: 1, UNKNOWN: 2 } as const;

/** Base register types, the low byte of a type. */
export const TYPE = {
  NONE: 0,
  SCALAR: 1,
  CTX: 2,
  MAP: 3,
  VALUE: 4,
  KEY: 5,
  STACK: 6,
  BTF: 7,
  MEM: 8,
  FUNC: 9,
  BUF: 10,
  SOCKET: 11,
  DYNPTR: 12,
} as const;

/** What else a pointer is. */
export const FLAG = {
  MAYBE_NULL: 0x100,
  RDONLY: 0x200,
  RINGBUF: 0x400,
  USER: 0x800,
  PERCPU: 0x1000,
  UNTRUSTED: 0x2000,
  TRUSTED: 0x4000,
  RCU: 0x8000,
} as const;

/** Lists that a kernel keeps of members: a pointer read from one keeps its owner's trust, or may be null all the same. */
export const TRUST = { TRUSTED: 1, TRUSTED_OR_NULL: 2, RCU: 4, RCU_OR_NULL: 8 } as const;

/** Kinds of a stack slot's byte. */
export const SLOT = { INVALID: 0, SPILL: 1, MISC: 2, ZERO: 3, DYNPTR: 4 } as const;

/** ALU operations: the upper four bits of the opcode. */
export const ALU_OP = {
  ADD: 0,
  SUB: 1,
  MUL: 2,
  DIV: 3,
  OR: 4,
  AND: 5,
  LSH: 6,
  RSH: 7,
  NEG: 8,
  MOD: 9,
  XOR: 10,
  MOV: 11,
  ARSH: 12,
  END: 13,
} as const;

/** Comparisons: likewise. */
export const JUMP_OP = {
  EQ: 1,
  GT: 2,
  GE: 3,
  SET: 4,
  NE: 5,
  SGT: 6,
  SGE: 7,
  LT: 10,
  LE: 11,
  SLT: 12,
  SLE: 13,
} as const;

/** Argument kinds of helpers. */
export const ARG = {
  NONE: 0,
  ANYTHING: 1,
  CTX: 2,
  MAP: 3,
  KEY: 4,
  VALUE: 5,
  MEM: 6,
  MEM_UNINIT: 7,
  VALUE_UNINIT: 8,
  SIZE: 9,
  SIZE_ZERO: 10,
  RINGBUF: 11,
  FUNCTION: 12,
  STACK_OR_NULL: 13,
  BTF: 14,
  LONG: 15,
  ALLOC_SIZE: 16,
  CONST_STRING: 17,
  MEM_WRITE: 18,
  DYNPTR: 19,
  UNKNOWN: 255,
} as const;
export const ARG_FLAG = {
  MAYBE_NULL: 0x100,
  RDONLY: 0x200,
  DYNPTR_UNINIT: 0x400,
  DYNPTR_RELEASE: 0x800,
  DYNPTR_LOCAL: 0x1000,
  DYNPTR_RINGBUF: 0x2000,
} as const;

/** What helpers return. */
export const RETURNS = {
  INTEGER: 0,
  LENGTH: 1,
  VOID: 2,
  MAP_VALUE: 3,
  MAP_VALUE_OR_NULL: 4,
  RINGBUF: 5,
  BTF: 6,
  MEM: 7,
  MEM_OR_NULL: 8,
  UNKNOWN: 9,
  CPU: 10,
  DYNPTR_MEM: 11,
} as const;

export const HELPER_STATUS = { MISSING: 0, OK: 1, NOT_HERE: 2, GPL_ONLY: 3, UNKNOWN: 4 } as const;
/** Helpers that the walk itself knows. */
export const HELPER_ID = {
  MAP_LOOKUP: 1,
  SOCKET_COOKIE: 46,
  SNPRINTF: 165,
  LOOP: 181,
  DYNPTR_FROM_MEM: 197,
} as const;

/** Parameters of functions that are verified on their own. */
export const GLOBAL_ARG = { NONE: 0, SCALAR: 1, CTX: 2, MEM: 3, MEM_NONNULL: 4, UNKNOWN: 5 } as const;

/** enum bpf_map_type, those that the walk itself knows. */
export const MAP_NUMBER = { ARRAY: 2, PERCPU_ARRAY: 6 } as const;
/** Map flags as seen from a program. */
export const MAP_FLAG = { RDONLY_PROG: 128, WRONLY_PROG: 256 } as const;

export const OPTION = { LOG: 1, GPL: 2, RETVAL: 4, PRIVATE_STACK: 8 } as const;
export const LOG_KIND = { INSN: 0, DROP: 1, BRANCH: 2 } as const;

/** Set in an id: the number is the others of that id plus a constant. */
export const ADD_CONST = 0x80000000;

/** Bytes per row of the host's tables. */
export const ROW = { MAP: 32, HELPER: 48, SUB: 48 } as const;

/**
 * Behaviours that came with some kernel, in order of bits. All but JSET_FORGET, ST_ZERO_SPILL, LOOP_MARKS, STACK_LIFE,
 * CALLBACK_ROUNDS and parts of ALU_RANGES only accept more, so that leaving one out is safe.
 */
export const FEATURES = [
  "BOUNDS_BOTH",
  "BOUNDS_CROSS",
  "ADD_WRAP",
  "MUL_SIGNED",
  "TNUM_UNION",
  "TNUM_OVERLAP",
  "REFINE_BOTH",
  "JSET_FORGET",
  "NEG",
  "UNINIT_STACK",
  "NARROW_SPILL",
  "NARROW_FILL",
  "ST_SPILL",
  "MOVSX",
  "LINK_ADD",
  "TRUSTED",
  "CALLBACK",
  "ARRAY_NONNULL",
  "MEM_KEY",
  "RETVAL_PRECISE",
  "PRIVATE_STACK",
  "BSWAP",
  "VAR_SCRUB",
  "TNUM_SINGLE",
  "ST_CTX",
  "SPILL_ID",
  "HELPER_READS",
  "BOUNDS_CROSS32",
  "UNINIT_GROW",
  "ATOMICS",
  "ORDERED",
  "TRUST_WALK",
  "ST_ZERO_SPILL",
  "SPILL_UNBOUNDED",
  "ALU_RANGES",
  "LOOP_MARKS",
  "STACK_LIFE",
  "SLOT_NUMBER",
  "CALLBACK_ROUNDS",
  "PRECISE_CALLS",
  "SHARED_REFS",
] as const;
export type Feature = (typeof FEATURES)[number];
