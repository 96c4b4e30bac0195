/**
 * `run --record FILE`: keeps what a recording object's programs learn as an events file, while the run's own output goes on
 * as ever. Records of one hit come among those of other processors: a hit is written when no more can come.
 */
import type { Manifest, RecordedScript, StreamRecord } from "../index.ts";
import { closeOutput, openOutput, writeAll } from "./io.ts";
import {
  type Action,
  type Answer,
  addMemory,
  addResult,
  address,
  eventLine,
  exact,
  type Hit,
  hex,
  type Int,
  type RecordedFrame,
} from "./record-hit.ts";

/** What a replay needs to make the same object: parameters and options. */
export type RecordedRun = Pick<
  RecordedScript,
  "positional" | "named" | "unsafe" | "pidFilter" | "child" | "readWarnings"
>;

export type Recorder = {
  /** Takes a record of the stream; true: it is the recording's alone, and not to be shown. */
  readonly record: (record: StreamRecord) => boolean;
  /** Writes what is left and closes the file. What the recording lacks, in words; undefined: nothing. */
  readonly end: () => string | undefined;
};

/** No program runs this long: what belongs to a hit has come when others are so much younger (nanoseconds). */
const SETTLED = 2_000_000_000n;
/** What bpf_get_stackid says where another stack has the bucket: the program then takes the frames themselves. */
const EEXIST = -17;
/** Lines are gathered up to so many characters. */
const BATCH = 1 << 16;
const TEXT_HELPER = /_str$/;

