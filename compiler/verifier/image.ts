/** A program and its tables, written into the module's memory: the other side of assembly/env.ts. */
import { FEATURES, OPTION, ROW } from "./codes.ts";
import { type HelperEntry, helperEntries } from "./helper-rows.ts";
import type { ModuleExports } from "./module.ts";
import { isSince } from "./profiles/profile.ts";
import type { TracingAttach, VerifierProgram, VerifyEnv } from "./program.ts";

const WORDS = 80;
const INSN_LIMIT = 1_000_000;

/** Range of results that the program may return; undefined: any. */
function returnRange(attach: TracingAttach | undefined): readonly [bigint, bigint] | undefined {
  switch (attach?.kind) {
    case "fentry":
    case "fexit":
      return [0n, 0n];
    case "iter":
      return [0n, 1n];
    default:
      return undefined;
  }
}

/** The table of a kernel and kind of program is written once. */
const encoded = new WeakMap<readonly (HelperEntry | undefined)[], Uint8Array>();

function encodeHelpers(helpers: readonly (HelperEntry | undefined)[]): Uint8Array {
  const known = encoded.get(helpers);
  if (known !== undefined) return known;
  const bytes = new Uint8Array(helpers.length * ROW.HELPER);
  const view = new DataView(bytes.buffer);
  helpers.forEach((entry, id) => {
    const at = id * ROW.HELPER;
    if (entry === undefined) return;
    view.setInt32(at, entry.status, true);
    entry.args.forEach((arg, n) => {
      view.setInt32(at + 4 + n * 4, arg, true);
    });
    view.setInt32(at + 24, entry.returns, true);
    view.setInt32(at + 28, entry.returnId, true);
    view.setBigUint64(at + 40, entry.maps, true);
  });
  encoded.set(helpers, bytes);
  return bytes;
}

/** Returns the address that `run` takes. */
export function writeImage(exports: ModuleExports, program: VerifierProgram, env: VerifyEnv, log: boolean): number {
  exports.reset();
  const helpers = helperEntries(program, env);
  const words = exports.reserve(WORDS);
  const code = exports.reserve(Math.max(16, program.code.length));
  const maps = exports.reserve(Math.max(16, program.maps.length * ROW.MAP));
  const rows = exports.reserve(helpers.length * ROW.HELPER);
  const globals = exports.reserve(Math.max(16, program.globals.length * ROW.SUB));
  const frozen = program.maps.map((map) =>
    map.frozen === undefined ? 0 : exports.reserve(map.frozen.length * 2 + 16),
  );
  // memory may have grown by all that: views only from here on
  const { buffer } = exports.memory;
  const bytes = new Uint8Array(buffer);
  const view = new DataView(buffer);
  bytes.set(program.code, code);

  program.maps.forEach((map, index) => {
    const at = maps + index * ROW.MAP;
    const data = frozen[index] ?? 0;
    if (map.frozen !== undefined) {
      bytes.set(map.frozen, data);
      bytes.fill(0, data + map.frozen.length, data + 2 * map.frozen.length);
      if (map.unknownBytes !== undefined) bytes.set(map.unknownBytes, data + map.frozen.length);
    }
    view.setInt32(at, map.type, true);
    view.setInt32(at + 4, map.keySize, true);
    view.setInt32(at + 8, map.valueSize, true);
    view.setUint32(at + 12, map.maxEntries, true);
    view.setUint32(at + 16, map.flags, true);
    view.setUint32(at + 20, data, true);
    view.setInt32(at + 24, map.inner ?? -1, true);
    view.setInt32(at + 28, map.special.length > 0 ? 1 : 0, true);
  });

  bytes.set(encodeHelpers(helpers), rows);

  program.globals.forEach((fn, index) => {
    const at = globals + index * ROW.SUB;
    bytes.fill(0, at, at + ROW.SUB);
    view.setInt32(at, fn.start, true);
    fn.args.forEach((arg, n) => {
      view.setInt32(at + 4 + n * 4, arg.kind, true);
      view.setInt32(at + 24 + n * 4, arg.size, true);
    });
    view.setInt32(at + 44, fn.isVoid ? 1 : 0, true);
  });

  let features = 0n;
  FEATURES.forEach((name, bit) => {
    if (env.profile.features.has(name)) features |= 1n << BigInt(bit);
  });
  const range = returnRange(program.attach);
  const privateStack = isSince(env.profile, "6.13") && program.type !== "socket_filter";
  view.setBigUint64(words, features, true);
  view.setUint32(words + 8, code, true);
  view.setInt32(words + 12, program.code.length / 8, true);
  view.setUint32(words + 16, maps, true);
  view.setInt32(words + 20, program.maps.length, true);
  view.setUint32(words + 24, rows, true);
  view.setInt32(words + 28, helpers.length, true);
  view.setUint32(words + 32, globals, true);
  view.setInt32(words + 36, program.globals.length, true);
  let options = log ? OPTION.LOG : 0;
  if (program.gpl) options |= OPTION.GPL;
  if (range !== undefined) options |= OPTION.RETVAL;
  if (privateStack) options |= OPTION.PRIVATE_STACK;
  view.setInt32(words + 40, options, true);
  view.setUint32(words + 44, INSN_LIMIT, true);
  view.setBigInt64(words + 48, range?.[0] ?? 0n, true);
  view.setBigInt64(words + 56, range?.[1] ?? 0n, true);
  view.setUint32(words + 64, env.cpus ?? 0, true);
  return words;
}
