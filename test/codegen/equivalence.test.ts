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

/** The first pass that changes what the function does; undefined if none does. */
function brokenBy(seed: number, fn: Fn, expected: string): string | undefined {
  let found: string | undefined;
  optimizeFunction(fn, {
    trace: (pass, next) => {
      if (found !== undefined || outcome(seed, (world) => interpretIr(next, world)) === expected) return;
      found = `broken by pass ${pass}:\n${printFunction(next)}`;
    },
  });
  return found;
}

type Tried = { readonly wrong: string | undefined; readonly spilled: boolean };

/** Whether generated code does the same; if not, everything needed to see why. */
function tryOut(seed: number, fn: Fn, isa: "v2" | "v3", requiredOnly: boolean): Tried {
  const expected = outcome(seed, (world) => interpretIr(fn, world));
  try {
    const optimized = optimizeFunction(fn, { requiredOnly, check: true });
    const frame = layoutFrame(optimized);
    const code = generateFunction(optimized, frame, isa);
    const got = outcome(seed, (world) => interpretEbpf(code.insns, world));
    const spilled = code.frame > frame.size;
    if (got === expected) return { wrong: undefined, spilled };
    const pass = requiredOnly ? undefined : brokenBy(seed, fn, expected);
    const listing = pass ?? `${printFunction(optimized)}\n${printFunctionCode(code)}`;
    return {
      wrong: `seed ${seed} ${isa}: expected\n${expected}\ngot\n${got}\n${listing}\n${printFunction(fn)}`,
      spilled,
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { wrong: `seed ${seed} ${isa}: ${message}\n${printFunction(fn)}`, spilled: false };
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
      const tried = tryOut(seed, fn, isa, i % 3 === 0);
      if (tried.wrong !== undefined) expect.fail(tried.wrong);
      if (tried.spilled) spilled++;
    }
    // The hardest group is there to make the allocator spill.
    if (pressure > 20) expect(spilled).toBeGreaterThan(20);
  });
}