/** @throws CliError when the file cannot be opened */
export function createRecorder(path: string, manifest: Manifest, run: RecordedRun): Recorder {
  const fd = openOutput(path);
  const events = new Map(manifest.events.map((event) => [event.id, event]));
  /** Hits that are not written yet, in the order of their beginning. */
  const open = new Map<bigint, Hit>();
  /** Actions that were done when so many hits had begun. */
  const waiting: { readonly at: number; readonly action: Action }[] = [];
  const told = new Set<string>();
  /** What each program is attached to: its pattern, where that stands for several. */
  const probes = manifest.programs.map(({ probe }) => probe);
  /** Addresses of frames that came without their names: what the run prints may tell. */
  const unnamed = new Map<bigint, RecordedFrame | undefined>();
  let header: (StreamRecord & { readonly type: "header" }) | undefined;
  let host: (StreamRecord & { readonly type: "host" }) | undefined;
  let since: bigint | undefined;
  let began = 0;
  let newest = 0n;
  let last: Hit | undefined;
  let acted: StreamRecord | undefined;
  let [lost, orphans, changed] = [0, 0, 0];
  let text = "";

  const put = (line: string): void => {
    text += `${line}\n`;
    if (text.length < BATCH) return;
    writeAll(fd, Buffer.from(text));
    text = "";
  };
  const write = (hit: Hit): void => {
    const done = eventLine(hit, since ?? hit.at);
    changed += done.changed;
    put(done.line);
    open.delete(hit.number);
  };

  /** The first line: the host as the run began. */
  const begin = (first: bigint): void => {
    const words = new Map(manifest.host.map(({ kind }, i) => [kind, BigInt(host?.words[i] ?? 0)]));
    const start = words.get("start-ns") ?? first;
    since = start;
    const named = manifest.symbols.map((symbol, i): [typeof symbol, bigint] => [symbol, BigInt(host?.symbols[i] ?? 0)]);
    put(
      JSON.stringify({
        setup: {
          host: header?.host ?? "",
          cpus: host?.cpus ?? 1,
          boot: start.toString(),
          epoch: (start + BigInt(host?.epoch_offset ?? 0)).toString(),
          utcOffset: header?.utc_offset ?? 0,
          timers: "events",
          actions: "events",
          childPid: Number(words.get("cpid") ?? 0n),
          words: Object.fromEntries([
            ...[...words].map(([kind, value]) => [kind, value.toString()]),
            ...named.map(([symbol, value]) => [symbolWord(symbol), value.toString()]),
          ]),
          symbols: Object.fromEntries(
            named.filter(([{ kind }]) => kind === "kernel").map(([{ symbol }, value]) => [symbol, address(value)]),
          ),
          script: {
            name: manifest.source.name,
            text: manifest.source.text,
            positional: run.positional,
            named: Object.fromEntries(run.named),
            unsafe: run.unsafe,
            pidFilter: run.pidFilter,
            child: run.child,
            readWarnings: run.readWarnings,
            kernel: manifest.kernel,
            release: header?.kernel ?? "",
          },
        },
      }),
    );
  };

  const settle = (): void => {
    for (const hit of open.values()) {
      if (newest - hit.at < SETTLED) return;
      write(hit);
    }
  };

  const takeHit = (record: StreamRecord & { readonly type: "hit" }): void => {
    const entry = events.get(record.event);
    const program = entry?.program ?? 0;
    const [number = 0, at = 0, thread = 0, user = 0, comm = "", cpu = 0, contextAt = 0, context, ...notes] =
      record.args;
    const begun = manifest.programs[program];
    if (since === undefined) begin(int(at));
    const both = int(thread);
    const owner = int(user);
    const hit: Hit = {
      number: int(number),
      at: int(at),
      program,
      probe: probes[program] ?? "",
      name: begun?.name ?? "",
      cpu: Number(cpu),
      pid: Number(both >> 32n),
      tid: Number(both & 0xffffffffn),
      uid: Number(owner & 0xffffffffn),
      gid: Number(owner >> 32n),
      comm: comm instanceof Uint8Array ? comm : String(comm),
      contextAddress: int(contextAt),
      contextGrows: begun?.section.startsWith("tracepoint") === true,
      context: context instanceof Uint8Array ? context : new Uint8Array(0),
      notes: notes.flatMap((note) => (note instanceof Uint8Array ? [note] : [])),
      noteIndexes: (begun?.usdtArguments ?? []).map(({ index }) => index),
      pieces: [],
      results: new Map(),
      visits: new Map(),
      kstack: undefined,
      ustack: undefined,
      collided: undefined,
      actions: [],
    };
    open.set(hit.number, hit);
    last = hit;
    began++;
    if (hit.at > newest) newest = hit.at;
    for (let first = waiting[0]; first !== undefined && first.at <= began; first = waiting[0]) {
      hit.actions.push(first.action);
      waiting.shift();
    }
    settle();
  };

  const takeSeen = (record: StreamRecord & { readonly type: "seen" }): void => {
    const seen = events.get(record.event)?.seen;
    const [number = 0, first = 0, second = 0, bytes] = record.args;
    const hit = open.get(int(number));
    if (hit === undefined || seen === undefined) {
      orphans++;
      return;
    }
    switch (seen.what) {
      case "result": {
        // Of cookies only the name is kept, as the event's own.
        const named = seen.helper === "get_attach_cookie" ? host?.names?.[Number(first)] : undefined;
        if (named === undefined) addResult(hit, seen.helper, exact(num(first)));
        else hit.probe = typeof named === "string" ? named : Buffer.from(named).toString();
        return;
      }
      case "bytes":
        addResult(hit, seen.helper, withBytes(num(first), bytes));
        if (seen.helper === "get_stack" && hit.collided !== undefined && bytes instanceof Uint8Array)
          keepStack(hit, hit.collided, addressFrames(bytes.subarray(0, Math.max(0, Number(first))), unnamed));
        return;
      case "load":
        addMemory(hit, int(second === undefined ? 0 : first), littleEndian(int(second), seen.size), false);
        return;
      case "read": {
        const got = bytes instanceof Uint8Array ? bytes : new Uint8Array(0);
        const result = Number(first);
        if (result < 0) return;
        const isText = TEXT_HELPER.test(seen.helper);
        addMemory(hit, int(second), isText ? got.subarray(0, result) : got, isText && result === got.length);
        return;
      }
      case "visit": {
        const keys = hit.visits.get(seen.map) ?? new Set();
        hit.visits.set(seen.map, keys);
        if (bytes instanceof Uint8Array) keys.add(hex(bytes));
        return;
      }
      case "stack": {
        const space = seen.user ? "user" : "kernel";
        hit.collided = Number(first) === EEXIST ? space : undefined;
        keepStack(hit, space, framesOf(second));
        return;
      }
    }
  };

  const takeActed = (record: StreamRecord & { readonly type: "acted" }): void => {
    const action = actionOf(events.get(record.event)?.kind, acted);
    if (action === undefined) return;
    if (record.hits > 0) waiting.push({ at: began + record.hits, action });
    else last?.actions.push(action);
  };

  /** What a number is called on this host, once. */
  const takeName = (record: StreamRecord & { readonly type: "name" }): void => {
    const { of, number, pid } = record;
    const key = `${of} ${pid} ${number}`;
    if (told.has(key)) return;
    told.add(key);
    const name = typeof record.text === "string" ? record.text : Buffer.from(record.text).toString("latin1");
    if (since === undefined) return;
    if (of === "ksym") put(JSON.stringify({ setup: { names: { [`ksym ${address(BigInt(number))}`]: name } } }));
    else if (of === "usym")
      put(JSON.stringify({ setup: { names: { [`usym ${pid} ${address(BigInt(number))}`]: name } } }));
    else if (of === "username") put(JSON.stringify({ setup: { users: { [String(number)]: name } } }));
    else if (name !== "") put(JSON.stringify({ setup: { cgroups: { [String(number)]: name } } }));
  };

  return {
    record(record) {
      switch (record.type) {
        case "header":
          header = record;
          return false;
        case "host":
          host = record;
          return true;
        case "hit":
          takeHit({ ...record, type: "hit" });
          return true;
        case "seen":
          takeSeen({ ...record, type: "seen" });
          return true;
        case "name":
          takeName(record);
          return true;
        case "acted":
          takeActed(record);
          acted = undefined;
          return true;
        case "time":
        case "cat":
        case "system":
          acted = record;
          return false;
        case "attached":
          for (const [i, pattern] of probes.entries()) probes[i] = onlyMatch(pattern, record.probes);
          return false;
        case "map":
          for (const { key, value } of record.entries) learnFrames([key, value], unnamed);
          return false;
        case "printf":
          learnFrames(record.args, unnamed);
          return false;
        case "value":
          learnFrames(record.value, unnamed);
          return false;
        case "warning":
          if (record.kind !== "recording") return false;
          lost += record.count;
          return true;
        default:
          return false;
      }
    },
    end() {
      if (since === undefined && header !== undefined) begin(0n);
      for (const { action } of waiting) last?.actions.push(action);
      for (const hit of [...open.values()]) write(hit);
      const symbols = [...unnamed].flatMap(([at, frame]): [string, string][] =>
        frame?.symbol === undefined ? [] : [[frame.symbol, address(at - BigInt(frame.offset ?? 0))]],
      );
      if (symbols.length > 0) put(JSON.stringify({ setup: { symbols: Object.fromEntries(symbols) } }));
      if (text !== "") writeAll(fd, Buffer.from(text));
      closeOutput(fd);
      const lacks = [
        ...(lost > 0 ? [`${lost} records found no room in the buffer`] : []),
        ...(orphans > 0 ? [`${orphans} records belong to no hit`] : []),
        ...(changed > 0 ? [`${changed} bytes of memory changed while a program ran`] : []),
      ];
      return lacks.length === 0 ? undefined : lacks.join("; ");
    },
  };
}

