/**
 * What a loader's stream says (spec/stream.md). Messages are Fluentd Forward v1, Forward mode:
 * `[tag, [[EventTime, record], …]]`, tag "tracelet", EventTime = msgpack ext 0 (u32 seconds, u32 nanoseconds, big-endian).
 * A record is a map whose `type` names one of these shapes. Values are decoded on the host: see Value.
 */
import type { Place, ValueType } from "../5-object/manifest.ts";

export type { Place, ValueType } from "../5-object/manifest.ts";

/**
 * A decoded value: int (bigint beyond 2^53) for int, pointer, enum; boolean; str, or bin where not UTF-8, for strings;
 * bin for buffer; array for arrays and tuples; map for records and structs; str for inet, mac, ksym, usym, username,
 * cgroup_path; timestamp = int nanoseconds since the epoch; stack = array of Frame; hist/lhist = array of Bucket;
 * count, sum, min, max, avg = int; stats = {count, average, total}; tseries = array of Sample; none = nil.
 */
export type Value =
  | number
  | bigint
  | boolean
  | string
  | Uint8Array
  | null
  | readonly Value[]
  | { readonly [field: string]: Value };

/** `symbol` absent: unresolved. `module`: file name of a user mapping, module of a kernel symbol when not vmlinux. */
export type Frame = {
  readonly address: number | bigint;
  readonly symbol?: string;
  readonly offset?: number;
  readonly module?: string;
};

/** min, max inclusive; the first bucket may lack min, the last lhist bucket max. From first to last non-empty, zeros between. */
export type Bucket = {
  readonly min?: number | bigint;
  readonly max?: number | bigint;
  readonly count: number | bigint;
};

/** One interval that has data: `time` = its start, ns since the epoch (interval number times interval length). Oldest first. */
export type Sample = { readonly time: number | bigint; readonly value: number | bigint };

export type HeaderRecord = {
  readonly type: "header";
  readonly version: 1;
  readonly tool: string;
  readonly host: string;
  readonly kernel: string;
  readonly arch: string;
  /** For warnings that quote the script. `files`: further texts within `text`, each from that line on. */
  readonly source: {
    readonly name: string;
    readonly text: string;
    readonly files?: readonly { readonly name: string; readonly line: number }[];
  };
  /** Seconds east of UTC on the host: timestamps are shown in the host's local time. */
  readonly utc_offset: number;
  readonly str_trunc_trailer: string;
  /** Event id → what its arguments are. */
  readonly events: readonly {
    readonly id: number;
    readonly kind: string;
    readonly format?: string | Uint8Array;
    readonly args: readonly ValueType[];
    readonly place: Place;
  }[];
  readonly maps: readonly { readonly name: string; readonly key?: ValueType; readonly value: ValueType }[];
};

export type StreamRecord =
  | HeaderRecord
  | { readonly type: "attached"; readonly count: number; readonly probes: readonly string[] }
  /** printf, errorf, warnf, assert: layout is the renderer's. */
  | {
      readonly type: "printf" | "errorf" | "warnf" | "assert";
      readonly event: number;
      /** Bytes where the script's text is not UTF-8. */
      readonly format: string | Uint8Array;
      readonly args: readonly Value[];
    }
  | { readonly type: "value"; readonly event: number; readonly value: Value }
  /** key absent in a scalar map's only entry. final: printed at the end of the run. */
  | {
      readonly type: "map";
      readonly name: string;
      readonly map: number;
      readonly top?: number;
      readonly div?: number;
      readonly final: boolean;
      readonly entries: readonly { readonly key?: Value; readonly value: Value }[];
    }
  | { readonly type: "clear" | "zero"; readonly name: string }
  /** ns since the epoch, to be formatted with `format` in the host's local time. */
  | { readonly type: "time"; readonly format: string | Uint8Array; readonly ns: number | bigint }
  | { readonly type: "cat"; readonly path: string; readonly data: string | Uint8Array }
  | { readonly type: "system"; readonly command: string; readonly data: string | Uint8Array }
  | { readonly type: "join"; readonly separator: string | Uint8Array; readonly parts: readonly (string | Uint8Array)[] }
  /** A site's counter grew by `count`. */
  | {
      readonly type: "warning";
      readonly kind: string;
      readonly helper?: string;
      readonly error?: number;
      readonly map?: string;
      readonly count: number;
      readonly probe: string;
      readonly place: Place;
    }
  /** A message of the loader's about the run (a probe that was skipped, a file that cannot be read). */
  | {
      readonly type: "notice";
      readonly severity: "error" | "warning";
      readonly text: string;
      readonly place?: Place;
      readonly hint?: string;
    }
  | {
      readonly type: "lost";
      readonly count: number;
      readonly cause: "buffer-full" | "perf-buffer";
      readonly probe?: string;
    }
  /**
   * Of a recording (spec/simulation.md): the host as the run began, `words` and `symbols` in the order of the manifest's
   * `host` and `symbols`; what programs learnt, as the manifest's events of these kinds say; a name that was looked up; an
   * action that was carried out when `hits` more hits had begun.
   */
  | {
      readonly type: "host";
      readonly epoch_offset: number | bigint;
      readonly cpus: number;
      readonly words: readonly (number | bigint)[];
      readonly symbols: readonly (number | bigint)[];
      /** Of attach points, by the cookie that programs learn; empty where none asks. */
      readonly names?: readonly (string | Uint8Array)[];
    }
  | { readonly type: "hit" | "seen"; readonly event: number; readonly args: readonly Value[] }
  | {
      readonly type: "name";
      readonly of: string;
      readonly number: number | bigint;
      readonly pid: number;
      readonly text: string | Uint8Array;
    }
  | { readonly type: "acted"; readonly event: number; readonly hits: number }
  /** The probes are detached and the end probes have run; `reason`: "exit", "signal", "child", "duration". Final maps follow. */
  | { readonly type: "detached"; readonly reason: string }
  | {
      readonly type: "end";
      readonly status: number;
      /** submitted = delivered when the run ended in order; attempts = submitted + dropped. */
      readonly ledger: {
        readonly submitted: number;
        readonly delivered: number;
        readonly dropped: number;
        readonly programs: readonly {
          readonly probe: string;
          readonly submitted: number;
          readonly dropped: number;
          /** Kernel counters: runs (only with statistics on), recursion misses. */
          readonly fired?: number;
          readonly missed: number;
        }[];
        readonly sites: readonly {
          readonly kind: string;
          readonly probe: string;
          readonly count: number;
          readonly place: Place;
        }[];
      };
    };
