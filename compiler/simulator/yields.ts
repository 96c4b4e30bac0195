/**
 * What programs yield as records of the stream: events out of the ring buffer, actions that they ask for, warnings, and
 * the ledger (loader/events.c, actions.c, ledger.c).
 */
import type { EventEntry, Manifest, ValueType } from "../5-object/manifest.ts";
import type { EventTime, StreamItem } from "../stream/decode.ts";
import type { Place, StreamRecord, Value } from "../stream/records.ts";
import { type DecodeValue, decoderFor, type Names, plainInteger, stringAt, textOrBytes } from "./decode-value.ts";
import type { Setup } from "./event.ts";
import type { Machine } from "./machine.ts";
import { formatEvent } from "./printf-bytes.ts";
import type { MapReader } from "./read-maps.ts";

export type Yields = {
  /** Items made since they were last taken. */
  readonly items: StreamItem[];
  readonly state: {
    /** undefined: the script has not asked to end. */
    exitCode: number | undefined;
    /** The end probes run: their records count although exit() was met. */
    ending: boolean;
    /** An end probe called exit(): what follows is not shown. */
    over: boolean;
    delivered: number;
    passedOver: number;
    /** Addresses that unwatch() named. */
    readonly unwatched: bigint[];
  };
  /** The program of the last record that was delivered. */
  readonly lastEvent: () => EventEntry | undefined;
  readonly put: (record: StreamRecord) => void;
  readonly notice: (severity: "error" | "warning", text: string, place?: Place, hint?: string) => void;
  /** One record of the buffer. */
  readonly take: (bytes: Uint8Array) => void;
  /** Warnings and losses that have grown since the last look. */
  readonly poll: () => void;
  /** The run's last record. @param missed runs suppressed; @param fired runs, by program */
  readonly end: (status: number) => void;
};

export type YieldOptions = {
  readonly machine: Machine;
  readonly manifest: Manifest;
  readonly maps: MapReader;
  readonly names: Names;
  readonly setup: Setup;
  readonly allWarnings: boolean;
  /** Files of the simulated host itself, below those that the setup names. */
  readonly files?: Readonly<Record<string, string>>;
  /** Nanoseconds since the epoch, by the virtual clock; and the same as records bear it. */
  readonly now: () => bigint;
  readonly time: () => EventTime;
};

const HEADER = 8;
const encoder = new TextEncoder();

/** How one shape of record is turned into one of the stream's. */
type Taker = {
  readonly entry: EventEntry;
  readonly args: readonly { readonly offset: number; readonly decode: DecodeValue }[];
};

