/** Prints how long a cold process takes to open a snapshot, and to look up what a one-liner on tcp_sendmsg names, in ms. */
import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";
import { openSnapshot } from "../../compiler/snapshot/index.ts";

const start = performance.now();
const snapshot = openSnapshot(readFileSync(process.argv[2] ?? ""), (packed, size) =>
  inflateRawSync(packed, { maxOutputLength: size }),
);
const open = performance.now() - start;
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
const total = performance.now() - start;
if (names.length !== 3 || members.includes(undefined) || answers.includes(undefined))
  throw new Error("an answer is missing");
console.log(JSON.stringify({ open, total }));
