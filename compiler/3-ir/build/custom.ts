/** The lowerings that are more than one helper call: one per name of lang/custom.ts. */
import type { CustomName } from "../../lang/custom.ts";
import { invariant } from "../../util/assert.ts";
import type { ValueId } from "../ir.ts";
import { storeScalar } from "./access.ts";
import { bufferOf, bytesCompared, hardwareAddress, userWritten } from "./custom-bytes.ts";
import type { CustomCall, Lower } from "./custom-call.ts";
import { internetAddress } from "./custom-net.ts";
import { probeName } from "./custom-probe.ts";
import { textContained, textFound } from "./custom-search.ts";
import { stackCaptured, stackLength } from "./custom-stack.ts";
import { concatenated, textLength, textsDiffer } from "./custom-strings.ts";
import { textFromTable } from "./custom-tables.ts";
import { taskName } from "./custom-task.ts";
import { textOf } from "./custom-text.ts";
import {
  byteSwapped,
  clockRead,
  elapsed,
  hostWord,
  namespaceId,
  pathOf,
  symbolAddress,
  tracePrinted,
  userSymbol,
} from "./custom-values.ts";
import type { Lowering, Writer } from "./lowering.ts";

const LOWER: Readonly<Record<CustomName, Lower>> = {
  bswap: { kind: "scalar", lower: byteSwapped },
  buf: { kind: "memory", prepare: bufferOf },
  clock: { kind: "scalar", lower: clockRead },
  comm: { kind: "memory", prepare: taskName },
  debugf: { kind: "scalar", lower: tracePrinted },
  elapsed: { kind: "scalar", lower: elapsed },
  host_value: { kind: "scalar", lower: hostWord },
  macaddr: { kind: "memory", prepare: hardwareAddress },
  memcmp: { kind: "scalar", lower: bytesCompared },
  ns_pid: { kind: "scalar", lower: namespaceId },
  ntop: { kind: "memory", prepare: internetAddress },
  path: { kind: "memory", prepare: pathOf },
  probe_name: { kind: "memory", prepare: probeName },
  stack: { kind: "scalar", lower: stackCaptured },
  stack_length: { kind: "scalar", lower: stackLength },
  str: { kind: "memory", prepare: textOf },
  str_concat: { kind: "memory", prepare: concatenated },
  strcontains: { kind: "scalar", lower: textContained },
  strlen: { kind: "scalar", lower: textLength },
  strncmp: { kind: "scalar", lower: textsDiffer },
  strstr: { kind: "scalar", lower: textFound },
  symbol_address: { kind: "scalar", lower: symbolAddress },
  text_table: { kind: "memory", prepare: textFromTable },
  usym: { kind: "memory", prepare: userSymbol },
  write_user: { kind: "scalar", lower: userWritten },
};

/** The register that a custom row's value is. */
export function lowerCustomScalar(cx: Lowering, name: CustomName, expr: CustomCall): ValueId {
  const row = LOWER[name];
  invariant(row.kind === "scalar", "3-ir", `${name} has no scalar value`);
  return row.lower(cx, expr);
}

/** How a custom row's value is written to memory. */
export function prepareCustom(cx: Lowering, name: CustomName, expr: CustomCall): Writer {
  const row = LOWER[name];
  if (row.kind === "memory") return row.prepare(cx, expr);
  const value = row.lower(cx, expr);
  return (to) => storeScalar(cx.fn, to, expr.type, value);
}