export function createYields(options: YieldOptions): Yields {
  const { machine, manifest, maps, names, setup, now } = options;
  const items: StreamItem[] = [];
  const state: Yields["state"] = {
    exitCode: undefined,
    ending: false,
    over: false,
    delivered: 0,
    passedOver: 0,
    unwatched: [],
  };
  const delivered = manifest.programs.map(() => 0);
  const takers = new Map<number, Taker>();
  let last: EventEntry | undefined;
  for (const entry of manifest.events) {
    const args = entry.args.map(({ offset, type }) => ({ offset, decode: decoderFor(type, names) }));
    takers.set(entry.id, { entry, args });
  }

  const put = (record: StreamRecord): void => {
    items.push({ time: options.time(), record });
  };
  const notice: Yields["notice"] = (severity, text, place, hint) => {
    put({
      type: "notice",
      severity,
      text,
      ...(place === undefined ? {} : { place }),
      ...(hint === undefined ? {} : { hint }),
    });
  };

  const exitWith = (code: number): void => {
    // The first exit() counts, and the first of an end probe after it.
    if (state.exitCode === undefined || (state.ending && !state.over)) state.exitCode = code;
    state.over = state.ending;
  };
  const firstInteger = ({ args }: Taker, data: DataView): bigint | undefined => {
    const first = args[0];
    const value = first?.decode(data, first.offset);
    return typeof value === "number" || typeof value === "bigint" ? BigInt(value) : undefined;
  };

  const act = (taker: Taker, data: DataView): void => {
    const { entry, args } = taker;
    switch (entry.kind) {
      case "printf":
      case "errorf":
      case "warnf":
      case "assert":
        put({
          type: entry.kind,
          event: entry.id,
          format: entry.format ?? "",
          args: args.map(({ offset, decode }) => decode(data, offset)),
        });
        if (entry.kind === "assert") exitWith(1);
        break;
      case "print": {
        const first = args[0];
        const value: Value = first === undefined ? null : first.decode(data, first.offset);
        put({ type: "value", event: entry.id, value });
        break;
      }
      case "print-map": {
        const record = maps.print(entry.map ?? 0, entry.top, entry.div, false);
        if (record !== undefined) put(record);
        break;
      }
      case "clear":
      case "zero": {
        const map = entry.map ?? 0;
        if (entry.kind === "clear") maps.clear(map);
        else maps.zero(map);
        put({ type: entry.kind, name: manifest.maps[map]?.name ?? "" });
        break;
      }
      case "exit":
        exitWith(Number(BigInt.asIntN(32, firstInteger(taker, data) ?? 0n)));
        break;
      case "time":
        put({ type: "time", format: entry.format ?? "", ns: plainInteger(now()) });
        break;
      case "cat":
        readFile(entry, formatEvent(entry, data));
        break;
      case "system":
        runCommand(entry, formatEvent(entry, data));
        break;
      case "join":
        put({ type: "join", separator: entry.format ?? " ", parts: partsOf(entry, data) });
        break;
      case "unwatch":
        state.unwatched.push(firstInteger(taker, data) ?? 0n);
        break;
      default:
        notice("warning", `the simulator does not do ${entry.kind}`, entry.place);
    }
  };

  const readFile = (entry: EventEntry, path: string): void => {
    const own = options.files !== undefined && Object.hasOwn(options.files, path) ? options.files[path] : undefined;
    const text = setup.files.get(path) ?? own;
    if (text === undefined) {
      notice("warning", `failed to open file '${path}': No such file or directory`, entry.place);
      return;
    }
    put({ type: "cat", path, data: textOrBytes(encoder.encode(text).subarray(0, manifest.config.max_cat_bytes)) });
  };

  const runCommand = (entry: EventEntry, command: string): void => {
    const output = setup.commands.get(command);
    if (!manifest.unsafe) {
      const hint = "compile the script with --unsafe";
      notice("warning", "system() is an unsafe function being used in safe mode", entry.place, hint);
    } else if (output === undefined) {
      const hint = 'its output can be given: {"setup": {"commands": {"COMMAND": "OUTPUT"}}}';
      notice("warning", `a simulation runs no commands: '${command}'`, entry.place, hint);
    } else put({ type: "system", command, data: output });
  };

  // What sites and ledgers held when they were last looked at.
  const sitesSeen = manifest.sites.map(() => 0);
  const droppedSeen = manifest.programs.map(() => 0);
  const counter = (offset: number | undefined): number => {
    const bss = offset === undefined ? undefined : machine.global(".bss");
    return bss === undefined || offset === undefined ? 0 : Number(bss.getBigUint64(offset, true));
  };
  const probeOf = (program: number): string => manifest.programs[program]?.probe ?? "";

  const poll = (): void => {
    for (const [i, site] of manifest.sites.entries()) {
      const count = counter(site.offset);
      const grown = count - (sitesSeen[i] ?? 0);
      sitesSeen[i] = count;
      if (grown === 0 || !(site.warn || options.allWarnings)) continue;
      const error = Number(machine.global(".bss")?.getBigInt64(site.offset + 8, true) ?? 0n);
      put({
        type: "warning",
        kind: site.kind,
        ...(site.helper === undefined ? {} : { helper: site.helper }),
        ...(error < 0 ? { error } : {}),
        ...(site.map === undefined ? {} : { map: manifest.maps[site.map]?.name ?? "" }),
        count: grown,
        probe: probeOf(site.program),
        place: site.place,
      });
    }
    for (const [i, program] of manifest.programs.entries()) {
      const count = counter(program.ledger);
      const grown = count - (droppedSeen[i] ?? 0);
      droppedSeen[i] = count;
      if (grown > 0) put({ type: "lost", count: grown, cause: "buffer-full", probe: program.probe });
    }
  };

  return {
    items,
    state,
    lastEvent: () => last,
    put,
    notice,
    take(bytes) {
      const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const taker = bytes.length < HEADER ? undefined : takers.get(data.getUint32(0, true));
      if (taker === undefined || bytes.length < taker.entry.size) {
        state.passedOver++;
        return;
      }
      const { program } = taker.entry;
      last = taker.entry;
      delivered[program] = (delivered[program] ?? 0) + 1;
      state.delivered++;
      // What happened after exit() is not shown, wherever it stands in the buffer; its effect on the maps is.
      if (state.exitCode === undefined || (state.ending && !state.over)) act(taker, data);
    },
    poll,
    end(status) {
      const programs = manifest.programs.map(({ probe, ledger }, i) => ({
        probe,
        submitted: delivered[i] ?? 0,
        dropped: counter(ledger),
        missed: 0,
      }));
      const sites = manifest.sites.flatMap(({ kind, program, offset, place }) => {
        const count = counter(offset);
        return count === 0 ? [] : [{ kind, probe: probeOf(program), count, place }];
      });
      const dropped = programs.reduce((sum, program) => sum + program.dropped, 0);
      const submitted = state.delivered + state.passedOver;
      put({ type: "end", status, ledger: { submitted, delivered: state.delivered, dropped, programs, sites } });
    },
  };
}

