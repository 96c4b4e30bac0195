/**
 * Everything that our code generator emits has a simulation: each case, program and installed tool that uses an opcode,
 * helper, map or kind of section that none before it used is loaded and run. CORPUS=all runs every one.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compile, defaultOptions } from "../../compiler/index.ts";
import { openObject } from "../../compiler/link/open-object.ts";
import { loadMachine } from "../../compiler/simulator/machine.ts";
import { splitCase } from "../runner/case-file.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { caseOptions } from "../runner/stages.ts";

const cases = join(import.meta.dirname, "../cases");
const programs = join(import.meta.dirname, "../programs");
const TOOLS = "/usr/sbin";

type Compiled = { readonly name: string; readonly kernel: string; readonly object: Uint8Array };

function* compiledCases(): Generator<Compiled> {
  for (const path of readdirSync(cases, { recursive: true, encoding: "utf8" }).filter((each) =>
    each.endsWith(".case"),
  )) {
    const file = splitCase(readFileSync(join(cases, path), "utf8"));
    const options = caseOptions(file);
    const text = file.sections.find((section) => section.name === "program")?.text ?? "";
    const { object } = compile(text, { ...defaultOptions(defaultSnapshot(options.kernel)), ...options.compile });
    if (object !== undefined) yield { name: path, kernel: options.kernel, object };
  }
}

function* compiledScripts(folder: string): Generator<Compiled> {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((each) => each.endsWith(".bt"))) {
    const options = { ...defaultOptions(defaultSnapshot("6.12")), name, unsafe: true };
    const { object } = compile(readFileSync(join(folder, name), "utf8"), options);
    if (object !== undefined) yield { name, kernel: "6.12", object };
  }
}

/** Opcodes, helpers, maps and kinds of sections of an object. */
function featuresOf(object: Uint8Array): string[] {
  const { elf, maps } = openObject(object);
  const features = maps.maps.map((map) => `map ${map.type}`);
  for (const { name, flags, data } of elf.sections) {
    if (!flags.exec) continue;
    features.push(name.replace(/\/.*/s, ""));
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    for (let at = 0; at + 8 <= data.length; at += 8) {
      const opcode = view.getUint8(at);
      features.push(
        opcode === 0x85 ? `call ${view.getUint8(at + 1) >> 4} ${view.getInt32(at + 4, true)}` : `${opcode}`,
      );
    }
  }
  return features.filter((feature) => !/^call 1 /.test(feature));
}

/** What went wrong: nothing may. */
async function tryAll(all: Iterable<Compiled>): Promise<{ readonly count: number; readonly wrong: readonly string[] }> {
  const wrong: string[] = [];
  const seen = new Set<string>();
  let count = 0;
  for (const { name, kernel, object } of all) {
    count++;
    const fresh = featuresOf(object).filter((feature) => !seen.has(feature));
    if (fresh.length === 0 && process.env.CORPUS !== "all") continue;
    for (const feature of fresh) seen.add(feature);
    try {
      const machine = await loadMachine(object, { btf: defaultSnapshot(kernel).btf });
      machine.task.setThread(7, 7);
      machine.task.setKernelStack([0xffffffff81000000n]);
      machine.programs.forEach(({ name: program }, index) => {
        const failure = machine.run(index);
        if (failure !== undefined) wrong.push(`${name}, ${program}: ${failure.message}`);
        machine.drain(() => {});
      });
    } catch (error) {
      wrong.push(`${name}: ${String(error)}`);
    }
  }
  return { count, wrong };
}

test("every case that compiles", { timeout: 300_000 }, async () => {
  const { count, wrong } = await tryAll(compiledCases());
  expect(wrong).toEqual([]);
  expect(count).toBeGreaterThan(300);
});

test("programs and installed tools", { timeout: 120_000 }, async () => {
  const { count, wrong } = await tryAll([...compiledScripts(programs), ...compiledScripts(TOOLS)]);
  expect(wrong).toEqual([]);
  expect(count).toBeGreaterThan(10);
});
