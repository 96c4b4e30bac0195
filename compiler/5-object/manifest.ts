/**
 * The `.tracelet` section: what an object's standard sections cannot say. One msgpack map with exactly these keys
 * (spec/object.md). The loader reads it to attach, to decode what the programs emit, and to read the maps; nothing in
 * it is needed to load the object with other tools.
 *
 * Offsets and sizes are bytes. Keys that do not apply are left out; never null unless the type says so.
 */

/** Objects with `names` have version 2, all others 1: loaders of the first version would leave the names empty. */
export const MANIFEST_VERSION = 2;

/** How a value lies in memory (event record, map key, map value), little-endian as the target. */
export type ValueType =
  | { readonly k: "int"; readonly size: 1 | 2 | 4 | 8; readonly signed: boolean }
  /** One byte, 0 or 1. */
  | { readonly k: "bool" }
  /** `size` bytes, NUL padded. A string without a NUL inside `size` was cut (L2.35). `exact`: never mark as cut (char arrays). */
  | { readonly k: "string"; readonly size: number; readonly exact?: boolean }
  /** u32 length, then `size` bytes of room. */
  | { readonly k: "buffer"; readonly size: number }
  | { readonly k: "pointer" }
  /** names: decimal value → enumerator. */
  | {
      readonly k: "enum";
      readonly size: 1 | 2 | 4 | 8;
      readonly signed: boolean;
      readonly names: Readonly<Record<string, string>>;
    }
  | { readonly k: "array"; readonly length: number; readonly stride: number; readonly element: ValueType }
  | {
      readonly k: "tuple";
      readonly size: number;
      readonly fields: readonly { readonly offset: number; readonly type: ValueType }[];
    }
  /** Records and structs. bits: a bit-field, `bitOffset` from the field's offset. */
  | {
      readonly k: "record";
      readonly size: number;
      readonly fields: readonly {
        readonly name: string;
        readonly offset: number;
        readonly type: ValueType;
        readonly bits?: number;
        readonly bitOffset?: number;
      }[];
    }
  /** u32 address family (2 or 10, host order), then 16 bytes of address (4 used for AF_INET). 20 bytes. */
  | { readonly k: "inet" }
  /** 6 bytes. */
  | { readonly k: "mac" }
  /** u64 nanoseconds since boot; `format` for strftime. */
  | { readonly k: "timestamp"; readonly format: string }
  /** u64 address. */
  | { readonly k: "ksym" }
  /** u64 address, u32 tgid, 4 bytes padding: 16 bytes. */
  | { readonly k: "usym" }
  /**
   * kernel: s32 id in the stack map `map` (-4095…-1: -errno of bpf_get_stackid), 4 bytes padding. user: s32 id, u32 tgid.
   * 8 bytes. Ids below -2^30 stand in the hash `map`_more, as the value (s64) of a key that is the frames. The
   * loader begins each s64 counter of such ids, behind the frames in `map`_room, with a number of its own in that range.
   */
  | {
      readonly k: "stack";
      readonly user: boolean;
      readonly mode: "bpftrace" | "perf" | "raw" | "build_id";
      readonly limit: number;
      readonly map: string;
    }
  /** u64 uid. */
  | { readonly k: "username" }
  /** u64 cgroup id. */
  | { readonly k: "cgroup_path"; readonly filter: string }
  /** No bytes: an empty tuple element or absent value. */
  | { readonly k: "none" }
  // Aggregations: only as a map's value; per CPU.
  /** u64. */
  | { readonly k: "count" }
  /** s64/u64 sum, u64 set (0: this CPU has no value). 16 bytes. */
  | { readonly k: "sum"; readonly signed: boolean }
  /** s64/u64 value, u64 set. 16 bytes. */
  | { readonly k: "min" | "max"; readonly signed: boolean }
  /** u64 count, s64/u64 total. 16 bytes. */
  | { readonly k: "avg" | "stats"; readonly signed: boolean }
  /** u64 per bucket (L2.109). Scalar map: per-CPU array indexed by bucket. Keyed: the u32 bucket stands in the key at `bucketOffset`. */
  | { readonly k: "hist"; readonly bits: number }
  /** As hist; bucket 0 is below min, the last is max and above (L2.108). */
  | { readonly k: "lhist"; readonly min: number; readonly max: number; readonly step: number }
  /** Ring of `count` intervals. Keyed by u64 (time / interval) mod count appended at `bucketOffset`; value: u64 interval number, s64 value, u64 samples. */
  | {
      readonly k: "tseries";
      readonly interval: number;
      readonly count: number;
      readonly fn: "last" | "avg" | "max" | "min" | "sum";
      readonly signed: boolean;
    };

