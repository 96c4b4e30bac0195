/**
 * One hit of a recording: a program that began, and what it learnt until it ended, gathered into an event of an events
 * file (spec/simulation.md).
 */

/** A number of the stream; those beyond 2^53 are bigint. */
export type Int = number | bigint;

export type RecordedFrame = {
  readonly address: string;
  readonly symbol?: string;
  readonly offset?: number;
  readonly module?: string;
};
export type Answer = number | string | { readonly value: number | string; readonly bytes: string };
export type Action =
  | { readonly kind: "map" | "clear" | "zero" }
  | { readonly kind: "time"; readonly ns: string }
  /** Without both: there was no such file. */
  | { readonly kind: "cat" | "system"; readonly data?: string; readonly bytes?: string };

/** Bytes that stood at an address. `weak`: the last was put there by the helper that copied them. */
type Piece = { readonly address: bigint; readonly bytes: Uint8Array; readonly weak: boolean };

export type Hit = {
  readonly number: bigint;
  /** CLOCK_BOOTTIME. */
  readonly at: bigint;
  readonly program: number;
  /** As the loader attached it, once the program asked for it; till then as in the manifest. */
  probe: string;
  readonly name: string;
  readonly cpu: number;
  readonly pid: number;
  readonly tid: number;
  readonly uid: number;
  readonly gid: number;
  readonly comm: string | Uint8Array;
  readonly contextAddress: bigint;
  /** The context is a record whose texts stand behind it: what was read there belongs to it. */
  readonly contextGrows: boolean;
  context: Uint8Array;
  readonly notes: readonly Uint8Array[];
  readonly noteIndexes: readonly number[];
  readonly pieces: Piece[];
  readonly results: Map<string, Answer[]>;
  /** Keys by map, in the order in which loops came to them. */
  readonly visits: Map<string, Set<string>>;
  kstack: readonly RecordedFrame[] | undefined;
  ustack: readonly RecordedFrame[] | undefined;
  /** The stack that was asked for last has no bucket of its own. */
  collided: "kernel" | "user" | undefined;
  readonly actions: Action[];
};

/** Bytes of context that a simulation can hand over. */
const CONTEXT_LIMIT = 16384;

/** Memory that was read; reads of the context itself are no memory of others. */
export function addMemory(hit: Hit, address: bigint, bytes: Uint8Array, weak: boolean): void {
  if (bytes.length === 0) return;
  const from = address - hit.contextAddress;
  const end = from + BigInt(bytes.length);
  if (from >= 0n && end <= BigInt(hit.context.length)) return;
  if (hit.contextGrows && from >= 0n && end <= BigInt(CONTEXT_LIMIT)) {
    const grown = new Uint8Array(Math.max(hit.context.length, Number(end)));
    grown.set(bytes, Number(from));
    grown.set(hit.context);
    hit.context = grown;
    return;
  }
  hit.pieces.push({ address, bytes, weak });
}

export function addResult(hit: Hit, helper: string, answer: Answer): void {
  const list = hit.results.get(helper) ?? [];
  hit.results.set(helper, list);
  list.push(answer);
}

/** Pieces that touch become one. `changed`: bytes that were not the same each time they were read. */
export function mergePieces(pieces: readonly Piece[]): {
  readonly memory: readonly { readonly address: bigint; readonly bytes: Uint8Array }[];
  readonly changed: number;
} {
  const sorted = [...pieces].sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
  const memory: { readonly address: bigint; readonly bytes: Uint8Array }[] = [];
  let changed = 0;
  for (let i = 0; i < sorted.length; ) {
    const first = sorted[i];
    if (first === undefined) break;
    const group: Piece[] = [];
    let end = first.address;
    for (; i < sorted.length; i++) {
      const piece = sorted[i];
      if (piece === undefined || (piece.address > end && group.length > 0)) break;
      group.push(piece);
      const its = piece.address + BigInt(piece.bytes.length);
      if (its > end) end = its;
    }
    const bytes = new Uint8Array(Number(end - first.address));
    /** 0: not known; 1: put there by a helper; 2: read. */
    const known = new Uint8Array(bytes.length);
    for (const piece of group) {
      const at = Number(piece.address - first.address);
      for (const [k, byte] of piece.bytes.entries()) {
        const strength = piece.weak && k === piece.bytes.length - 1 ? 1 : 2;
        if ((known[at + k] ?? 0) === 2 && strength === 2 && bytes[at + k] !== byte) changed++;
        if ((known[at + k] ?? 0) >= strength) continue;
        known[at + k] = strength;
        bytes[at + k] = byte;
      }
    }
    memory.push({ address: first.address, bytes });
  }
  return { memory, changed };
}

/** The event as a line of JSON, without its newline. `since`: CLOCK_BOOTTIME of the run's start. */
export function eventLine(hit: Hit, since: bigint): { readonly line: string; readonly changed: number } {
  const { memory, changed } = mergePieces(hit.pieces);
  const task = constantOf(hit.results.get("get_current_task") ?? hit.results.get("get_current_task_btf"));
  const cgroup = constantOf(hit.results.get("get_current_cgroup_id"));
  const results = new Map(hit.results);
  if (typeof hit.comm !== "string") results.set("get_current_comm", [{ value: 0, bytes: hex(hit.comm) }]);
  const event = {
    probe: hit.probe,
    program: hit.name,
    at: Number(hit.at - since),
    cpu: hit.cpu,
    pid: hit.pid,
    tid: hit.tid,
    comm: typeof hit.comm === "string" ? hit.comm : "",
    uid: hit.uid,
    gid: hit.gid,
    ...(cgroup === undefined ? {} : { cgroup }),
    ...(task === undefined ? {} : { task: address(BigInt(task)) }),
    ...(hit.context.length === 0 ? {} : { context: hex(hit.context) }),
    ...(hit.kstack === undefined ? {} : { kstack: hit.kstack }),
    ...(hit.ustack === undefined ? {} : { ustack: hit.ustack }),
    ...(memory.length === 0
      ? {}
      : { memory: memory.map((piece) => ({ address: address(piece.address), bytes: hex(piece.bytes) })) }),
    ...(results.size === 0
      ? {}
      : { results: Object.fromEntries([...results].map(([name, list]) => [name, short(list)])) }),
    ...(hit.visits.size === 0
      ? {}
      : { visits: Object.fromEntries([...hit.visits].map(([map, keys]) => [map, [...keys]])) }),
    ...(hit.notes.length === 0
      ? {}
      : { notes: Object.fromEntries(hit.notes.map((note, i) => [String(hit.noteIndexes[i] ?? i), hex(note)])) }),
    ...(hit.actions.length === 0 ? {} : { actions: hit.actions }),
  };
  return { line: JSON.stringify(event), changed };
}

/** Calls beyond the list answer as the last: equal ones at the end are said once. */
function short(list: readonly Answer[]): readonly Answer[] {
  let end = list.length;
  while (end > 1 && JSON.stringify(list[end - 1]) === JSON.stringify(list[end - 2])) end--;
  return list.slice(0, end);
}

function constantOf(list: readonly Answer[] | undefined): number | string | undefined {
  const first = list?.[0];
  return typeof first === "object" ? undefined : first;
}

/** Exact in JSON: a number, or decimal text beyond 2^53. */
export function exact(value: Int): number | string {
  return typeof value === "number" ? value : value.toString();
}

export function address(value: bigint): string {
  return `0x${BigInt.asUintN(64, value).toString(16)}`;
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}
