/** The embedded kernel snapshots, opened once per test process. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { openSnapshot, type Snapshot } from "../../compiler/snapshot/index.ts";

const opened = new Map<string, Snapshot>();

/** "6.1" or "6.12". */
export function defaultSnapshot(version: string): Snapshot {
  const known = opened.get(version);
  if (known !== undefined) return known;
  const directory = join(import.meta.dirname, "../../compiler/kernels");
  const file = readdirSync(directory).find((name) => name.endsWith(".tls") && name.includes(`-${version}-`));
  if (file === undefined) throw new Error(`no embedded snapshot of ${version} in ${directory}`);
  const snapshot = openSnapshot(readFileSync(join(directory, file)), (block, size) =>
    inflateRawSync(block, { maxOutputLength: size }),
  );
  opened.set(version, snapshot);
  return snapshot;
}