export type MapStorage = "hash" | "percpu_hash" | "lru_hash" | "lru_percpu_hash" | "percpu_array" | "global";

export type MapEntry = {
  /** As in the script: "@size", "@". */
  readonly name: string;
  readonly storage: MapStorage;
  /** Symbol in `.maps`; absent for storage "global". */
  readonly symbol?: string;
  /** storage "global": the value's place in `.bss`: u64 set flag at `offset`, the value at offset + 8. */
  readonly offset?: number;
  /** Absent: a scalar map. A list of keys is one tuple. */
  readonly key?: ValueType;
  readonly keySize: number;
  /** Keyed hist, lhist, tseries: where in the key the bucket index (u32; tseries u64) stands. */
  readonly bucketOffset?: number;
  readonly value: ValueType;
  readonly valueSize: number;
  readonly maxEntries: number;
  /** False: helper storage that is never printed. */
  readonly print: boolean;
};

/** Place in the script: byte-free, as a diagnostic shows it (1-based; columns end exclusive). */
export type Place = {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
};

export type Argument = { readonly offset: number; readonly type: ValueType };

/**
 * One shape of record in the ring (or perf) buffer. Every record starts with u32 event id, u32 zero; arguments stand at
 * their offsets from the record's start.
 */
export type EventEntry = {
  readonly id: number;
  readonly kind:
    | "printf"
    | "errorf"
    | "warnf"
    | "print"
    | "print-map"
    | "clear"
    | "zero"
    | "exit"
    | "time"
    | "cat"
    | "system"
    | "join"
    | "assert"
    | "unwatch"
    | "skboutput"
    /** Of a recording: a program begins, and what it learns after that. */
    | "hit"
    | "seen";
  /** Whole record, header included. */
  readonly size: number;
  readonly args: readonly Argument[];
  /** printf, errorf, warnf, assert, cat, system: format; time: strftime format; join: separator. Bytes where not UTF-8. */
  readonly format?: string | Uint8Array;
  /** print-map, clear, zero: index into `maps`. */
  readonly map?: number;
  readonly top?: number;
  readonly div?: number;
  /** join: u32 number of strings stands here; args[0] is the array of strings. */
  readonly countOffset?: number;
  /** kind "seen": what. */
  readonly seen?: Seen;
  readonly place: Place;
  /** Index into `programs`. */
  readonly program: number;
};

/**
 * What a recording program has learnt from outside (spec/simulation.md). A hit's arguments: its number, CLOCK_BOOTTIME,
 * bpf_get_current_pid_tgid, bpf_get_current_uid_gid, comm, processor, the context's address, its bytes, then a
 * buffer for each of the program's `usdtArguments`. A seen's first argument is its hit's number.
 */
export type Seen =
  /** A helper's result: [hit, result]. */
  | { readonly what: "result"; readonly helper: string }
  /** Memory that a helper copied, and from where: [hit, result, address, bytes]. */
  | { readonly what: "read"; readonly helper: string }
  /** What a helper wrote: [hit, result, 0, bytes]. */
  | { readonly what: "bytes"; readonly helper: string }
  /** A load from kernel memory: [hit, address, value]. */
  | { readonly what: "load"; readonly size: number }
  /** A loop over a map has come to this key: [hit, 0, 0, bytes]. `map`: symbol in `.maps`. */
  | { readonly what: "visit"; readonly map: string }
  /** A stack: [hit, result, frames]. */
  | { readonly what: "stack"; readonly helper: string; readonly user: boolean };

