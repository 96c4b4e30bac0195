/** What helpers answered when a run was recorded, handed out call by call. */
import type { HelperName } from "../lang/helpers.ts";
import { EventError, type HelperResult, type SimulatedEvent } from "./event.ts";
import { bytesOfHex } from "./integers.ts";
import type { RecordedAnswers } from "./machine.ts";

/** Those that tell of the world outside, other than by memory and stacks. */
const RECORDED: readonly HelperName[] = [
  "ktime_get_ns",
  "ktime_get_boot_ns",
  "ktime_get_tai_ns",
  "jiffies64",
  "get_prandom_u32",
  "get_current_comm",
  "get_current_task",
  "get_current_task_btf",
  "get_current_cgroup_id",
  "get_numa_node_id",
  "get_func_ip",
  "get_attach_cookie",
  "get_func_arg",
  "get_func_ret",
  "get_ns_current_pid_tgid",
  "get_socket_cookie",
  "get_stack",
  "d_path",
  "perf_event_read_value",
  "probe_write_user",
  "send_signal",
  "send_signal_thread",
  "per_cpu_ptr",
  "this_cpu_ptr",
];

type Answer = { readonly value: bigint; readonly bytes: Uint8Array | undefined };

export type Answers = {
  readonly recorded: RecordedAnswers;
  /** From now on, calls are answered as this event says. @throws EventError for an answer that is none */
  readonly begin: (event: SimulatedEvent) => void;
};

export function createAnswers(): Answers {
  let lists: Readonly<Record<string, readonly Answer[]>> = {};
  const taken = new Map<string, number>();
  return {
    begin(event) {
      taken.clear();
      lists = {};
      if (event.results === undefined) return;
      lists = Object.fromEntries(
        Object.entries(event.results).map(([name, list]) => [name, list.map((one) => read(one, name, event))]),
      );
    },
    recorded: {
      helpers: RECORDED,
      answer(helper) {
        const list = lists[helper];
        if (list === undefined) return undefined;
        const next = taken.get(helper) ?? 0;
        taken.set(helper, next + 1);
        // The last stands for all further calls.
        return list[next] ?? list.at(-1);
      },
    },
  };
}

function read(result: HelperResult, helper: string, event: SimulatedEvent): Answer {
  if (typeof result !== "object") return { value: integer(result, helper, event), bytes: undefined };
  const bytes = typeof result.bytes === "string" ? bytesOfHex(result.bytes) : result.bytes;
  if (bytes === undefined) throw wrong(helper, event);
  return { value: integer(result.value, helper, event), bytes };
}

function integer(value: number | bigint | string, helper: string, event: SimulatedEvent): bigint {
  try {
    return BigInt(value);
  } catch {
    throw wrong(helper, event);
  }
}

function wrong(helper: string, event: SimulatedEvent): EventError {
  return new EventError(
    `${event.probe}: an answer of ${helper} is no integer, and none with bytes`,
    0,
    'answers are 123, "0x7b" or {"value": 0, "bytes": "00ff"}',
  );
}
