/**
 * A binary's debug information (DWARF 2 to 5) as what the compiler asks of it. The bytes come from the caller: of the binary
 * itself, and of the file that its debug information was split off into, if it was.
 */

import { BtfError } from "../btf/error.ts";
import { printParameter } from "../btf/print-c.ts";
import type { TypeId } from "../btf/types.ts";
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
import { type Entry, type Info, readInfo, rootOf } from "./units.ts";

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
    loclists: once(() => section(".debug_loclists")),
    loc: once(() => section(".debug_loc")),
  });
  if (info.units.length === 0) return { problem: "no-debug-info", name: path, why: "" };
  if (isSplit(info)) {
    const why = "its debug information is in .dwo files (-gsplit-dwarf), which are not read";
    return { problem: "unreadable", name: path, why };
  }
  const types = makeTypes(info);
  const findFunction = makeFunctionFinder(info);
  let symbols: ReadonlyMap<string, readonly bigint[]> | undefined;
  type Found = { readonly entry: Entry | undefined; readonly fn: BinaryFunction | string | undefined };
  const known = new Map<string, Found>();
  const symbolsOf = () => {
    symbols ??= new Map([...functionSymbols(binary), ...(debug === binary ? [] : functionSymbols(debug))]);
    return symbols;
  };
  const declare = (type: TypeId, name: string): string => {
    try {
      return printParameter(types, type, name);
    } catch (error) {
      // A struct without a name that holds a pointer to itself: no compiler writes such.
      if (error instanceof BtfError) return name;
      throw error;
    }
  };
  const declared = (entry: Entry): string => {
    const { parameters } = readFunction(info, types, entry, arch, "");
    return parameters.map(({ type, name, place }) => `${declare(type, name)} ${JSON.stringify(place)}`).join();
  };
  const find = (symbol: string): Found => {
    try {
      const addresses = symbolsOf().get(symbol) ?? [];
      const entry = findFunction(symbol, addresses);
      const fn = entry === undefined ? undefined : readFunction(info, types, entry, arch, symbol);
      // A probe is set on all that have the symbol.
      const others = addresses.length > 1 ? addresses.map((at) => findFunction(symbol, [at])) : [];
      const known = new Set(others.map((one) => (one === undefined ? "" : declared(one))));
      known.delete("");
      return { entry, fn: known.size > 1 ? `${known.size} functions of this name take different arguments` : fn };
    } catch (error) {
      if (error instanceof DwarfError || error instanceof ElfError) return { entry: undefined, fn: error.message };
      throw error;
    }
  };
  const findOnce = (symbol: string): Found => {
    const found = known.get(symbol) ?? find(symbol);
    known.set(symbol, found);
    return found;
  };
  return {
    path,
    buildId,
    arch,
    typesFor: (symbol) => {
      const entry = symbol === undefined ? undefined : findOnce(symbol).entry;
      return entry === undefined ? types : types.within(entry.unit);
    },
    functionOf: (symbol) => findOnce(symbol).fn,
    declarationsOf: (symbol) => {
      const found = findOnce(symbol).fn;
      if (typeof found !== "object") return [];
      const declared = found.parameters.map(({ type, name }) => declare(type, name));
      return found.variadic ? [...declared, "..."] : declared;
    },
    symbols: () => [...symbolsOf().keys()],
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
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