/**
 * A spot that can fail at run time. Its counter is in `.bss` at `offset`: u64 how often, s64 the last helper result.
 * `warn`: reported to the user by default; else only in the ledger (or with -k).
 */
export type SiteEntry = {
  readonly kind:
    | "map-full"
    | "delete-missing"
    | "lookup-missing"
    | "read"
    | "divide-by-zero"
    | "out-of-bounds"
    | "stack"
    | "no-child"
    | "helper"
    /** A record of a recording found no room. */
    | "recording";
  readonly helper?: string;
  readonly map?: number;
  readonly place: Place;
  readonly program: number;
  readonly offset: number;
  readonly warn: boolean;
};

export type Attach =
  | { readonly kind: "begin" | "end" }
  | { readonly kind: "signal"; readonly signal: string }
  /**
   * pattern: one of those that a pattern stood for where the object was made, with a program of its own; the target may lack
   * it. Patterns may hold `*`; the loader expands them on the target. offset: bytes into the function. address:
   * absolute (hex string).
   */
  | {
      readonly kind: "kprobe" | "kretprobe";
      readonly function: string;
      readonly module?: string;
      readonly offset?: number;
      readonly address?: string;
      readonly pattern?: true;
    }
  | {
      readonly kind: "fentry" | "fexit";
      readonly function: string;
      readonly module?: string;
      readonly pattern?: true;
    }
  | { readonly kind: "tracepoint"; readonly category: string; readonly event: string; readonly pattern?: true }
  | { readonly kind: "rawtracepoint"; readonly event: string; readonly module?: string; readonly pattern?: true }
  /**
   * path: absolute, or a name searched on the target (PATH, library cache). buildId: the binary whose debug information the
   * program was compiled with, in hexadecimal; in another one, arguments and members may be elsewhere. argumentNames: of a
   * program that reads `args`, by words: argument registers, then the stack; "" for words that begin no argument.
   */
  | {
      readonly kind: "uprobe" | "uretprobe";
      readonly path: string;
      readonly symbol?: string;
      readonly offset?: number;
      readonly address?: string;
      readonly buildId?: string;
      readonly argumentNames?: readonly string[];
    }
  | {
      readonly kind: "usdt";
      readonly path: string;
      readonly provider?: string;
      readonly name: string;
      readonly buildId?: string;
    }
  /** Exactly one of the two. */
  | { readonly kind: "profile" | "interval"; readonly hz?: number; readonly ns?: number }
  /** type and config of perf_event_attr. */
  | { readonly kind: "software" | "hardware"; readonly event: string; readonly config: number; readonly count: number }
  | { readonly kind: "watchpoint"; readonly address: string; readonly length: number; readonly mode: string }
  | { readonly kind: "iter"; readonly target: string; readonly pin?: string };

export type UsdtArgument = { readonly index: number; readonly offset: number };

export type ProgramEntry = {
  /** Function symbol and kernel program name. */
  readonly name: string;
  readonly section: string;
  /** What `probe` prints, "kprobe:vfs_read". */
  readonly probe: string;
  readonly attach: readonly Attach[];
  readonly place: Place;
  /** `.bss` offset of u64 dropped (buffer full); absent for programs that emit nothing. */
  readonly ledger?: number;
  /** usdt: arguments that the program reads; at `offset` in `.rodata` the loader writes where each is (spec/object.md). */
  readonly usdtArguments?: readonly UsdtArgument[];
  /**
   * The program asks by its attach cookie which of its targets fired: each link has the index of its text ("kprobe:vfs_read")
   * in the array `names.symbol` as its cookie. The program reads this many bytes of the text.
   */
  readonly nameSize?: number;
  /** Runs in `.rodata`-guarded pid filter mode (compiled with it). */
  readonly pidFilter?: boolean;
};

/**
 * One program for functions where they are entered and where they return: what it counts and prints is said to be of those
 * two, which have the same functions as targets.
 */
export type SessionEntry = {
  readonly name: string;
  readonly section: string;
  /** Indexes in `programs`. */
  readonly entry: number;
  readonly returns: number;
};

