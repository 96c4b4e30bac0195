/** Every tool that Debian's bpftrace packages ship parses, and survives the formatter (L11.73 … L11.121). */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { printProgram } from "../../compiler/1-parse/print.ts";
import { available } from "../runner/machine.ts";
import { installedTools, packageVersion, shape, tree } from "./support.ts";

const tools = installedTools();
const can = available("parsing Debian's tools", tools.length > 0 ? undefined : "bpftrace is not installed");

test.skipIf(!can)("Debian's tools parse, and the formatter keeps their meaning", () => {
  for (const path of tools) {
    const text = readFileSync(path, "utf8");
    const program = tree(text);
    expect(program.items.length, path).toBeGreaterThan(0);
    const printed = printProgram(program, text);
    const again = tree(printed);
    expect(shape(again), path).toEqual(shape(program));
    expect(printProgram(again, printed), path).toBe(printed);
  }
  console.log(`${tools.length} tools of Debian's bpftrace parsed (system package: ${packageVersion("bpftrace")})`);
});
