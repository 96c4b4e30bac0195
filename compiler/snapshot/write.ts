/**
 * Packs a raw capture of a kernel into a snapshot file.
 *
 * Everything is sorted before it is written, so the same kernel and the same compressor give the same bytes.
 */
import { type RawBtf, readBtf } from "../btf/read.ts";
import type { TypeId } from "../btf/types.ts";
import { branded } from "../util/brand.ts";
import type { Capture } from "./capture.ts";
import { writeConstants } from "./constant-table.ts";
import { type Deflate, type NewSection, writeContainer } from "./container.ts";
import { writeFunctions } from "./function-table.ts";
import { compareNames, writeNames } from "./names.ts";
import { parseBlacklist, parseConstants, parseFormat, parseFunctions } from "./parse-text.ts";
import { architectureOf } from "./read.ts";
import { writeTracepoints } from "./tracepoint-table.ts";
import { writeTypes } from "./write-types.ts";

export type PackOptions = {
  /** Raw DEFLATE at its best. Its choice decides the bytes: the default snapshots are made with portable-deflate.ts. */
  readonly deflate: Deflate;
  /** Used where the capture has none of its own: a host has no headers at hand, a default snapshot of its kin has. */
  readonly constants?: ReadonlyMap<string, bigint>;
};

/**
 * The bytes of a snapshot.
 * @throws SnapshotError for a machine that is not known or text files that don't parse, BtfError for damaged types
 */
export function packSnapshot(capture: Capture, options: PackOptions): Uint8Array {
  architectureOf(capture.machine);
  const traceable = parseFunctions(capture.functions);
  const blacklist = parseBlacklist(capture.blacklist);
  const allowed = (module: string): ReadonlySet<string> =>
    new Set([...(traceable.get(module) ?? [])].filter((name) => !blacklist.has(name)));
  const sections: NewSection[] = [];
  const vmlinux = readBtf(capture.vmlinux);
  sections.push(...writeImage(vmlinux, 0, allowed(""), ""));
  for (const module of capture.modules) {
    const btf = readBtf(module.btf, vmlinux);
    sections.push(...writeImage(btf, btf.firstId, allowed(module.name), module.name));
  }
  // Modules that were built without BTF still have functions.
  const withTypes = new Set(capture.modules.map((module) => module.name));
  for (const module of [...traceable.keys()].filter((name) => name !== "" && !withTypes.has(name)).sort(compareNames)) {
    sections.push(...writeFunctions([], allowed(module), module));
  }
  const formats = capture.formats.filter((format) => format.category !== "ftrace");
  sections.push(...writeTracepoints(formats.map((format) => parseFormat(format.category, format.event, format.text))));
  const constants = parseConstants(capture.constants);
  sections.push(...writeConstants(constants.size > 0 ? constants : (options.constants ?? constants)));
  // An empty table is the same as none; that a module has types, even none of its own, is worth saying.
  const filled = sections.filter((section) => section.count > 0 || section.name === "types");
  return writeContainer(capture, filled, options.deflate);
}

/** Sections of vmlinux or a module: types, functions, and the names that types imply. */
function writeImage(
  btf: RawBtf,
  firstId: number,
  traceable: ReadonlySet<string>,
  owner: string,
): readonly NewSection[] {
  const functions: { name: string; id: number }[] = [];
  const rawTracepoints = new Set<string>();
  const iterators = new Set<string>();
  for (let id = firstId; id < btf.count; id++) {
    const type = btf.type(branded<TypeId>(id));
    if (type.kind === "func") functions.push({ name: type.name, id });
    const rawTracepoint = type.kind === "typedef" ? suffix(type.name, "btf_trace_") : undefined;
    if (rawTracepoint !== undefined) rawTracepoints.add(rawTracepoint);
    const iterator = type.kind === "struct" ? suffix(type.name, "bpf_iter__") : undefined;
    // bpf_iter__task__safe_trusted is a note to the verifier, no iterator.
    if (iterator !== undefined && !iterator.includes("__")) iterators.add(iterator);
  }
  return [
    ...writeTypes(btf, firstId, owner),
    ...writeFunctions(functions, traceable, owner),
    writeNames({ name: "raw-tracepoints", owner }, [...rawTracepoints].sort(compareNames), 512),
    writeNames({ name: "iterators", owner }, [...iterators].sort(compareNames), 512),
  ];
}

function suffix(name: string, prefix: string): string | undefined {
  return name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
}
