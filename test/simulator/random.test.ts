/**
 * Random programs run by this machine's kernel and in WebAssembly: the same r0, the same maps afterwards. Programs are
 * those that the verifier model is tested with, made deterministic: clocks, random numbers and what a frame holds before
 * it is written are constants.
 */
import { expect, test } from "vitest";
import { decode } from "../../compiler/ebpf/decode.ts";
import { slotCount } from "../../compiler/ebpf/encode.ts";
import type { Insn } from "../../compiler/ebpf/insn.ts";
import * as asm from "../../compiler/ebpf/insn.ts";
import type { RelocationTarget } from "../../compiler/ebpf/layout.ts";
import { machineOf } from "../../compiler/simulator/make-machine.ts";
import { encode, FUZZ_MAPS, randomProgram } from "../verifier/random-program.ts";
import { canRun, functionStarts, type KernelProgram, runInKernel } from "./kernel-run.ts";

const COUNT = Number(process.env.RANDOM_COUNT ?? 300);
const FIRST = Number(process.env.RANDOM_SEED ?? 0);
/** bpf_ktime_get_ns, bpf_get_prandom_u32, bpf_get_smp_processor_id. */
const CHANGING = new Set([5, 7, 8]);
const FRAME = 128;

/** The same program with constants for what differs from run to run, and frames that start as zeros. */
function tame(code: Uint8Array): Uint8Array {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  const relocations = new Map<number, RelocationTarget>();
  for (let slot = 0; slot * 8 < code.length; slot++) {
    if (view.getUint8(slot * 8) !== 0x18) continue;
    const source = view.getUint8(slot * 8 + 1) >> 4;
    const name = FUZZ_MAPS[view.getInt32(slot * 8 + 4, true)]?.name ?? "";
    if (source === 1) relocations.set(slot, { kind: "map", name });
    if (source === 2) relocations.set(slot, { kind: "map-value", name, offset: view.getInt32(slot * 8 + 12, true) });
    slot++;
  }
  const starts = new Set([0, ...functionStarts(code)]);
  const labels = new Map([...starts].map((start) => [start, `fn${start}`]));
  const out: Insn[] = [];
  let slot = 0;
  for (const insn of decode(code, { relocations, labels })) {
    const isChanging = insn.kind === "call" && insn.target.kind === "helper" && CHANGING.has(insn.target.id);
    out.push(isChanging ? asm.mov.imm(asm.r0, 12345) : insn);
    if (insn.kind === "label" && insn.name === `fn${slot}`)
      for (let at = 8; at <= FRAME; at += 8) out.push(asm.st(8, asm.r10, -at, 0));
    slot += slotCount(insn);
  }
  return encode(out);
}

const maps = FUZZ_MAPS.map((map) => ({ map, contents: map.frozen }));
const context = new Uint8Array(96).map((_, index) => (index * 59 + 3) & 0xff);

test.skipIf(!canRun())(`${COUNT} random programs end as in this kernel`, { timeout: 300_000 }, async () => {
  const programs: (KernelProgram & { readonly seed: number })[] = [];
  for (let seed = FIRST; programs.length < COUNT; seed++) {
    const { type, code } = randomProgram(seed, 6 + (seed % 30));
    if (type === "raw_tracepoint") programs.push({ seed, code: tame(code), maps, context });
  }
  const results = runInKernel(programs);
  const accepted = programs.flatMap((program, index) => {
    const result = results[index];
    return result?.kind === "ran" ? [{ program, result }] : [];
  });
  expect(accepted.length).toBeGreaterThan(COUNT / 5);

  let wrong: { readonly program: KernelProgram; readonly expected: unknown; readonly got: unknown }[] = [];
  for (const { program, result } of accepted) {
    const { seed, code } = program;
    const places = { functions: [{ start: 0, section: "raw_tp", offset: 0 }], lines: new Map(), absent: new Map() };
    const machine = await machineOf([{ name: `seed ${seed}`, section: "raw_tp", code, ...places }], maps, {
      btf: undefined,
      // bpf_loop() may go round 8 million times.
      budget: 2 ** 30,
    });
    new Uint8Array(machine.context.buffer, machine.context.byteOffset).set(context);
    machine.task.setComm("kernel-run");
    const failure = machine.run(0);
    const r0 = Number(machine.result() & 0xffffffffn);
    const held = machine.maps.map((map) =>
      [...map.entries()].map(({ key, values }) => `${toHex(key)}:${toHex(values[0] ?? new Uint8Array())}`).sort(),
    );
    const expected = { seed, failure: undefined, r0: result.r0, maps: result.maps };
    const got = { seed, failure, r0, maps: held };
    if (JSON.stringify(expected) !== JSON.stringify(got)) wrong.push({ program, expected, got });
  }
  // Some look at addresses, which differ from run to run in the kernel too: those say nothing.
  const before = wrong.length;
  wrong = wrong.filter(({ program }) => {
    const again = runInKernel(Array.from({ length: 16 }, () => program));
    return new Set(again.map((result) => JSON.stringify(result))).size === 1;
  });
  const vague = before - wrong.length;
  console.log(
    `random programs: ${accepted.length} of ${COUNT} accepted and run, ${vague} depend on addresses, ${wrong.length} ended otherwise`,
  );
  expect(vague).toBeLessThan(accepted.length / 50 + 3);
  expect(wrong.map(({ expected, got }) => ({ expected, got }))).toEqual([]);
});

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
