/** The kernel that scripts are compiled for: the newest embedded snapshot, so that a seed means the same everywhere. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { openSnapshot, type Snapshot } from "../../compiler/snapshot/index.ts";

export function openKernel(root: string): Snapshot {
  const directory = join(root, "compiler/kernels");
  const file = readdirSync(directory).find((name) => name.includes("-6.12-"));
  if (file === undefined) throw new Error(`no embedded snapshot of 6.12 in ${directory}`);
  return openSnapshot(readFileSync(join(directory, file)), (block, size) =>
    inflateRawSync(block, { maxOutputLength: size }),
  );
}
