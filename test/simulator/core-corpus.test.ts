/** Everything that our code generator emits has a simulation: each case, program and installed tool is loaded and run. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compile, defaultOptions } from "../../compiler/index.ts";
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

/** What went wrong: nothing may. */
async function tryAll(all: Iterable<Compiled>): Promise<{ readonly count: number; readonly wrong: readonly string[] }> {
  const wrong: string[] = [];
  let count = 0;
  for (const { name, kernel, object } of all) {
    count++;
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
