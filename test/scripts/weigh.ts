/** Instructions of the tools' objects beside those that bpftrace 0.27 generates for the same text. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { benchSnapshot, functionList } from "../bench/compile.ts";
import { instructionsIn, object027, WORK } from "../bench/tools.ts";
import { BLIND, type Tool } from "./tools.ts";

export type Weighed = {
  /** A line per tool, and the total. */
  readonly lines: string;
  /** Sums over the tools that both compile, and ours to the reference's. */
  readonly ours: number;
  readonly theirs: number;
  readonly tools: number;
  readonly ratio: number;
  /** The greatest ratio of one tool. */
  readonly most: number;
  /** Tools of which ours are longer. */
  readonly longer: readonly string[];
};

/** Probes that the kernel lacks count on neither side: bpftrace leaves them out, our objects keep them for other hosts. */
export function instructionTotals(
  work: string,
  tools: readonly Tool[],
  objects: ReadonlyMap<string, Uint8Array>,
): Weighed {
  mkdirSync(WORK, { recursive: true });
  const functions = functionList(benchSnapshot("6.12"));
  const weighed: { readonly name: string; readonly ours: number; readonly theirs: number }[] = [];
  for (const { id, name, text } of tools) {
    const object = objects.get(id);
    // -e takes no interpreter line.
    const reference = object === undefined ? undefined : object027(text.replace(/^#!.*\n/, ""), functions);
    if (object === undefined || reference === undefined) continue;
    const path = join(work, `${id}.weighed.o`);
    writeFileSync(path, object);
    weighed.push({
      name,
      ours: instructionsIn(path, (section) => BLIND[id] === undefined || !/^k(ret)?probe/.test(section)),
      theirs: instructionsIn(reference),
    });
  }
  const sum = (side: "ours" | "theirs"): number => weighed.reduce((total, each) => total + each[side], 0);
  const ratio = sum("ours") / sum("theirs");
  const line = (name: string, ours: number, theirs: number): string =>
    `${name.padEnd(20)}${String(ours).padStart(6)}${String(theirs).padStart(8)}${(ours / theirs).toFixed(2).padStart(7)}`;
  const lines = [
    "",
    "instructions          ours    0.27  ratio",
    ...weighed.map((w) => line(w.name, w.ours, w.theirs)),
  ];
  lines.push(line(`${weighed.length} tools`, sum("ours"), sum("theirs")));
  return {
    lines: lines.join("\n"),
    ours: sum("ours"),
    theirs: sum("theirs"),
    tools: weighed.length,
    ratio,
    most: Math.max(...weighed.map((w) => w.ours / w.theirs)),
    longer: weighed.filter((w) => w.ours > w.theirs).map((w) => `${w.name}: ${w.ours} to ${w.theirs}`),
  };
}
