/** A function by its symbol: its parameters with their types and places. */
import type { TypeId } from "../btf/types.ts";
import type { BinaryFunction, BinaryParameter, ParameterPlace } from "../types/binary.ts";
import { resolve } from "../types/from-btf.ts";
import { addressOf, constantOf, flagOf, referenceOf, sizeAttribute, textOf } from "./attributes.ts";
import { placeParameters } from "./calling-convention.ts";
import { AT, LANGUAGE, NO_CALL, TAG } from "./constants.ts";
import { DwarfError } from "./error.ts";
import { registerAtEntry } from "./locations.ts";
import type { DwarfTypes } from "./types.ts";
import { children, type Entry, type Info, rootOf, type Unit, walk } from "./units.ts";

/** Declarations behind definitions behind instances: no compiler needs more steps. */
const MAX_ORIGINS = 8;

type Finder = (symbol: string, addresses: readonly bigint[]) => Entry | undefined;

/** More searches than this are worth an index of all functions. */
const SEARCHES = 3;

/**
 * Finds functions. `addresses`: where the symbol tables have the symbol; static functions of one name are told apart by it,
 * and a function that has several symbols is found by it. A name of C++ is its mangled one; of one with parameters (`f(int)`)
 * the identifier decides.
 */
export function makeFunctionFinder(info: Info): Finder {
  let searches = 0;
  let index: Index | undefined;
  return (symbol, addresses) => {
    searches += 1;
    if (searches <= SEARCHES) return search(info, symbol, addresses);
    index ??= indexFunctions(info);
    return lookUp(info, index, symbol, addresses);
  };
}

