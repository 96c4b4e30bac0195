/**
 * How fast the verifier model judges: one-liners, tools, instructions, a program that is too long; and how large it is.
 * Times are of the processor, so that a busy machine does not count.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { compile, defaultOptions } from "../../compiler/index.ts";
import type { Snapshot } from "../../compiler/snapshot/index.ts";
import { MODULE } from "../../compiler/verifier/module.gen.ts";
import { loadVerifier, type Verifier } from "../../compiler/verifier/module.ts";
import { type ObjectVerdict, verifyObject } from "../../compiler/verifier/object.ts";
import { profileOf } from "../../compiler/verifier/profiles/profile.ts";
import type { VerifierProgram } from "../../compiler/verifier/program.ts";
import { verifyProgram } from "../../compiler/verifier/verify.ts";
import { assemble, readCase } from "../verifier/case-file.ts";
import { randomProgram } from "../verifier/random-program.ts";
import { benchSnapshot } from "./compile.ts";
import { median, type Row } from "./table.ts";
import { articlePrograms, ROOT, referenceTree } from "./tools.ts";

const PROFILE = profileOf("6.12.107");
const HOST = profileOf("6.18.44");

type Timed = { readonly name: string; readonly milliseconds: number; readonly instructions: number };

/** Milliseconds of processor time. */
function busy(run: () => void): number {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}
/** Median of `rounds` after as many for warming up. */
function time(rounds: number, run: () => void): number {
  for (let i = 0; i < rounds; i++) run();
  return median(Array.from({ length: rounds }, () => busy(run)));
}

function timeObject(verifier: Verifier, name: string, object: Uint8Array, snapshot: Snapshot, rounds: number): Timed {
  let verdict: ObjectVerdict | undefined;
  const milliseconds = time(rounds, () => {
    verdict = verifyObject(verifier, object, { profile: PROFILE, btf: snapshot.btf });
  });
  const instructions = (verdict?.programs ?? []).reduce((sum, program) => sum + program.counts.processed, 0);
  return { name, milliseconds, instructions };
}

function slowest(all: readonly Timed[]): Timed {
  return all.reduce((a, b) => (b.milliseconds > a.milliseconds ? b : a), {
    name: "",
    milliseconds: 0,
    instructions: 0,
  });
}

/** Texts of the tools that bpftrace's packages ship. */
function toolTexts(): readonly { readonly name: string; readonly text: string; readonly kernel: string }[] {
  const from = (directory: string, version: string, kernel: string) =>
    existsSync(directory)
      ? readdirSync(directory)
          .filter((file) => file.endsWith(".bt"))
          .map((file) => ({ name: `${file} of ${version}`, text: readFileSync(join(directory, file), "utf8"), kernel }))
      : [];
  return [...from("/usr/sbin", "0.17", "6.1"), ...from(join(referenceTree(), "usr/sbin"), "0.27", "6.12")];
}

function programOf(code: Uint8Array): VerifierProgram {
  const about = { name: "", type: "raw_tracepoint", attach: undefined, maps: [], globals: [] } as const;
  return { ...about, code, gpl: true, funcInfo: true };
}

/** Work on unknown numbers and the stack in each round: more than a million instructions. */
const LONG_LOOP = `
  r6 = 0
  r7 = 0
again:
  call 7
  r0 &= 255
  r7 += r0
  r7 ^= r6
  r8 = r7
  r8 *= 3
  r8 >>= 2
  *(u64 *)(r10 - 8) = r8
  r9 = *(u64 *)(r10 - 8)
  r9 -= r7
  r6 += 1
  if r6 < 1000000 goto again
  r0 = r9
  exit
`;
/** Each round leaves a branch to be walked later. */
const BRANCHY_LOOP = `
  r6 = 0
  r7 = 0
again:
  call 7
  if r0 > 10 goto other
  r7 += 3
other:
  r7 += 1
  *(u64 *)(r10 - 8) = r7
  r6 += 1
  if r6 < 1000000 goto again
  r0 = *(u64 *)(r10 - 8)
  exit
`;

export async function benchVerifier(): Promise<readonly Row[]> {
  const verifier = await loadVerifier();
  const snapshots = new Map(["6.1", "6.12"].map((version) => [version, benchSnapshot(version)]));
  const judge = (name: string, text: string, kernel: string, rounds: number): Timed | undefined => {
    const snapshot = snapshots.get(kernel);
    if (snapshot === undefined) throw new Error(`no snapshot of ${kernel}`);
    const { object } = compile(text, { ...defaultOptions(snapshot), name });
    return object === undefined ? undefined : timeObject(verifier, name, object, snapshot, rounds);
  };
  const oneLiners = articlePrograms().flatMap(({ name, text }) => judge(name, text, "6.12", 20) ?? []);
  const tools = toolTexts().flatMap(({ name, text, kernel }) => judge(name, text, kernel, 5) ?? []);

  const counted = readCase("", readFileSync(join(ROOT, "test/verifier/reject/loop-too-long.case"), "utf8")).program;
  const long = [counted, programOf(assemble(LONG_LOOP, [])), programOf(assemble(BRANCHY_LOOP, []))];
  const endless = long.map((program) => {
    let instructions = 0;
    const milliseconds = time(3, () => {
      const { reason, counts } = verifyProgram(verifier, program, { profile: HOST, btf: undefined });
      if (reason !== "too-large" && reason !== "complex")
        throw new Error(`too many instructions are taken as ${reason}`);
      instructions = counts.processed;
    });
    return { name: "", milliseconds, instructions };
  });
  const made = Array.from({ length: 2000 }, (_, seed) => randomProgram(seed, 5 + (seed % 40)));
  let instructions = 0;
  const milliseconds = busy(() => {
    for (const program of made) {
      instructions += verifyProgram(verifier, program, { profile: HOST, btf: undefined }).counts.processed;
    }
  });
  const random = [{ name: "", milliseconds, instructions }];
  const perInsn = (all: readonly Timed[]): number =>
    (1e6 * all.reduce((sum, each) => sum + each.milliseconds, 0)) /
    Math.max(
      1,
      all.reduce((sum, each) => sum + each.instructions, 0),
    );

  const row = (what: string, unit: string, ours: number | undefined, limit: number): Row => ({
    what,
    unit,
    ours,
    v017: undefined,
    v027: undefined,
    target: { kind: "absolute", limit },
  });
  const worst = slowest(tools);
  return [
    row(`slowest one-liner, warm (${slowest(oneLiners).name})`, "ms", slowest(oneLiners).milliseconds, 2),
    row(
      `slowest of ${tools.length} tools (${worst.name}, ${worst.instructions} instructions walked)`,
      "ms",
      tools.length === 0 ? undefined : worst.milliseconds,
      50,
    ),
    row("per instruction walked, long loops", "ns", perInsn(endless), 500),
    row("per instruction walked, 2000 random programs", "ns", perInsn(random), 500),
    row("a million instructions: refused after", "ms", slowest(endless).milliseconds, 1000),
    row("the module, compressed", "KB", gzipSync(Buffer.from(MODULE, "base64"), { level: 9 }).length / 1024, 150),
  ];
}
