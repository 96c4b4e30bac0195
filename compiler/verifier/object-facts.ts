/**
 * What an object says of itself beside its programs: the `.tracelet` manifest where it has one. An object of another
 * compiler has none; one of ours may come damaged, so that every part that is read here is checked first.
 */
import { type Attach, MANIFEST_VERSION, type Manifest, type Place } from "../5-object/manifest.ts";
import { ElfError } from "../elf/error.ts";
import { readElf } from "../elf/read.ts";
import type { PatchedBytes } from "../link/maps.ts";
import { decodeMsgpack, type Msgpack } from "../util/msgpack.ts";
import { VerifyObjectError } from "./object.ts";

export type ObjectFacts = {
  readonly manifest: ObjectManifest | undefined;
  /** Bytes of .rodata that a loader writes before it freezes them. */
  readonly patched: readonly PatchedBytes[];
};
/** The part of the manifest that verdicts need. */
export type ObjectManifest = Pick<Manifest, "source" | "maps" | "tracepointFields" | "fieldUses" | "arch"> & {
  readonly missingProbes: string;
  readonly programs: readonly {
    readonly name: string;
    readonly probe: string;
    readonly attach: readonly Attach[];
    readonly place: Place | undefined;
  }[];
};

const SECTION = ".tracelet";
/** Of one argument of a static probe, eight u64 (spec/object.md): which is which. */
const USDT_WORDS = { constant: 0, register: 1, index: 2, scale: 3, size: 7 } as const;

/** @throws VerifyObjectError if the bytes are no object, or its manifest is damaged */
export function readFacts(bytes: Uint8Array): ObjectFacts {
  const section = sectionOf(bytes);
  if (section === undefined) return { manifest: undefined, patched: [] };
  const damaged = (what: string): VerifyObjectError => new VerifyObjectError(`damaged ${SECTION} section: ${what}`);
  const value = decodeMsgpack(section, damaged);
  if (!isRecord(value)) throw damaged("it is no map");
  if (typeof value.version === "number" && value.version > MANIFEST_VERSION)
    throw new VerifyObjectError(
      `object format ${value.version}, made by ${String(value.tool)}: this tracelet reads formats up to ${MANIFEST_VERSION}; use a newer one`,
    );
  const list = (key: string, isRow: (row: Row) => boolean): readonly Row[] => {
    const rows = value[key] ?? [];
    if (!Array.isArray(rows) || !rows.every((row: Msgpack): row is Row => isRecord(row) && isRow(row)))
      throw damaged(`"${key}" is wrong`);
    return rows;
  };
  const { source, config, arch } = value;
  if (!isRecord(source) || typeof source.name !== "string" || typeof source.text !== "string")
    throw damaged(`"source" is wrong`);
  const programs = list("programs", (row) => isText(row.name) && isText(row.probe) && isList(row.attach, isAttach));
  const sessions = list("sessions", (row) => isText(row.name) && isNumber(row.entry) && isNumber(row.returns));
  const maps = list("maps", (row) => isText(row.name) && (row.symbol === undefined || isText(row.symbol)));
  const fields = list("tracepointFields", isTracepointField);
  const uses = list("fieldUses", (row) => isText(row.section) && isNumber(row.insn) && isPlace(row.place));
  const at = (key: string, size: (row: Row) => Msgpack | undefined): PatchedBytes[] =>
    list(key, (row) => isNumber(row.offset) && isNumber(size(row))).map((row) => patch(row.offset, size(row)));
  const arguments_ = programs.flatMap((row) => (Array.isArray(row.usdtArguments) ? row.usdtArguments : []));
  return {
    manifest: {
      source: { name: source.name, text: source.text },
      arch: typeof arch === "string" ? arch : "",
      missingProbes: isRecord(config) && typeof config.missing_probes === "string" ? config.missing_probes : "error",
      // rows are as our writer made them, their parts that are read here checked above
      programs: [...programs.map(program), ...sessions.flatMap((row) => session(row, programs))],
      maps: maps as unknown as Manifest["maps"],
      tracepointFields: fields as unknown as Manifest["tracepointFields"],
      fieldUses: uses as unknown as Manifest["fieldUses"],
    },
    patched: [
      ...at("params", (row) => row.size ?? 8).map((each): PatchedBytes => ({ ...each, holds: "parameter" })),
      ...list("host", (row) => isNumber(row.offset)).map(
        (row): PatchedBytes => ({
          ...patch(row.offset, 8),
          holds: row.kind === "ncpus" ? "cpus" : undefined,
        }),
      ),
      ...at("symbols", () => 8),
      ...arguments_.filter(isRecord).flatMap((row) => usdtArgument(row.offset)),
    ],
  };
}