/** A script parameter that the loader writes into `.rodata` before loading. */
export type ParamEntry =
  | {
      readonly kind: "positional";
      readonly index: number;
      readonly type: "int" | "string";
      readonly offset: number;
      readonly size: number;
    }
  | { readonly kind: "count"; readonly offset: number; readonly size: 8 }
  | {
      readonly kind: "named";
      readonly name: string;
      readonly type: "bool" | "int" | "uint" | "string";
      readonly offset: number;
      readonly size: number;
      /** Decimal for numbers, "true"/"false" for bools. */
      readonly default: string;
      readonly description?: string;
    };

/** `.rodata` words (u64) that the loader fills in from the host, by purpose. */
export type HostValue = {
  readonly kind:
    | "start-ns"
    | "ncpus"
    | "cpid"
    | "has-cpid"
    | "filter-pid"
    | "pidns-dev"
    | "pidns-ino"
    | "tai-offset"
    | "epoch-offset";
  readonly offset: number;
};

/**
 * A number that the loader resolves: kaddr("x"), uaddr("x"), cgroupid("path") (the path is the symbol). u64 in `.rodata`.
 * Of a file that is loaded anywhere, the address is told from the probed instruction's: "user" is how far the symbol is from it then,
 * and "user-mask" all ones; else the mask is 0. Both belong to one program. "user-spare": by how many bits a variable is narrower than 64; 0 where it is no number.
 */
export type SymbolValue = {
  readonly kind: "kernel" | "user" | "user-mask" | "user-spare" | "cgroup";
  readonly path?: string;
  /** Index of the program whose probed place is meant. */
  readonly program?: number;
  readonly symbol: string;
  readonly offset: number;
  readonly place: Place;
};

/**
 * A tracepoint field read at a fixed context offset. The loader compares with the target's format file and, where the
 * field moved, patches the offset of the load (`insn`: index of 8-byte slots in `section`); a missing field is an error.
 */
export type TracepointField = {
  readonly section: string;
  readonly insn: number;
  readonly category: string;
  readonly event: string;
  readonly field: string;
  readonly offset: number;
  readonly size: number;
  readonly place: Place;
};

/** What a CO-RE relocation stands for in the script, so that a failure is reported in its words. */
export type FieldUse = {
  readonly section: string;
  readonly insn: number;
  readonly type: string;
  readonly path: string;
  readonly place: Place;
};

/**
 * The script. Texts that it imports stand behind its own, so that a `Place` counts lines of the whole; `files` says which
 * file each further part is: `line` of the whole is that file's first. Absent without imports and headers.
 */
export type SourceText = {
  readonly name: string;
  readonly text: string;
  readonly files?: readonly { readonly name: string; readonly line: number }[];
};

export type Manifest = {
  readonly version: number;
  /** "tracelet 0.1.0" */
  readonly tool: string;
  readonly source: SourceText;
  readonly arch: string;
  /** Release of the kernel it was compiled against. */
  readonly kernel: string;
  readonly buffer: { readonly kind: "ring" | "perf"; readonly symbol: string } | null;
  readonly config: {
    readonly max_cat_bytes: number;
    readonly max_probes: number;
    readonly missing_probes: "error" | "warn" | "ignore";
    readonly print_maps_on_exit: boolean;
    readonly str_trunc_trailer: string;
    readonly perf_rb_pages: number;
    readonly cpp_demangle: boolean;
    readonly cache_user_symbols: string;
    readonly stack_mode: string;
  };
  readonly unsafe: boolean;
  /** Symbol in `.maps`: an array of texts, NUL padded, as large as the loader needs it. Absent: no program asks for names. */
  readonly names?: { readonly symbol: string };
  readonly programs: readonly ProgramEntry[];
  /** Programs that a loader may take in place of two others, with kprobe.session links; absent: none. */
  readonly sessions?: readonly SessionEntry[];
  readonly maps: readonly MapEntry[];
  readonly events: readonly EventEntry[];
  readonly sites: readonly SiteEntry[];
  readonly params: readonly ParamEntry[];
  readonly host: readonly HostValue[];
  readonly symbols: readonly SymbolValue[];
  readonly tracepointFields: readonly TracepointField[];
  readonly fieldUses: readonly FieldUse[];
};
