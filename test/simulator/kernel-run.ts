/** This machine's kernel as the other one that runs programs: test-runs of raw tracepoint programs, and their maps after. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BtfBuilder } from "../../compiler/btf/build.ts";
import type { ObjectMap } from "../../compiler/link/maps.ts";
import { ByteWriter } from "../../compiler/util/bytes.ts";
import { available, canLoad } from "../tools/external.ts";

export type KernelProgram = {
  /** As link/link-program.ts leaves it. */
  readonly code: Uint8Array;
  readonly maps: readonly { readonly map: ObjectMap; readonly contents: Uint8Array | undefined }[];
  /** Arguments of the tracepoint. */
  readonly context: Uint8Array;
};
export type KernelResult =
  | { readonly kind: "refused"; readonly errno: number; readonly log: string }
  /** Per map, "key:value" in hexadecimal, sorted. */
  | { readonly kind: "ran"; readonly r0: number; readonly maps: readonly (readonly string[])[] };

export function canRun(): boolean {
  return canLoad() && available("cc");
}

/** @throws Error if the runner itself fails */
export function runInKernel(programs: readonly KernelProgram[]): readonly KernelResult[] {
  const folder = mkdtempSync(join(tmpdir(), "tracelet-run-"));
  try {
    const binary = join(folder, "kernel-run");
    const source = fileURLToPath(new URL("kernel-run.c", import.meta.url));
    execFileSync("cc", ["-O1", "-Wall", "-Werror", "-o", binary, source]);
    const run = spawnSync(binary, { input: writeBatch(programs), maxBuffer: 1 << 30 });
    if (run.status !== 0) throw new Error(`kernel-run failed: ${run.stderr.toString()}`);
    return readResults(run.stdout.toString("latin1"), programs);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function writeBatch(programs: readonly KernelProgram[]): Uint8Array {
  const types = functionTypes();
  const out = new ByteWriter("little", 1 << 16);
  out.u32(types.blob.length).raw(types.blob).u32(programs.length);
  for (const { code, maps, context } of programs) {
    out.u32(maps.length);
    for (const { map, contents } of maps) {
      out.u32(map.type).u32(map.keySize).u32(map.valueSize).u32(map.maxEntries).u32(map.flags);
      out.u32(map.frozen === undefined ? 0 : 1).u32(contents?.length ?? 0);
      if (contents !== undefined) out.raw(contents);
    }
    const functions = functionStarts(code);
    out.u32(functions.length);
    for (const start of functions) out.u32(start).u32(types.fn);
    out.u32(code.length / 8).raw(code);
    out.u32(context.length).raw(context);
  }
  return out.finish();
}

/** `int fn(void)`: one type for every function. */
function functionTypes(): { readonly blob: Uint8Array; readonly fn: number } {
  const builder = new BtfBuilder();
  const returns = builder.int("int", 4, true);
  const proto = builder.add({ kind: "func_proto", returns, params: [], variadic: false });
  const fn = builder.add({ kind: "func", name: "fn", type: proto, linkage: "static" });
  return { blob: builder.finish(), fn };
}

/** First slots of a program's functions; none for a program that is one. */
export function functionStarts(code: Uint8Array): readonly number[] {
  const starts = new Set<number>();
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  for (let slot = 0; slot < code.length / 8; slot++) {
    const opcode = view.getUint8(slot * 8);
    const source = view.getUint8(slot * 8 + 1) >> 4;
    if ((opcode === 0x85 && source === 1) || (opcode === 0x18 && source === 4))
      starts.add(slot + 1 + view.getInt32(slot * 8 + 4, true));
    if (opcode === 0x18) slot++;
  }
  return starts.size === 0 ? [] : [0, ...[...starts].filter((start) => start > 0).sort((a, b) => a - b)];
}

function readResults(output: string, programs: readonly KernelProgram[]): KernelResult[] {
  const results: KernelResult[] = [];
  let at = 0;
  const line = (): string => {
    const end = output.indexOf("\n", at);
    const text = output.slice(at, end);
    at = end + 1;
    return text;
  };
  for (const { maps } of programs) {
    const [word = "", first = "0", second = "0"] = line().split(" ");
    if (word === "refused") {
      const log = output.slice(at, at + Number(second));
      at += Number(second) + 1;
      results.push({ kind: "refused", errno: Number(first), log });
    } else {
      results.push({
        kind: "ran",
        r0: Number(first),
        maps: maps.map(() =>
          line()
            .split(" ")
            .filter((entry) => entry !== "")
            .sort(),
        ),
      });
    }
  }
  return results;
}
