/** This machine's kernel as a judge of programs: a small C program loads them, and its words are read back. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { release, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BtfBuilder } from "../../compiler/btf/build.ts";
import type { Btf } from "../../compiler/btf/types.ts";
import { ByteWriter } from "../../compiler/util/bytes.ts";
import { profileOf } from "../../compiler/verifier/profiles/profile.ts";
import type { VerifierMap, VerifierProgram, VerifyEnv } from "../../compiler/verifier/program.ts";
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

/** Compiles the judge into a folder; returns its path. */
export function buildJudge(folder: string, flags: readonly string[]): string {
  const binary = join(folder, "judge");
  const beside = fileURLToPath(new URL("judge.c", import.meta.url));
  // a bundle lies elsewhere than its sources
  const source = existsSync(beside) ? beside : join(process.env.TRACELET_ROOT ?? ".", "test/verifier/judge.c");
  execFileSync("cc", ["-O1", "-Wall", "-Werror", ...flags, "-o", binary, source]);
  return binary;
}

/** Compiles the judge into a folder of its own. */
export function openJudge(): KernelJudge {
  const folder = mkdtempSync(join(tmpdir(), "tracelet-judge-"));
  const binary = buildJudge(folder, []);
  return {
    judge(programs, maps, logLevel = 4) {
      const run = spawnSync(binary, { input: writeBatch(programs, maps, logLevel), maxBuffer: 1 << 30 });
      if (run.status !== 0) throw new Error(`the judge failed: ${run.stderr.toString()}`);
      return readVerdicts(run.stdout);
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}

/** The judge's input: maps, types, then programs. */
export function writeBatch(
  programs: readonly { readonly program: VerifierProgram; readonly attachId: number }[],
  maps: readonly VerifierMap[],
  logLevel: number,
): Uint8Array {
  const out = new ByteWriter("little", 1 << 16);
  out.u32(maps.length);
  for (const map of maps) {
    out.u32(map.type).u32(map.keySize).u32(map.valueSize).u32(map.maxEntries).u32(map.flags);
    out.u32(map.frozen?.length ?? 0);
    if (map.frozen !== undefined) out.raw(map.frozen);
  }
  const types = functionTypes();
  out.u32(types.blob.length).raw(types.blob);
  out.u32(programs.length);
  for (const { program, attachId } of programs) {
    out.u32(PROGRAM_TYPE[program.type]).u32(program.attach === undefined ? 0 : ATTACH[program.attach.kind]);
    const functions = functionStarts(program.code);
    out.u32(attachId).u32(logLevel).u32(functions.length);
    for (const start of functions) out.u32(start).u32(types.fn);
    out.u32(program.code.length / 8).raw(program.code);
  }
  return out.finish();
}

/** `int fn(void)`: one type for every function of every program. */
function functionTypes(): { readonly blob: Uint8Array; readonly fn: number } {
  const builder = new BtfBuilder();
  const returns = builder.int("int", 4, true);
  const proto = builder.add({ kind: "func_proto", returns, params: [], variadic: false });
  const fn = builder.add({ kind: "func", name: "fn", type: proto, linkage: "static" });
  return { blob: builder.finish(), fn };
}

/** First instructions of the functions, where some are called or passed; none for a program without. */
function functionStarts(code: Uint8Array): readonly number[] {
  const starts = new Set<number>();
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  for (let slot = 0; slot < code.length / 8; slot++) {
    const opcode = view.getUint8(slot * 8);
    const source = view.getUint8(slot * 8 + 1) >> 4;
    const target = slot + 1 + view.getInt32(slot * 8 + 4, true);
    if ((opcode === 0x85 && source === 1) || (opcode === 0x18 && source === 4)) starts.add(target);
    if (opcode === 0x18) slot++;
  }
  return starts.size === 0 ? [] : [0, ...[...starts].filter((start) => start > 0).sort((a, b) => a - b)];
}

export function readVerdicts(output: Buffer): KernelVerdict[] {
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

/** BTF id that a tracing program is loaded for; 0: none. */
export function attachId(program: VerifierProgram, btf: Btf): number {
  switch (program.attach?.kind) {
    case "tp_btf":
      return btf.find("typedef", `btf_trace_${program.attach.name}`) ?? 0;
    case "iter":
      return btf.find("func", `bpf_iter_${program.attach.name}`) ?? 0;
    case "fentry":
    case "fexit":
      return btf.find("func", program.attach.function) ?? 0;
    default:
      return 0;
  }
}

/** This machine's kernel as the model's environment. */
export function kernelEnv(btf: Btf): VerifyEnv {
  const possible = readFileSync("/sys/devices/system/cpu/possible", "utf8").trim();
  const cpus = Number(possible.split(/[-,]/).at(-1) ?? 0) + 1;
  return { profile: profileOf(kernelRelease), btf, cpus };
}
