/**
 * A binary's debug information (DWARF 2 to 5) as what the compiler asks of it. The bytes come from the caller: of the binary
 * itself, and of the file that its debug information was split off into, if it was.
 */

import { printParameter } from "../btf/print-c.ts";
import {
  type BinaryFile,
  buildIdOf,
  debugLinkOf,
  functionSymbols,
  type Inflate,
  openBinary,
  type ReadAt,
  sectionBytes,
} from "../elf/binary.ts";
import { ElfError } from "../elf/error.ts";
import type { BinaryFunction, BinaryProblem, BinaryTypes } from "../types/binary.ts";
import { AT } from "./constants.ts";
import { DwarfError } from "./error.ts";
import { makeFunctionFinder, readFunction } from "./functions.ts";
import { makeTypes } from "./types.ts";
import { type Info, readInfo, rootOf } from "./units.ts";

const MACHINES: ReadonlyMap<number, "x86_64" | "aarch64"> = new Map([
  [62, "x86_64"],
  [183, "aarch64"],
]);

export type BinarySource = {
  /** The file's name, for messages. */
  readonly path: string;
  readonly readAt: ReadAt;
  readonly inflate: Inflate;
  /** The file with the debug information that was split off, by build id or by the name in .gnu_debuglink. */
  readonly findDebugFile: (wanted: {
    readonly buildId: string | undefined;
    readonly link: { readonly name: string; readonly crc: number } | undefined;
  }) => ReadAt | undefined;
};

export function readBinary(source: BinarySource): BinaryTypes | BinaryProblem {
  try {
    return read(source);
  } catch (error) {
    if (error instanceof ElfError || error instanceof DwarfError || error instanceof RangeError)
      return { problem: "unreadable", name: source.path, why: error.message };
    throw error;
  }
}

function read(source: BinarySource): BinaryTypes | BinaryProblem {
  const { path, inflate } = source;
  const binary = openBinary(source.readAt);
  const arch = MACHINES.get(binary.machine);
  if (arch === undefined) return { problem: "unreadable", name: path, why: `a file for machine ${binary.machine}` };
  const buildId = buildIdOf(binary);
  const debug = hasDebugInfo(binary) ? binary : openDebugFile(source, binary, buildId);
  if (debug === undefined) return { problem: "no-debug-info", name: path, why: "" };
  const section = (name: string) => sectionBytes(debug, name, inflate) ?? new Uint8Array();
  const info = readInfo({
    info: section(".debug_info"),
    types: section(".debug_types"),
    abbrev: section(".debug_abbrev"),
    str: section(".debug_str"),
    lineStr: section(".debug_line_str"),
    strOffsets: section(".debug_str_offsets"),
    addr: section(".debug_addr"),
  });
  if (info.units.length === 0) return { problem: "no-debug-info", name: path, why: "" };
  if (isSplit(info)) {
    const why = "its debug information is in .dwo files (-gsplit-dwarf), which are not read";
    return { problem: "unreadable", name: path, why };
  }
  const types = makeTypes(info);
  const findFunction = makeFunctionFinder(info);
  let symbols: ReadonlyMap<string, readonly bigint[]> | undefined;
  const known = new Map<string, BinaryFunction | string | undefined>();
  const symbolsOf = () => {
    symbols ??= new Map([...functionSymbols(binary), ...(debug === binary ? [] : functionSymbols(debug))]);
    return symbols;
  };
  const find = (symbol: string): BinaryFunction | string | undefined => {
    try {
      const entry = findFunction(symbol, symbolsOf().get(symbol) ?? []);
      return entry === undefined ? undefined : readFunction(info, types, entry, arch);
    } catch (error) {
      if (error instanceof DwarfError || error instanceof ElfError) return error.message;
      throw error;
    }
  };
  const functionOf = (symbol: string): BinaryFunction | string | undefined => {
    if (!known.has(symbol)) known.set(symbol, find(symbol));
    return known.get(symbol);
  };
  return {
    path,
    buildId,
    arch,
    btf: types,
    functionOf,
    declarationsOf: (symbol) => {
      const found = functionOf(symbol);
      if (typeof found !== "object") return [];
      const declared = found.parameters.map(({ type, name }) => printParameter(types, type, name));
      return found.variadic ? [...declared, "..."] : declared;
    },
    symbols: () => [...symbolsOf().keys()],
  };
}

function hasDebugInfo(file: BinaryFile): boolean {
  // A file of debug information that was split off keeps the sections' names without their bytes, and so the other way round.
  const info = file.sections.find(({ name }) => name === ".debug_info" || name === ".zdebug_info");
  return info !== undefined && info.size > 0;
}

function openDebugFile(source: BinarySource, binary: BinaryFile, buildId: string | undefined): BinaryFile | undefined {
  const readAt = source.findDebugFile({ buildId, link: debugLinkOf(binary) });
  if (readAt === undefined) return undefined;
  const file = openBinary(readAt);
  return hasDebugInfo(file) ? file : undefined;
}

/** Whether its units only name the files that hold what they describe. */
function isSplit(info: Info): boolean {
  return info.units.every((unit) => {
    const names = rootOf(info, unit)?.shape.names ?? [];
    return names.includes(AT.dwoName) || names.includes(AT.gnuDwoName);
  });
}
