/** Runs the tools' objects in a guest (guest.sh) and tells what came of each. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createStreamDecoder, createTextRenderer, type StreamItem, type StreamRecord } from "../../compiler/index.ts";
import { referenceTree, runInGuest } from "../kernel/guest.ts";
import { LOADER, ROOT } from "../runner/machine.ts";

export type Outcome = {
  /** The loader's exit status. */
  readonly status: number;
  /** Probes attached, those included that run by themselves. */
  readonly probes: readonly string[];
  /** What the loader said on stderr. */
  readonly messages: string;
  readonly records: readonly StreamRecord[];
};
export type Beside = { readonly ours: string; readonly reference: string; readonly messages: string };
export type GuestResults = {
  readonly outcome: (id: string) => Outcome | undefined;
  readonly beside: (name: string) => Beside;
};

const WORKLOADS = ["tcp-send", "tools-load"];
/** What the tools trace in user space, which the reference's tree lacks. */
const LIBRARIES = ["libssl.so.3", "libcrypto.so.3"].map((name) => `/usr/lib/x86_64-linux-gnu/${name}`);

/** @param work a directory to build in; objects by id; names of tools of 0.27 to run beside the reference */
export function runTools(
  work: string,
  objects: ReadonlyMap<string, Uint8Array>,
  same: readonly string[],
): GuestResults {
  const programs = join(work, "w");
  const out = join(work, "out");
  mkdirSync(programs, { recursive: true });
  for (const [id, object] of objects) writeFileSync(join(programs, `${id}.o`), object);
  writeFileSync(join(programs, "same"), `${same.join("\n")}\n`);
  const files: Record<string, string> = {
    "/tracelet-loader": LOADER,
    "/guest.sh": join(ROOT, "test/scripts/guest.sh"),
    "/ldconfig": "/usr/sbin/ldconfig",
    "/newest/usr/bin/bash": "/bin/bash",
  };
  for (const path of LIBRARIES) if (existsSync(path)) files[`/newest${path}`] = path;
  for (const name of WORKLOADS) {
    const binary = join(work, name);
    execFileSync("gcc", ["-O2", "-static", "-o", binary, join(ROOT, "test/workload", `${name}.c`)]);
    files[`/${name}`] = binary;
  }
  const { status, stdout, stderr } = runInGuest({
    kernel: "6.12",
    files,
    directories: { "/newest": referenceTree(), "/w": programs },
    out,
    timeout: 1500,
    command: "sh /guest.sh",
  });
  if (status !== 0) throw new Error(`the guest ended with ${status}\n${stdout}\n${stderr}`);
  const text = (name: string): string => (existsSync(join(out, name)) ? readFileSync(join(out, name), "utf8") : "");
  return {
    outcome(id) {
      if (!existsSync(join(out, `${id}.status`))) return undefined;
      const records = decode(join(out, `${id}.stream`)).map(({ record }) => record);
      const probes = records.flatMap((record) => (record.type === "attached" ? record.probes : []));
      return { status: Number(text(`${id}.status`)), probes, messages: text(`${id}.err`), records };
    },
    beside: (name) => ({
      ours: rendered(decode(join(out, `${name}.same`))),
      reference: text(`${name}.ref`),
      messages: text(`${name}.sameerr`) + text(`${name}.referr`),
    }),
  };
}

/** The items of a stream, up to where it was cut. */
function decode(path: string): readonly StreamItem[] {
  const items: StreamItem[] = [];
  const decoder = createStreamDecoder((item) => items.push(item));
  if (existsSync(path)) decoder.push(readFileSync(path));
  return items;
}

function rendered(items: readonly StreamItem[]): string {
  const chunks: Buffer[] = [];
  const renderer = createTextRenderer((stream, bytes) => {
    if (stream === "stdout") chunks.push(Buffer.from(bytes));
  }, {});
  for (const { record, time } of items) renderer.record(record, time);
  renderer.end();
  return Buffer.concat(chunks).toString("utf8");
}
