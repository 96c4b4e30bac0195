/**
 * The verdicts of `tracelet check` beside those of the kernels they are about: the article's programs and the scripts of
 * cases/ that compile, from the same objects, in guests of the embedded snapshots' kernels.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkObject, compile, defaultOptions } from "../../compiler/index.ts";
import { runInGuest, whyNoGuest } from "../kernel/guest.ts";
import { splitCase } from "../runner/case-file.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { available, LOADER, ROOT, whyNoKernel } from "../runner/machine.ts";

const can = available("verdicts of check beside kernels in guests", whyNoKernel() ?? whyNoGuest());
const KERNELS = ["6.1", "6.12"];
/** A guest has neither the memory for the one nor, emulated, the time for the others: see check.test.ts. */
const TOO_MUCH = new Set(["map-memory.case", "too-many-instructions.case", "too-many-branches.case"]);

/** Every script by name, compiled as `tracelet check` does: for the newest kernel that takes it. */
function objects(): ReadonlyMap<string, Uint8Array> {
  const programs = join(ROOT, "test/programs");
  const cases = join(import.meta.dirname, "cases");
  const texts = [
    ...readdirSync(programs).map((name) => [name, readFileSync(join(programs, name), "utf8")] as const),
    ...readdirSync(cases).map((name) => {
      const { sections } = splitCase(readFileSync(join(cases, name), "utf8"));
      return [name, sections.find((section) => section.name === "program")?.text ?? ""] as const;
    }),
  ];
  const found = new Map<string, Uint8Array>();
  for (const [name, text] of texts.filter(([each]) => !TOO_MUCH.has(each))) {
    const object = ["6.12", "6.1"]
      .map((kernel) => compile(text, { ...defaultOptions(defaultSnapshot(kernel)), name }).object)
      .find((each) => each !== undefined);
    if (object !== undefined) found.set(name, object);
  }
  return found;
}

describe.skipIf(!can)("verdicts of check and of kernels in guests", () => {
  test.each(KERNELS)("%s", { timeout: 300_000 }, async (kernel) => {
    const folder = mkdtempSync(join(tmpdir(), "tracelet-check-"));
    const [input, output] = [join(folder, "in"), join(folder, "out")];
    mkdirSync(input);
    mkdirSync(output);
    try {
      const all = objects();
      for (const [name, object] of all) writeFileSync(join(input, name), object);
      const command = "for f in /in/*; do /loader check $f > /out/$(basename $f) 2> /out/errors; done; true";
      const files = { "/loader": LOADER };
      runInGuest({ kernel, command, files, directories: { "/in": input }, out: output, timeout: 250 });
      const differing: string[] = [];
      /** Where what a script is given decides: the host's parameters, which an object does not tell. */
      const unknown: string[] = [];
      let same = 0;
      let counted = 0;
      for (const [name, object] of all) {
        const told = readFileSync(join(output, name), "utf8");
        const check = await checkObject(object, { kernels: [defaultSnapshot(kernel)], cpus: 1 });
        const [verdict] = check.kernels;
        for (const program of verdict?.programs ?? []) {
          const line = told.split("\n").find((each) => each.includes(` ${program.probe}`)) ?? "(nothing)";
          // the loader's check attaches nothing: functions and events that are absent are not its matter
          const ours =
            program.verdict === "cannot-attach" && line.startsWith("accepted") ? "accepted" : program.verdict;
          const isRefused = ours === "refused" || ours === "cannot-attach" || verdict?.verdict === "refused";
          if (program.verdict === "unknown") {
            unknown.push(name);
            continue;
          }
          if (line.startsWith("accepted") ? ours === "accepted" : isRefused) same++;
          else differing.push(`${name} ${program.probe}: ${program.verdict} here, ${line} there`);
          const verified = Number(/(\d+) verified/.exec(line)?.[1] ?? Number.NaN);
          if (program.verdict === "accepted" && verified > 0) {
            counted++;
            // how far states are alike is the model's guess, not its promise
            if (Math.max(verified, program.budget.verified) > 2 * Math.min(verified, program.budget.verified))
              differing.push(`${name} ${program.probe}: ${program.budget.verified} walked here, ${verified} there`);
          }
        }
      }
      console.log(
        `check and kernel ${kernel}: ${same} programs of ${all.size} objects judged alike, ${counted} counted`,
      );
      expect(differing).toEqual([]);
      expect(unknown.filter((name) => !name.includes("loop-of-parameter"))).toEqual([]);
      expect(same).toBeGreaterThan(20);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
