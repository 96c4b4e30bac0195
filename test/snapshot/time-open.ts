/**
 * Prints how long a cold process takes to open a snapshot, and to look up what a one-liner on tcp_sendmsg names, in ms of
 * wall clock or of CPU, whichever is less: others may be using this machine.
 */
import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";
import { openSnapshot } from "../../compiler/snapshot/index.ts";

const wall = performance.now();
const cpu = process.cpuUsage();
const elapsed = (): number => {
  const { user, system } = process.cpuUsage(cpu);
  return Math.min(performance.now() - wall, (user + system) / 1000);
};
const snapshot = openSnapshot(readFileSync(process.argv[2] ?? ""), (packed, size) =>
  inflateRawSync(packed, { maxOutputLength: size }),
);
const open = elapsed();
const found = snapshot.functionType("tcp_sendmsg");
const proto = found ? snapshot.btf.type(found.proto) : undefined;
const names = proto?.kind === "func_proto" ? proto.params.map((param) => param.name) : [];
const sock = snapshot.btf.find("struct", "sock");
const common = snapshot.btf.find("struct", "sock_common");
const members = [sock, common].map((id) => (id === undefined ? undefined : snapshot.btf.type(id)));
const answers = [
  snapshot.isTraceable("tcp_sendmsg"),
  snapshot.constant("AF_INET"),
  snapshot.tracepoint("timer", "hrtimer_start"),
];
const total = elapsed();
if (names.length !== 3 || members.includes(undefined) || answers.includes(undefined))
  throw new Error("an answer is missing");
console.log(JSON.stringify({ open, total }));
