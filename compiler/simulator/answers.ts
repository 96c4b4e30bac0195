/** What helpers answered when a run was recorded, handed out call by call. */
import type { HelperName } from "../lang/helpers.ts";
import { EventError, type HelperResult, type SimulatedEvent } from "./event.ts";
import { bytesOfHex } from "./integers.ts";
import type { MachineMap, RecordedAnswers } from "./machine.ts";

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
  // Answered by the machine, once the maps are in the order that was seen.
  "for_each_map_elem",
];

type Answer = { readonly value: bigint; readonly bytes: Uint8Array | undefined };

export type Answers = {
  readonly recorded: RecordedAnswers;
  /** The maps to put in order; to be given before the first run. */
  readonly setMaps: (maps: readonly MachineMap[]) => void;
  /** From now on, calls are answered as this event says. @throws EventError for an answer that is none */
  readonly begin: (event: SimulatedEvent) => void;
};

export function createAnswers(): Answers {
  let lists: Readonly<Record<string, readonly Answer[]>> = {};
  const taken = new Map<string, number>();
  let maps: readonly MachineMap[] = [];
  let visits: readonly (readonly [map: MachineMap, keys: readonly Uint8Array[]])[] = [];
  return {
    setMaps(all) {
      maps = all;
    },
    begin(event) {
      taken.clear();
      lists = {};
      visits = Object.entries(event.visits ?? {}).flatMap(([name, keys]) => {
        const map = maps.find((one) => one.name === name);
        return map === undefined ? [] : [[map, keys.map((key) => keyOf(key, name, event))] as const];
      });
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
      before(helper) {
        if (helper === "for_each_map_elem") for (const [map, keys] of visits) putInOrder(map, keys);
      },
    },
  };
}

/** Makes a map's walk come to these keys first, in this order. */
function putInOrder(map: MachineMap, keys: readonly Uint8Array[]): void {
  const entries = [...map.entries()];
  const ranks = new Map(keys.map((key, i) => [key.join(), i]));
  const rankOf = (key: Uint8Array): number => ranks.get(key.join()) ?? keys.length;
  const isOrdered = (list: readonly { readonly key: Uint8Array }[]): boolean =>
    list.every(({ key }, i) => i === 0 || rankOf(list[i - 1]?.key ?? key) <= rankOf(key));
  if (isOrdered(entries)) return;
  entries.sort((a, b) => rankOf(a.key) - rankOf(b.key));
  const refill = (list: typeof entries): void => {
    map.clear();
    for (const { key, values } of list) map.update(key, values);
  };
  refill(entries);
  // Freed elements are taken again from either end, as the map keeps them.
  if (!isOrdered([...map.entries()])) refill(entries.reverse());
}

function keyOf(key: Uint8Array | string, map: string, event: SimulatedEvent): Uint8Array {
  const bytes = typeof key === "string" ? bytesOfHex(key) : key;
  if (bytes === undefined)
    throw new EventError(`${event.probe}: a key of ${map} in visits is no text of hexadecimal digits`);
  return bytes;
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
