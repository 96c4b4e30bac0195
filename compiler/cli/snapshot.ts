/** `tracelet snapshot`: packs a captured kernel (or captures this host's first). */

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { packCapture, packFiles, SnapshotError } from "../snapshot/index.ts";
import { CliError, EXIT, progress, readInput, reason, writeOutput } from "./io.ts";
import { packOptions } from "./kernels.ts";
import { findLoader } from "./loader.ts";

type Args = { readonly o?: string | undefined; readonly from?: string | undefined };

export async function snapshotCommand(args: Args): Promise<number> {
  const out = args.o;
  if (out === undefined) throw new CliError(EXIT.usage, "snapshot needs -o FILE", "tracelet snapshot -o host.tls");
  const bar = progress("packing the kernel's types");
  try {
    writeOutput(out, pack(args.from));
  } catch (error) {
    if (error instanceof SnapshotError) throw new CliError(EXIT.refused, `${args.from ?? "capture"}: ${error.message}`);
    throw error;
  } finally {
    bar.done();
  }
  return EXIT.ok;
}

function pack(from: string | undefined): Uint8Array {
  if (from === undefined) {
    const capture = spawnSync(findLoader(), ["snapshot"], { maxBuffer: 1 << 30 });
    if (capture.status !== 0)
      throw new CliError(
        EXIT.host,
        `cannot read this kernel: ${capture.stderr?.toString().trim() || reason(capture.error)}`,
      );
    return packCapture(capture.stdout, packOptions());
  }
  if (from !== "-" && statSync(from, { throwIfNoEntry: false })?.isDirectory() === true) {
    const files = new Map<string, Uint8Array>();
    for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) {
        const path = join(entry.parentPath, entry.name);
        files.set(relative(from, path), readFileSync(path));
      }
    }
    return packFiles(files, packOptions());
  }
  return packCapture(readInput(from), packOptions());
}