/** What was done for an event of this kind; `made`: the record that came of it. */
function actionOf(kind: string | undefined, made: StreamRecord | undefined): Action | undefined {
  switch (kind) {
    case "print-map":
      return { kind: "map" };
    case "clear":
    case "zero":
      return { kind };
    case "time":
      return made?.type === "time" ? { kind, ns: made.ns.toString() } : undefined;
    case "cat":
    case "system":
      if (made?.type !== kind) return { kind };
      return typeof made.data === "string" ? { kind, data: made.data } : { kind, bytes: hex(made.data) };
    default:
      return undefined;
  }
}

/** The one probe that a pattern stood for on this host; the pattern where it stood for several. */
function onlyMatch(pattern: string, attached: readonly string[]): string {
  if (!pattern.includes("*")) return pattern;
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  const matching = new RegExp(`^${parts.join(".*")}$`);
  const [first, ...more] = attached.filter((probe) => matching.test(probe));
  return first === undefined || more.length > 0 ? pattern : first;
}

/** What stands in a recording's words for an address that a loader resolves. */
function symbolWord(symbol: Manifest["symbols"][number]): string {
  return `${symbol.kind} ${symbol.path ?? ""}:${symbol.symbol}`;
}

function num(value: unknown): Int {
  return typeof value === "bigint" || typeof value === "number" ? value : 0;
}

function int(value: unknown): bigint {
  return BigInt(num(value));
}

function withBytes(value: Int, bytes: unknown): Answer {
  return { value: exact(value), bytes: bytes instanceof Uint8Array ? hex(bytes) : "" };
}

function littleEndian(value: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true);
  return bytes.subarray(0, size);
}

/** The deepest of a program's stacks is the one that all of them are cut from. */
function keepStack(hit: Hit, space: "kernel" | "user", frames: readonly RecordedFrame[]): void {
  const known = space === "user" ? hit.ustack : hit.kstack;
  if (known !== undefined && known.length >= frames.length) return;
  if (space === "user") hit.ustack = frames;
  else hit.kstack = frames;
}

/** Addresses as bpf_get_stack leaves them. */
function addressFrames(bytes: Uint8Array, unnamed: Map<bigint, RecordedFrame | undefined>): readonly RecordedFrame[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: RecordedFrame[] = [];
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    const value = view.getBigUint64(at, true);
    if (!unnamed.has(value)) unnamed.set(value, undefined);
    frames.push({ address: address(value) });
  }
  return frames;
}

/** Names of frames that came without, where what is printed holds them. */
function learnFrames(value: unknown, unnamed: Map<bigint, RecordedFrame | undefined>): void {
  if (unnamed.size === 0 || !Array.isArray(value)) return;
  for (const frame of framesOf(value)) {
    const at = BigInt(frame.address);
    if (frame.symbol !== undefined && unnamed.has(at)) unnamed.set(at, frame);
  }
  for (const element of value) learnFrames(element, unnamed);
}

/** The frames of a stack as the stream has them. */
function framesOf(value: unknown): readonly RecordedFrame[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((frame: unknown) => {
    if (typeof frame !== "object" || frame === null) return [];
    const { address: at, symbol, offset, module } = frame as Readonly<Record<string, unknown>>; // a map of the stream
    return [
      {
        address: address(int(at)),
        ...(typeof symbol === "string" ? { symbol } : {}),
        ...(typeof offset === "number" ? { offset } : {}),
        ...(typeof module === "string" ? { module } : {}),
      },
    ];
  });
}