function identifierOf(symbol: string): string | undefined {
  return /([A-Za-z_~][\w]*)\s*\(/.exec(symbol)?.[1];
}

function search(info: Info, symbol: string, addresses: readonly bigint[]): Entry | undefined {
  const identifier = identifierOf(symbol);
  let best: Entry | undefined;
  let rank = 0;
  for (const unit of info.units) {
    if (addresses.length > 0 && isElsewhere(info, unit, addresses)) continue;
    eachFunction(info, unit, (entry) => {
      const found = rankOf(info, entry, symbol, identifier, addresses);
      if (found > rank) [best, rank] = [entry, found];
      return rank === EXACT;
    });
    if (rank === EXACT) break;
  }
  return best;
}

/** Damage in one unit leaves the others as they are. */
function eachFunction(info: Info, unit: Unit, visit: (entry: Entry) => boolean): void {
  try {
    walk(info, unit, (entry) => entry.shape.tag === TAG.subprogram && visit(entry));
  } catch (error) {
    if (!(error instanceof DwarfError)) throw error;
  }
}

type Index = {
  /** By name and by linkage name. */
  readonly named: ReadonlyMap<string, readonly Entry[]>;
  readonly placed: ReadonlyMap<bigint, Entry>;
};

function indexFunctions(info: Info): Index {
  const named = new Map<string, Entry[]>();
  const placed = new Map<bigint, Entry>();
  for (const unit of info.units) {
    eachFunction(info, unit, (entry) => {
      const at = addressOf(info, entry, AT.lowPc);
      if (at !== undefined) placed.set(at, entry);
      for (const name of namesOf(info, entry)) {
        const known = named.get(name);
        if (known === undefined) named.set(name, [entry]);
        else known.push(entry);
      }
      return false;
    });
  }
  return { named, placed };
}

function lookUp(info: Info, index: Index, symbol: string, addresses: readonly bigint[]): Entry | undefined {
  const identifier = identifierOf(symbol);
  const there = addresses.flatMap((at) => index.placed.get(at) ?? []);
  let best: Entry | undefined;
  let rank = 0;
  for (const entry of [...there, ...(index.named.get(identifier ?? symbol) ?? [])]) {
    const found = rankOf(info, entry, symbol, identifier, addresses);
    if (found > rank) [best, rank] = [entry, found];
  }
  return best;
}

/** The function of that name at that address. */
const EXACT = 4;

/** 0: it is not the one. */
function rankOf(
  info: Info,
  entry: Entry,
  symbol: string,
  identifier: string | undefined,
  addresses: readonly bigint[],
): number {
  const at = addressOf(info, entry, AT.lowPc);
  const placed = at !== undefined && addresses.includes(at);
  // Names are compared only where they can decide.
  const named = isNamed(info, entry, symbol, identifier);
  if (named)
    return placed || (addresses.length === 0 && at !== undefined)
      ? EXACT
      : at !== undefined || entry.shape.names.includes(AT.ranges)
        ? 2
        : 1;
  // Another name of one function, or a clone that a compiler made of it (f.constprop.0).
  return placed ? 3 : 0;
}

function isNamed(info: Info, entry: Entry, symbol: string, identifier: string | undefined): boolean {
  let at: Entry | undefined = entry;
  for (let count = 0; at !== undefined && count < MAX_ORIGINS; count++) {
    const linkage = linkageOf(info, at);
    const name = textOf(info, at, AT.name);
    if (identifier !== undefined && name !== undefined) return name === identifier;
    if (linkage !== undefined) return linkage === symbol;
    // A definition in C++ has its names in the class's declaration.
    const origin: Entry | undefined = originOf(info, at);
    if (origin === undefined) return name === symbol;
    at = origin;
  }
  return false;
}

function namesOf(info: Info, entry: Entry): readonly string[] {
  const names = new Set<string>();
  let at: Entry | undefined = entry;
  for (let count = 0; at !== undefined && count < MAX_ORIGINS; count++) {
    for (const name of [linkageOf(info, at), textOf(info, at, AT.name)]) if (name !== undefined) names.add(name);
    at = originOf(info, at);
  }
  return [...names];
}

function linkageOf(info: Info, entry: Entry): string | undefined {
  return textOf(info, entry, AT.linkageName) ?? textOf(info, entry, AT.mipsLinkageName);
}

function originOf(info: Info, entry: Entry): Entry | undefined {
  const { names } = entry.shape;
  if (names.includes(AT.specification)) return referenceOf(info, entry, AT.specification);
  return names.includes(AT.abstractOrigin) ? referenceOf(info, entry, AT.abstractOrigin) : undefined;
}

/** A unit whose code is one range that has none of the addresses. */
function isElsewhere(info: Info, unit: Unit, addresses: readonly bigint[]): boolean {
  try {
    const root = rootOf(info, unit);
    if (root === undefined || root.shape.names.includes(AT.ranges)) return false;
    const low = addressOf(info, root, AT.lowPc);
    const high = addressOf(info, root, AT.highPc) ?? lengthFrom(info, root, low);
    if (low === undefined || high === undefined || high <= low) return false;
    return addresses.every((at) => at < low || at >= high);
  } catch (error) {
    if (error instanceof DwarfError) return false;
    throw error;
  }
}

/** Since DWARF 4 the end is a length. */
function lengthFrom(info: Info, root: Entry, low: bigint | undefined): bigint | undefined {
  const length = sizeAttribute(info, root, AT.highPc);
  return low === undefined || length === undefined ? undefined : low + BigInt(length);
}

/** @throws DwarfError where its entries are damaged */
export function readFunction(
  info: Info,
  types: DwarfTypes,
  entry: Entry,
  arch: "x86_64" | "aarch64",
  symbol: string,
): BinaryFunction {
  let variadic = false;
  const parameters: Omit<BinaryParameter, "place">[] = [];
  const declared: Entry[] = [];
  // An instance names its parameters by reference to those of the function as it was written, which has all of them.
  let written = entry;
  for (let count = 0; count < MAX_ORIGINS && written.shape.names.includes(AT.abstractOrigin); count++)
    written = referenceOf(info, written, AT.abstractOrigin) ?? written;
  for (const child of children(info, written)) {
    if (child.shape.tag === TAG.unspecifiedParameters) variadic = true;
    if (child.shape.tag !== TAG.parameter) continue;
    const origin = child.shape.names.includes(AT.abstractOrigin)
      ? referenceOf(info, child, AT.abstractOrigin)
      : undefined;
    const one = origin ?? child;
    declared.push(one);
    parameters.push({ name: textOf(info, one, AT.name) ?? "", type: types.typeOf(one) });
    if (parameters.length >= 255) break;
  }
  let returning = written;
  for (let count = 0; count < MAX_ORIGINS && !returning.shape.names.includes(AT.type); count++) {
    const origin = originOf(info, returning);
    if (origin === undefined) break;
    returning = origin;
  }
  const returns = types.typeOf(returning);
  const why = ownConvention(info, entry);
  const passed = (type: typeof returns) => ({ type, byReference: types.byReference(type) });
  const places = placeParameters(
    arch,
    types,
    passed(returns),
    parameters.map(({ type }) => passed(type)),
  );
  const whole = parameters.map(({ type }) => isWhole(types, type));
  const registers = registersOf(info, entry, arch, declared);
  /** Rust has no convention for structs that one could rely on: what comes behind one is anywhere. */
  const lost = why === RUST ? whole.indexOf(false) : -1;
  const placeOf = (index: number): ParameterPlace => {
    const place = places[index] ?? { kind: "hidden", why: "" };
    if (why !== undefined && (why !== RUST || (lost >= 0 && index >= lost))) return { kind: "hidden", why };
    // A clone has not all parameters where they were.
    if (registers === undefined) return symbol.includes(".") ? { kind: "hidden", why: MOVED } : place;
    const register = registers[index];
    return register === undefined || whole[index] !== true
      ? { kind: "hidden", why: MOVED }
      : { kind: "registers", indices: [register] };
  };
  return {
    parameters: parameters.map((parameter, i) => ({
      name: parameter.name === "" ? `arg${i}` : parameter.name,
      type: parameter.type,
      place: placeOf(i),
    })),
    returns,
    variadic,
  };
}

/** DWARF's numbers of the argument registers, in order. */
const ARGUMENT_REGISTERS = { x86_64: [5, 4, 1, 2, 8, 9], aarch64: [0, 1, 2, 3, 4, 5, 6, 7] } as const;

/**
 * Argument registers of a function that only its own file calls, by its parameters: its compiler may have left some out and
 * moved others up. Undefined: it is called as the convention says, as is all that others may call, and what is not optimised.
 */
function registersOf(
  info: Info,
  entry: Entry,
  arch: "x86_64" | "aarch64",
  declared: readonly Entry[],
): readonly (number | undefined)[] | undefined {
  const start = addressOf(info, entry, AT.lowPc);
  if (start === undefined) return undefined;
  let written: Entry | undefined = entry;
  for (let count = 0; written !== undefined && count < MAX_ORIGINS; count++) {
    if (flagOf(info, written, AT.external)) return undefined;
    written = originOf(info, written);
  }
  const found = new Map<number, number>();
  for (const child of children(info, entry)) {
    if (child.shape.tag !== TAG.parameter) continue;
    const of = child.shape.names.includes(AT.abstractOrigin) ? referenceOf(info, child, AT.abstractOrigin) : child;
    const register = registerAtEntry(info, child, start);
    if (of !== undefined && register !== undefined) found.set(of.at, register);
  }
  if (found.size === 0) return undefined;
  const order: readonly number[] = ARGUMENT_REGISTERS[arch];
  return declared.map(({ at }) => {
    const index = order.indexOf(found.get(at) ?? -1);
    return index < 0 ? undefined : index;
  });
}

const MOVED = "the compiler has removed or moved it";
const RUST = "Rust does not say where structs are passed, nor what comes behind them";

/** Why a function's parameters are not where C's are; undefined: they are. */
function ownConvention(info: Info, entry: Entry): string | undefined {
  if (constantOf(info, entry, AT.callingConvention) === BigInt(NO_CALL))
    return "the compiler has changed how this function is called";
  const root = rootOf(info, entry.unit);
  const language = root === undefined ? undefined : constantOf(info, root, AT.language);
  if (language === BigInt(LANGUAGE.go)) return "Go passes arguments in registers of its own choice";
  return language === BigInt(LANGUAGE.rust) ? RUST : undefined;
}

/** One word: a number or a pointer. */
function isWhole(types: DwarfTypes, id: TypeId): boolean {
  const { type } = resolve(types, id);
  return (
    type.kind === "ptr" || type.kind === "enum" || type.kind === "enum64" || (type.kind === "int" && type.size <= 8)
  );
}