type Row = { readonly [key: string]: Msgpack };
type ObjectProgram = ObjectManifest["programs"][number];

function program(row: Row): ObjectProgram {
  return {
    name: String(row.name),
    probe: String(row.probe),
    attach: (row.attach ?? []) as unknown as readonly Attach[],
    place: isPlace(row.place) ? (row.place as unknown as Place) : undefined,
  };
}

/** A session has the targets of its two programs. */
function session(row: Row, programs: readonly Row[]): readonly ObjectProgram[] {
  const [entry, returns] = [programs[Number(row.entry)], programs[Number(row.returns)]];
  if (entry === undefined || returns === undefined) return [];
  return [{ ...program(entry), name: String(row.name), probe: `${String(entry.probe)} and ${String(returns.probe)}` }];
}

/**
 * Where a static probe has its argument is known on its host only: anything, but the registers named are registers, and
 * what is read is a word at most.
 */
function usdtArgument(offset: Msgpack | undefined): readonly PatchedBytes[] {
  const whole = Number(offset);
  const word = (index: number, is: bigint): PatchedBytes => ({ ...patch(whole + 8 * index, 8), is });
  const { constant, register, index, scale, size } = USDT_WORDS;
  return [
    patch(whole + 8 * constant, 8),
    word(register, 0n),
    word(index, 0n),
    patch(whole + 8 * scale, 8 * (size - scale)),
    word(size, 8n),
  ];
}

function patch(offset: Msgpack | undefined, size: Msgpack | undefined): PatchedBytes {
  return { section: ".rodata", offset: Number(offset), size: Number(size) };
}

function sectionOf(bytes: Uint8Array): Uint8Array | undefined {
  try {
    return readElf(bytes).sections.find(({ name }) => name === SECTION)?.data;
  } catch (error) {
    if (error instanceof ElfError) throw new VerifyObjectError(error.message);
    throw error;
  }
}

function isRecord(value: Msgpack | undefined): value is Row {
  return value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Uint8Array);
}
function isText(value: Msgpack | undefined): value is string {
  return typeof value === "string";
}
function isNumber(value: Msgpack | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
function isList(value: Msgpack | undefined, isRow: (row: Row) => boolean): boolean {
  return Array.isArray(value) && value.every((row) => isRecord(row) && isRow(row));
}
function isPlace(value: Msgpack | undefined): boolean {
  return (
    isRecord(value) &&
    isNumber(value.line) &&
    isNumber(value.column) &&
    isNumber(value.endLine) &&
    isNumber(value.endColumn)
  );
}
/** What each kind of target in the kernel must say of itself. */
const ATTACH_TEXTS: Readonly<Record<string, readonly string[]>> = {
  kprobe: ["function"],
  kretprobe: ["function"],
  fentry: ["function"],
  fexit: ["function"],
  tracepoint: ["category", "event"],
  rawtracepoint: ["event"],
  iter: ["target"],
};
function isAttach(row: Row): boolean {
  const { kind } = row;
  if (!isText(kind)) return false;
  const needed = Object.hasOwn(ATTACH_TEXTS, kind) ? (ATTACH_TEXTS[kind] ?? []) : [];
  return needed.every((key) => isText(row[key])) && (row.module === undefined || isText(row.module));
}
function isTracepointField(row: Row): boolean {
  return (
    isText(row.section) &&
    isText(row.category) &&
    isText(row.event) &&
    isText(row.field) &&
    isNumber(row.size) &&
    isPlace(row.place)
  );
}
