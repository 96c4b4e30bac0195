/** What the panels are shown in their tests: streams with every kind of picture, and verdicts of the model on real objects. */
import type { StreamRecord } from "../../compiler/index.ts";
import { checkObject } from "../../compiler/index.ts";
import { createChartCollector } from "../../compiler/render/charts.ts";
import { createTextRenderer } from "../../compiler/render/text.ts";
import type { Value } from "../../compiler/stream/records.ts";
import { problemsOf } from "../../playground/worker/problems.ts";
import type { OutputAnswer, VerifyAnswer } from "../../playground/worker/protocol.ts";
import { verdictOf as viewOf } from "../../playground/worker/verdicts.ts";
import {
  count,
  hist,
  histOf,
  keyed,
  lhist,
  lhistOf,
  printf,
  scalar,
  stack,
  str,
  streamOf,
  tuple,
  u64,
} from "../render/builders.ts";
import { flamegraphOf, heatmapOf, kernel, snapshot } from "./panels.ts";

/** What a page must never take for markup. */
export const HOSTILE = '<img src=x onerror="window.hacked=1">';

/** A seeded stream of numbers between 0 and 1. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const next = random(7);
const sizes = Array.from({ length: 3000 }, () => Math.round(Math.exp(5.5 + 1.6 * (next() + next() + next() - 1.5))));
const latencies = Array.from({ length: 2000 }, () => Math.round(20 + 300 * next() * next()));

const frame = (symbol: string, offset = 7): Value => ({ address: 4096, symbol, offset });
const calls = (...symbols: readonly string[]): Value => symbols.map((symbol) => frame(symbol));
const ROOTS = ["do_syscall_64", "entry_SYSCALL_64_after_hwframe"];
const STACKS: readonly (readonly [Value, number])[] = [
  [calls("tcp_sendmsg", "sock_sendmsg", "sock_write_iter", "vfs_write", "ksys_write", ...ROOTS), 480],
  [calls("tcp_sendmsg", "sock_sendmsg", "__sys_sendto", "__x64_sys_sendto", ...ROOTS), 260],
  [calls("tcp_sendmsg", "sock_sendmsg", "____sys_sendmsg", "___sys_sendmsg", "__sys_sendmsg", ...ROOTS), 120],
  [calls("tcp_sendmsg", "inet_sendmsg", "sock_sendmsg", "splice_to_socket", "do_splice", ...ROOTS), 45],
  [calls("tcp_sendmsg", HOSTILE), 12],
];

export const histogramRecords: readonly StreamRecord[] = streamOf([
  printf("%d bytes by %s\n", [u64, 1200], [str, HOSTILE]),
  scalar("@size", hist(), histOf(sizes), true),
  { ...keyed("@us", str, lhist(0, 300, 20), [["nginx", lhistOf(latencies, 0, 300, 20)]]), final: true },
  {
    ...keyed("@calls", tuple(str, u64), count, [
      [["nginx", 80], 1840],
      [["curl", 443], 220],
      [[HOSTILE, 1], 17],
      [["postgres", 5432], 903],
    ]),
    final: true,
  },
]);
export const stackRecords: readonly StreamRecord[] = streamOf([{ ...keyed("@", stack(), count, STACKS), final: true }]);
const intervals = Array.from({ length: 12 }, (_, at) =>
  scalar("@size", hist(), histOf(sizes.slice(0, (at + 1) * 240))),
);

export function outputOf(
  records: readonly StreamRecord[],
  changes: Partial<OutputAnswer> = {},
): OutputAnswer & { readonly text: string } {
  const collector = createChartCollector();
  let text = "";
  const renderer = createTextRenderer((_, bytes) => {
    text += new TextDecoder().decode(bytes);
  });
  for (const record of records) {
    collector.record(record);
    renderer.record(record);
  }
  renderer.end();
  return {
    kind: "output",
    text,
    events: 12_345,
    seconds: 10,
    translated: 14,
    ran: 38,
    pictures: { charts: collector.charts(), flamegraph: undefined, heatmap: undefined },
    problems: [],
    ledger: undefined,
    cut: false,
    ...changes,
  };
}

export const flames = flamegraphOf(stackRecords);
export const heat = heatmapOf(streamOf(intervals));

/** The model's verdict on an object for one kernel, as the page's worker gives it. */
export async function verdictOf(object: Uint8Array, walk: string | undefined): Promise<VerifyAnswer> {
  const { source, kernels } = await checkObject(object, { kernels: [snapshot], log: walk !== undefined });
  const views = kernels.map((check) =>
    viewOf(check, kernel, source === undefined ? [] : problemsOf(source, check.diagnostics), walk, 4),
  );
  return { kind: "verify", kernels: views };
}
