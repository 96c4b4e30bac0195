/** Size of objects and instructions in them. */
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile, defaultOptions } from "../../compiler/index.ts";
import { benchSnapshot, functionList } from "./compile.ts";
import type { Row } from "./table.ts";
import { articlePrograms, instructionsIn, LOADER, object017, object027, oneLiner, WORK } from "./tools.ts";

export function benchObjects(): readonly Row[] {
  const snapshot = benchSnapshot("6.12");
  const functions = functionList(snapshot);
  const rows: Row[] = [];
  for (const program of articlePrograms()) {
    const result = compile(program.text, defaultOptions(snapshot));
    if (result.object === undefined) throw new Error(`${program.name} does not compile`);
    const path = join(WORK, `${program.name}.bpf.o`);
    writeFileSync(path, result.object);
    const old = object017(oneLiner(program.text));
    const fresh = object027(oneLiner(program.text), functions);
    rows.push({
      what: program.name,
      unit: "insns",
      ours: instructionsIn(path),
      v017: old === undefined ? undefined : instructionsIn(old),
      v027: fresh === undefined ? undefined : instructionsIn(fresh),
      target: /^0[1-8]/.test(program.name) ? { kind: "of-027", limit: 0.7 } : undefined,
    });
    rows.push({
      what: "  object",
      unit: "bytes",
      ours: result.object.length,
      v017: old === undefined ? undefined : statSync(old).size,
      v027: fresh === undefined ? undefined : statSync(fresh).size,
      target: /^0/.test(program.name) ? { kind: "absolute", limit: 12_288 } : undefined,
    });
  }
  rows.push({
    what: "loader binary",
    unit: "bytes",
    ours: statSync(LOADER).size,
    v017: undefined,
    v027: undefined,
    target: { kind: "absolute", limit: 1_300_000 },
  });
  return rows;
}
