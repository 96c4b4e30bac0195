/**
 * What a loader writes into .rodata before it loads: the script's parameters, values of the host, addresses of symbols
 * (spec/object.md, step 4; loader/params.c).
 */
import type { HostValue, Manifest, ParamEntry } from "../5-object/manifest.ts";
import { archOf } from "../lang/arch/index.ts";
import { EventError, type Setup } from "./event.ts";
import { type Machine, SimulatorError } from "./machine.ts";
import { usdtRegister } from "./registers.ts";
import { hashText, type Symbols } from "./symbols.ts";

/** A parameter that cannot be given so: the message names it. */
export class ParameterError extends Error {
  override readonly name = "ParameterError";
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

export type Given = {
  readonly positional: readonly string[];
  readonly named: ReadonlyMap<string, string>;
  readonly setup: Setup;
  readonly kernel: Symbols;
  readonly user: Symbols;
  /** The only process that is traced; 0: all. */
  readonly pid: number;
};

/** Device of the initial pid namespace, and its inode (include/linux/proc_ns.h). */
const PIDNS_DEV = 4n;
const PIDNS_INO = 0xeffffffcn;
const TAI_OFFSET = 37_000_000_000n;
const LOADING = 1_000_000n;

/** @throws ParameterError for parameters that the script has not, or values that do not fit */
export function fillGlobals(machine: Machine, manifest: Manifest, given: Given): void {
  checkNamed(manifest, given.named);
  for (const param of manifest.params) {
    if (param.kind === "count") put(machine, param.offset, 8, BigInt(given.positional.length));
    else if (param.kind === "named") fillNamed(machine, param, given.named);
    else {
      const text = param.index < 1 ? undefined : given.positional[param.index - 1];
      if (text !== undefined) putParameter(machine, param, `parameter $${param.index}`, text);
    }
  }
  for (const { kind, offset } of manifest.host)
    put(machine, offset, 8, hostValue(kind, machine.cpus, given.setup, given.pid));
  for (const { kind, symbol, path, offset } of manifest.symbols) {
    if (kind === "kernel") put(machine, offset, 8, given.kernel.address(symbol));
    else if (kind === "user") put(machine, offset, 8, given.user.address(symbol, path));
    else if (kind === "user-mask" || kind === "user-spare") put(machine, offset, 8, 0n);
    else put(machine, offset, 8, cgroupId(given.setup, symbol));
  }
  const arch = archOf(manifest.arch === "aarch64" ? "aarch64" : "x86_64");
  for (const program of manifest.programs) {
    for (const { index, offset } of program.usdtArguments ?? [])
      machine.setGlobal(".rodata", offset, describeRegister(usdtRegister(arch, index)));
  }
}

/** The eight words that say where a static probe has an argument: in a register, whole. */
function describeRegister(register: number): Uint8Array {
  const bytes = new Uint8Array(64);
  const words = [0n, BigInt(register), (1n << 64n) - 1n, 0n, 0n, 0n, 0n, 8n];
  const view = new DataView(bytes.buffer);
  for (const [i, word] of words.entries()) view.setBigUint64(i * 8, word, true);
  return bytes;
}

/** A cgroup's id by its path; an invented one where the setup does not name it. */
function cgroupId(setup: Setup, path: string): bigint {
  const below = path.replace(/^\/sys\/fs\/cgroup(\/unified)?/, "") || "/";
  for (const [id, known] of setup.cgroups) {
    if (known === `unified:${below}` || known === path) return id;
  }
  return BigInt(hashText(path)) + 0x1000n;
}

function hostValue(kind: HostValue["kind"], cpus: number, setup: Setup, pid = 0): bigint {
  const recorded = setup.words.get(kind);
  if (recorded !== undefined) return recorded;
  switch (kind) {
    case "start-ns":
      // Loading takes a moment, and only then the run begins.
      return setup.boot - LOADING;
    case "ncpus":
      return BigInt(cpus);
    case "cpid":
      return BigInt(setup.childPid);
    case "has-cpid":
      return setup.childPid === 0 ? 0n : 1n;
    case "filter-pid":
      return BigInt(pid);
    case "pidns-dev":
      return PIDNS_DEV;
    case "pidns-ino":
      return PIDNS_INO;
    case "tai-offset":
      return setup.epoch - setup.boot + TAI_OFFSET;
    case "epoch-offset":
      return setup.epoch - setup.boot;
    default:
      throw new SimulatorError(`the object asks for a host value '${String(kind)}' that is not known here`);
  }
}

/** CLOCK_TAI minus CLOCK_BOOTTIME. */
export function taiOffset(setup: Setup): bigint {
  return hostValue("tai-offset", 0, setup);
}

function put(machine: Machine, offset: number, size: number, value: bigint): void {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true);
  machine.setGlobal(".rodata", offset, bytes.subarray(0, size));
}

function checkNamed(manifest: Manifest, named: ReadonlyMap<string, string>): void {
  const known = manifest.params.flatMap((param) => (param.kind === "named" ? [param.name] : []));
  for (const name of named.keys()) {
    if (known.includes(name)) continue;
    throw new ParameterError(
      `unexpected program command line options: --${name}`,
      known.length === 0 ? undefined : `expected program options: ${known.map((each) => `--${each}`).join(", ")}`,
    );
  }
}

function fillNamed(
  machine: Machine,
  param: Extract<ParamEntry, { readonly kind: "named" }>,
  named: ReadonlyMap<string, string>,
): void {
  const given = named.get(param.name);
  putParameter(machine, param, `option --${param.name}`, given ?? param.default);
}

function putParameter(
  machine: Machine,
  param: Exclude<ParamEntry, { readonly kind: "count" }>,
  what: string,
  text: string,
): void {
  if (param.type === "string") {
    const bytes = new TextEncoder().encode(text);
    if (bytes.length >= param.size)
      throw new ParameterError(
        `${what}: '${text}' is longer than ${param.size - 1} characters`,
        "compile with a greater max_strlen",
      );
    const room = new Uint8Array(param.size);
    room.set(bytes);
    machine.setGlobal(".rodata", param.offset, room);
    return;
  }
  if (param.type === "bool") {
    const yes = text === "true" || text === "1";
    if (!yes && text !== "false" && text !== "0") throw new ParameterError(`${what}: '${text}' is not true or false`);
    put(machine, param.offset, param.size, yes ? 1n : 0n);
    return;
  }
  const value = integer(text);
  if (value === undefined) throw new ParameterError(`${what}: '${text}' is an invalid integer`);
  const bits = param.size * 8;
  const signed = BigInt.asIntN(bits, value) === value;
  const unsigned = BigInt.asUintN(bits, value) === value;
  // A positional $1 may hold any 64 bits, signed or not.
  if (!(param.type === "int" ? signed || (param.kind === "positional" && unsigned) : unsigned))
    throw new ParameterError(`${what}: '${text}' is out of range`);
  put(machine, param.offset, param.size, value);
}

/** As strtoull(3) with base 0 reads it: decimal, 0x…, 0… octal. */
function integer(text: string): bigint | undefined {
  const match = /^([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.exec(text);
  if (match === null) return undefined;
  const digits = match[2] ?? "";
  const value = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
  return match[1] === "-" ? -value : value;
}

/** An event's problem with the line of the events file. */
export function atLine(error: unknown, line: number | undefined): unknown {
  if (!(error instanceof EventError) || error.line !== 0 || line === undefined) return error;
  return new EventError(error.message, line, error.hint);
}