/** Kinds of records that mean the same when they are read later: they print, and what they print stands in them alone. */
export function silentKinds(manifest: Manifest): (kind: number) => boolean {
  const silent = new Set(
    manifest.events
      .filter(({ kind, args }) => SILENT.has(kind) && args.every(({ type }) => standsAlone(type)))
      .map(({ id }) => id),
  );
  return (kind) => silent.has(kind);
}
const SILENT: ReadonlySet<string> = new Set(["printf", "errorf", "warnf", "print", "time", "join"]);

/** Whether a value is all in its bytes: names of addresses, stacks and groups are found out when they are read. */
function standsAlone(type: ValueType): boolean {
  switch (type.k) {
    case "ksym":
    case "usym":
    case "stack":
    case "username":
    case "cgroup_path":
      return false;
    case "array":
      return standsAlone(type.element);
    case "tuple":
    case "record":
      return type.fields.every((field) => standsAlone(field.type));
    default:
      return true;
  }
}

const SECOND = 1_000_000_000;

export function timeOf(ns: bigint): EventTime {
  return { seconds: Number(ns / BigInt(SECOND)), nanoseconds: Number(ns % BigInt(SECOND)) };
}

/** So many nanoseconds later. */
export function later({ seconds, nanoseconds }: EventTime, by: number): EventTime {
  const whole = nanoseconds + by;
  const over = Math.floor(whole / SECOND);
  return { seconds: seconds + over, nanoseconds: whole - over * SECOND };
}

function partsOf(entry: EventEntry, data: DataView): readonly (string | Uint8Array)[] {
  const argument = entry.args[0];
  if (argument === undefined || argument.type.k !== "array") return [];
  const { length, stride, element } = argument.type;
  const count = Math.min(data.getUint32(entry.countOffset ?? 0, true), length);
  return Array.from({ length: count }, (_, i) =>
    element.k === "string" ? stringAt(data, argument.offset + i * stride, element.size) : "",
  );
}
