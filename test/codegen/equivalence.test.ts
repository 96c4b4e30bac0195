/** Random programs: the generated code does what the intermediate form says, optimised or not, for both ISA versions. */
import { expect, test } from "vitest";
import type { Function as Fn } from "../../compiler/3-ir/ir.ts";
import { optimizeFunction } from "../../compiler/3-ir/optimize.ts";
import { printFunction } from "../../compiler/3-ir/print.ts";
import { validate } from "../../compiler/3-ir/validate.ts";
import { layoutFrame } from "../../compiler/4-codegen/frame.ts";
import { generateFunction } from "../../compiler/4-codegen/generate.ts";
import { printFunctionCode } from "../../compiler/4-codegen/print.ts";
import { interpretEbpf } from "./interpret-ebpf.ts";
import { interpretIr } from "./interpret-ir.ts";
import { Random, randomProgram } from "./random-program.ts";
import { World } from "./world.ts";

function contextOf(seed: number): Uint8Array {
  const random = new Random(seed + 77);
  return Uint8Array.from({ length: 64 }, () => (random.chance(40) ? 0 : random.below(256)));
}

function outcome(seed: number, run: (world: World) => bigint): string {
  const world = new World(contextOf(seed));
  return world.outcome(run(world));
}

/** What went wrong, with everything needed to see why. */
function mismatch(seed: number, fn: Fn, isa: "v2" | "v3", requiredOnly: boolean): string | undefined {
  const expected = outcome(seed, (world) => interpretIr(fn, world));
  let stage = "";
  try {
    const optimized = optimizeFunction(fn, {
      requiredOnly,
      check: true,
      trace: (pass, next) => {
        if (requiredOnly || stage !== "") return;
        if (outcome(seed, (world) => interpretIr(next, world)) !== expected) stage = `${pass}\n${printFunction(next)}`;
      },
    });
    if (stage !== "") return `seed ${seed}: broken by pass ${stage}\nfrom\n${printFunction(fn)}`;
    const code = generateFunction(optimized, layoutFrame(optimized), isa);
    const got = outcome(seed, (world) => interpretEbpf(code.insns, world));
    if (got === expected) return undefined;
    return `seed ${seed} ${isa}: expected\n${expected}\ngot\n${got}\n${printFunction(optimized)}\n${printFunctionCode(code)}`;
  } catch (error) {
    return `seed ${seed} ${isa} ${requiredOnly}: ${error instanceof Error ? error.message : String(error)}\n${printFunction(fn)}`;
  }
}

// Few, some, and more values at once than there are registers.
const pressures = [
  { pressure: 3, size: 25, count: 900 },
  { pressure: 9, size: 40, count: 700 },
  { pressure: 25, size: 60, count: 500 },
] as const;

for (const { pressure, size, count } of pressures) {
  test(`${count} random programs with ${pressure} values kept to the end`, { timeout: 60_000 }, () => {
    let spilled = 0;
    for (let i = 0; i < count; i++) {
      const seed = pressure * 100_000 + i;
      const fn = randomProgram(seed, size, pressure);
      expect(validate(fn)).toEqual([]);
      const isa = i % 2 === 0 ? "v3" : "v2";
      const wrong = mismatch(seed, fn, isa, i % 3 === 0);
      if (wrong !== undefined) expect.fail(wrong);
      const optimized = optimizeFunction(fn);
      const frame = layoutFrame(optimized);
      if (generateFunction(optimized, frame, isa).frame > frame.size) spilled++;
    }
    // The hardest group is there to make the allocator spill.
    if (pressure > 20) expect(spilled).toBeGreaterThan(20);
  });
}
