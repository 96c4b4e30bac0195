/**
 * Helpers that answer what they answered when a run was recorded: imports of the translated programs. Where the recording
 * knows nothing of a call, the machine's own answer stands.
 */
import { type HelperName, helperRow } from "../lang/helpers.ts";
import { helperAnswer } from "./helpers.ts";
import { type MachineOptions, MEMORY_BASE } from "./machine.ts";

type Answer = (...args: bigint[]) => bigint;

/** Argument that a helper writes to. */
const OUTPUT: Readonly<Partial<Record<HelperName, number>>> = {
  get_current_comm: 0,
  get_stack: 1,
  d_path: 1,
  get_func_ret: 1,
  get_func_arg: 2,
  perf_event_read_value: 2,
  get_ns_current_pid_tgid: 2,
};

/** By number, what answers them: for the translation. */
export function recordedImports(options: MachineOptions): ReadonlyMap<number, string> {
  return new Map((options.recorded?.helpers ?? []).map((name) => [helperRow(name).id, importOf(name)]));
}

function importOf(name: HelperName): string {
  return `recorded_${name}`;
}

/** @param own the runtime's and the host's functions, by helper */
export function recordedHelpers(
  options: MachineOptions,
  buffer: ArrayBuffer,
  own: Readonly<Record<string, unknown>>,
): Readonly<Record<string, Answer>> {
  const { recorded } = options;
  if (recorded === undefined) return {};
  const view = new DataView(buffer);
  const memory = new Uint8Array(buffer);
  const made: Record<string, Answer> = {};
  for (const name of recorded.helpers) {
    const fallback = ownAnswer(name, view, own);
    const output = OUTPUT[name];
    made[importOf(name)] = (...args) => {
      const known = recorded.answer(name);
      if (known === undefined) {
        recorded.before(name);
        return fallback(...args);
      }
      if (known.bytes !== undefined && output !== undefined) {
        const at = BigInt.asUintN(64, args[output] ?? 0n) - MEMORY_BASE;
        // The verifier has proved that the output lies in memory of the program's own.
        if (at >= 0n && at + BigInt(known.bytes.length) <= BigInt(memory.length)) memory.set(known.bytes, Number(at));
      }
      return BigInt.asIntN(64, known.value);
    };
  }
  return made;
}

function ownAnswer(name: HelperName, view: DataView, own: Readonly<Record<string, unknown>>): Answer {
  const { id, args } = helperRow(name);
  const answer = helperAnswer(id);
  if (answer?.kind === "load") {
    return () => (answer.size === 8 ? view.getBigInt64(answer.at, true) : BigInt(view.getUint32(answer.at, true)));
  }
  const found = own[name];
  return typeof found === "function" ? (...given) => found(...given.slice(0, args.length)) : () => 0n;
}
