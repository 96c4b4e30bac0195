/** This machine's kernel as a judge of programs: a small C program loads them, and its words are read back. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { release, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { VerifierMap, VerifierProgram } from "../../compiler/verifier/program.ts";
import { ByteWriter } from "../../compiler/util/bytes.ts";
import { available, canLoad } from "../tools/external.ts";

export type KernelVerdict = {
  readonly accepted: boolean;
  readonly errno: number;
  /** The log without its last line of counts. */
  readonly log: string;
  /** From that line; 0 where the kernel printed none. */
  readonly processed: number;
};

const PROGRAM_TYPE: Readonly<Record<VerifierProgram["type"], number>> = {
  socket_filter: 1,
  kprobe: 2,
  tracepoint: 5,
  perf_event: 7,
  raw_tracepoint: 17,
  raw_tracepoint_writable: 24,
  tracing: 26,
};
const ATTACH = { tp_btf: 23, fentry: 24, fexit: 25, iter: 28 } as const;

export const kernelRelease = release();

/** True if this process may load programs and compile the judge. */
export function canJudge(): boolean {
  return canLoad() && available("cc");
}

export type KernelJudge = {
  /** @param attachId BTF id of the target, for tracing programs */
  readonly judge: (
    programs: readonly { readonly program: VerifierProgram; readonly attachId: number }[],
    maps: readonly VerifierMap[],
    logLevel?: number,
  ) => readonly KernelVerdict[];
  readonly close: () => void;
};

/** Compiles the judge into a folder of its own. */
export function openJudge(): KernelJudge {
  const folder = mkdtempSync(join(tmpdir(), "tracelet-judge-"));
  const binary = join(folder, "judge");
  const source = fileURLToPath(new URL("judge.c", import.meta.url));
  execFileSync("cc", ["-O1", "-Wall", "-Werror", "-o", binary, source]);
  return {
    judge(programs, maps, logLevel = 4) {
      const out = new ByteWriter("little", 1 << 16);
      out.u32(maps.length);
      for (const map of maps) {
        out.u32(map.type).u32(map.keySize).u32(map.valueSize).u32(map.maxEntries).u32(map.flags);
        out.u32(map.frozen?.length ?? 0);
        if (map.frozen !== undefined) out.raw(map.frozen);
      }
      out.u32(programs.length);
      for (const { program, attachId } of programs) {
        out.u32(PROGRAM_TYPE[program.type]).u32(program.attach === undefined ? 0 : ATTACH[program.attach.kind]);
        out.u32(attachId).u32(logLevel).u32(program.code.length / 8).raw(program.code);
      }
      const run = spawnSync(binary, { input: out.finish(), maxBuffer: 1 << 30 });
      if (run.status !== 0) throw new Error(`the judge failed: ${run.stderr.toString()}`);
      return parse(run.stdout);
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}

function parse(output: Buffer): KernelVerdict[] {
  const verdicts: KernelVerdict[] = [];
  let at = 0;
  while (at < output.length) {
    const end = output.indexOf(10, at);
    const [errno = 0, length = 0] = output.toString("utf8", at, end).split(" ").map(Number);
    const text = output.toString("utf8", end + 1, end + 1 + length);
    at = end + 1 + length + 1;
    const processed = Number(/processed (\d+) insns/.exec(text)?.[1] ?? 0);
    verdicts.push({ accepted: errno === 0, errno, log: text.replace(/\n?processed \d+ insns[\s\S]*$/, ""), processed });
  }
  return verdicts;
}

export function kernelBtf(): Uint8Array | undefined {
  const path = "/sys/kernel/btf/vmlinux";
  return existsSync(path) ? new Uint8Array(readFileSync(path)) : undefined;
}
