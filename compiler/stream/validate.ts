/**
 * The shape of every record, as one row per type. A record that passes has the fields of records.ts with their types, so
 * that a renderer never meets an undefined where the type promises a value. Values (arguments, keys) are any MessagePack
 * value: what they mean is the renderer's matter.
 */
import type { StreamRecord } from "./records.ts";

/** Says what is wrong, or undefined. */
type Check = (value: unknown, depth: number) => string | undefined;
type Fields = Readonly<Record<string, Check>>;

const text: Check = (v) => (typeof v === "string" ? undefined : "must be a string");
const octets: Check = (v) =>
  typeof v === "string" || v instanceof Uint8Array ? undefined : "must be a string or bytes";
const flag: Check = (v) => (typeof v === "boolean" ? undefined : "must be a boolean");
/** A number that is exact in a double. */
const small: Check = (v) => (Number.isSafeInteger(v) ? undefined : "must be an integer");
const natural: Check = (v) =>
  Number.isSafeInteger(v) && (v as number) >= 0 ? undefined : "must be an integer, 0 or more";
const int: Check = (v) => (Number.isSafeInteger(v) || typeof v === "bigint" ? undefined : "must be an integer");
const value: Check = (v) => (v === undefined ? "is missing" : undefined);
const optional =
  (check: Check): Check =>
  (v, depth) =>
    v === undefined ? undefined : check(v, depth);
const list =
  (check: Check): Check =>
  (v, depth) => {
    if (!Array.isArray(v)) return "must be an array";
    for (let i = 0; i < v.length; i++) {
      const wrong = check(v[i], depth);
      if (wrong !== undefined) return `[${i}] ${wrong}`;
    }
    return undefined;
  };
const anyList: Check = (v) => (Array.isArray(v) ? undefined : "must be an array");

function isMap(v: unknown): v is Readonly<Record<string, unknown>> {
  return typeof v === "object" && v !== null && !Array.isArray(v) && !(v instanceof Uint8Array);
}

const shape = (fields: Fields): Check => {
  const names = Object.keys(fields);
  return (v, depth) => {
    if (!isMap(v)) return "must be a map";
    for (const name of names) {
      const wrong = fields[name]?.(v[name], depth);
      if (wrong !== undefined) return `${name} ${wrong}`;
    }
    return undefined;
  };
};

const place = shape({ line: natural, column: natural, endLine: natural, endColumn: natural });

/** ValueType of the manifest: only what a renderer reads. */
const valueType: Check = (v, depth) => {
  if (!isMap(v)) return "must be a map";
  if (depth > 24) return "is nested too deeply";
  const fields = typeof v.k === "string" && Object.hasOwn(VALUE_TYPES, v.k) ? VALUE_TYPES[v.k] : undefined;
  if (fields === undefined) return `has an unknown kind ${JSON.stringify(v.k)}`;
  for (const name of Object.keys(fields)) {
    const wrong = fields[name]?.(v[name], depth + 1);
    if (wrong !== undefined) return `(${v.k}): ${name} ${wrong}`;
  }
  return undefined;
};
const nameTable: Check = (v) =>
  isMap(v) && Object.values(v).every((n) => typeof n === "string") ? undefined : "must map numbers to names";
const signed: Fields = { signed: flag };

const VALUE_TYPES: Readonly<Record<string, Fields>> = {
  int: { size: natural, signed: flag },
  bool: {},
  pointer: {},
  inet: {},
  mac: {},
  ksym: {},
  usym: {},
  username: {},
  cgroup_path: {},
  none: {},
  count: {},
  string: { size: natural, exact: optional(flag) },
  buffer: { size: natural },
  enum: { size: natural, signed: flag, names: nameTable },
  array: { element: valueType },
  tuple: { fields: list(shape({ type: valueType })) },
  record: { fields: list(shape({ name: text, type: valueType })) },
  timestamp: { format: text },
  stack: { user: flag, mode: text },
  sum: signed,
  min: signed,
  max: signed,
  avg: signed,
  stats: signed,
  hist: { bits: natural },
  lhist: { min: small, max: small, step: small },
  tseries: { interval: natural, count: natural, signed: flag },
};

const formatted: Fields = { event: natural, format: octets, args: anyList };

const RECORDS: Readonly<Record<StreamRecord["type"], Check>> = {
  header: shape({
    version: natural,
    tool: text,
    host: text,
    kernel: text,
    arch: text,
    utc_offset: small,
    str_trunc_trailer: text,
    source: shape({ name: text, text, files: optional(list(shape({ name: text, line: natural }))) }),
    events: list(shape({ id: natural, kind: text, format: optional(octets), args: list(valueType), place })),
    maps: list(shape({ name: text, key: optional(valueType), value: valueType })),
  }),
  attached: shape({ count: natural, probes: list(text) }),
  printf: shape(formatted),
  errorf: shape(formatted),
  warnf: shape(formatted),
  assert: shape(formatted),
  value: shape({ event: natural, value }),
  map: shape({
    name: text,
    map: natural,
    final: flag,
    top: optional(natural),
    div: optional(natural),
    entries: list(shape({ value })),
  }),
  clear: shape({ name: text }),
  zero: shape({ name: text }),
  time: shape({ format: octets, ns: int }),
  cat: shape({ path: text, data: octets }),
  system: shape({ command: text, data: octets }),
  join: shape({ separator: octets, parts: list(octets) }),
  warning: shape({
    kind: text,
    helper: optional(text),
    error: optional(small),
    map: optional(text),
    count: natural,
    probe: text,
    place,
  }),
  notice: shape({ severity: text, text, place: optional(place), hint: optional(text) }),
  lost: shape({ count: natural, cause: text, probe: optional(text) }),
  host: shape({ epoch_offset: int, cpus: natural, words: list(int), symbols: list(int) }),
  hit: shape({ event: natural, args: anyList }),
  seen: shape({ event: natural, args: anyList }),
  name: shape({ of: text, number: int, pid: natural, text: octets }),
  acted: shape({ event: natural, hits: natural }),
  detached: shape({ reason: text }),
  end: shape({
    status: small,
    ledger: shape({
      submitted: natural,
      delivered: natural,
      dropped: natural,
      programs: list(
        shape({ probe: text, submitted: natural, dropped: natural, fired: optional(natural), missed: natural }),
      ),
      sites: list(shape({ kind: text, probe: text, count: natural, place })),
    }),
  }),
};

/** What keeps `record` from being a StreamRecord, in words, or undefined. */
export function explainShape(record: unknown): string | undefined {
  if (!isMap(record)) return "a record is not a map";
  const type = record.type;
  if (typeof type !== "string") return "a record has no type";
  if (!Object.hasOwn(RECORDS, type))
    return `a record of unknown type ${JSON.stringify(type.slice(0, 40))}: written by a newer loader?`;
  if (type === "header" && record.version !== 1)
    return `the stream has version ${String(record.version)}, and this reads version 1`;
  const wrong = RECORDS[type as StreamRecord["type"]](record, 0);
  return wrong === undefined ? undefined : `a ${type} record is malformed: ${wrong}`;
}
