/**
 * Every case of test/cases that a loader runs without a real probe, simulated: the same text, JSON, messages and status as
 * the case records of the loader.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  createJsonRenderer,
  createTextRenderer,
  inspectObject,
  ParameterError,
  simulate,
} from "../../compiler/index.ts";
import { splitCase } from "../runner/case-file.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { type CaseOptions, caseOptions, compileCase, diagnosticsText } from "../runner/stages.ts";
import { HOST_COMMANDS } from "./host-cases.ts";

const directory = join(import.meta.dirname, "../cases");
const paths = readdirSync(directory, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".case") && path.includes(process.env.FILTER ?? ""))
  .sort();

const SHOWN = ["run", "json", "stderr", "status"] as const;
/** Attach points that the simulator runs by itself. */
const OWN = new Set(["begin", "end", "interval"]);

type Simulated = { stdout: string; stderr: string; status: number };

async function simulateCase(object: Uint8Array, options: CaseOptions, format: "text" | "json"): Promise<Simulated> {
  const snapshot = defaultSnapshot(options.kernel);
  const result: Simulated = { stdout: "", stderr: "", status: -1 };
  const make = format === "json" ? createJsonRenderer : createTextRenderer;
  const { flags } = options;
  const renderer = make(
    (stream, bytes) => {
      result[stream] += Buffer.from(bytes).toString("latin1");
    },
    { quiet: flags.includes("-q"), warnings: !flags.includes("--no-warnings"), color: false },
  );
  const setup = { commands: HOST_COMMANDS, childPid: flags.includes("-c") ? 4343 : 0 };
  const pid = flags.includes("-p") ? { pid: Number(flags[flags.indexOf("-p") + 1]) } : {};
  const items = simulate(object, {
    snapshot,
    allWarnings: flags.includes("-k"),
    setup,
    ...parameters(options),
    ...pid,
  });
  try {
    for await (const { record, time } of items) {
      if (record.type === "end") result.status = record.status;
      renderer.record(record, time);
    }
  } catch (error) {
    // As the command line tells it.
    if (!(error instanceof ParameterError)) throw error;
    result.stderr += `ERROR: ${error.message}\n`;
    result.status = 1;
  }
  renderer.end();
  return result;
}

/** Parameters that a case leaves to the loader. */
function parameters(options: CaseOptions): { positional?: readonly string[]; named?: ReadonlyMap<string, string> } {
  if (options.compile.positional !== undefined) return {};
  const dashes = options.params.indexOf("--");
  const words = dashes < 0 ? [...options.params] : options.params.slice(0, dashes);
  const named = new Map<string, string>();
  for (const word of dashes < 0 ? [] : options.params.slice(dashes + 1)) {
    const match = /^--([^=]+)(?:=(.*))?$/s.exec(word);
    if (match?.[1] !== undefined) named.set(match[1], match[2] ?? "true");
    else words.push(word);
  }
  return { positional: words, named };
}

function withoutLastNewline(text: string): string {
  const utf8 = Buffer.from(text, "latin1").toString("utf8");
  return utf8.endsWith("\n") ? utf8.slice(0, -1) : utf8;
}

describe("cases without real probes give the loader's text", () => {
  let compared = 0;
  for (const path of paths) {
    const file = splitCase(readFileSync(join(directory, path), "utf8"));
    const wanted = file.sections.filter((section) => SHOWN.some((name) => name === section.name));
    if (wanted.length === 0) continue;
    test(path, async () => {
      const options = caseOptions(file);
      const compiled = compileCase(file, options);
      const { object } = compiled.result;
      // What the compiler refuses needs neither loader nor simulator.
      if (object === undefined) return;
      if (inspectObject(object).manifest.programs.some(({ attach }) => attach.some(({ kind }) => !OWN.has(kind))))
        return;
      const said = diagnosticsText(compiled);
      const before = said === "" || options.flags.includes("--no-warnings") ? "" : `${said}\n`;
      const actual = new Map<string, string>();
      const text = await simulateCase(object, options, "text");
      actual.set("run", withoutLastNewline(text.stdout));
      actual.set("stderr", withoutLastNewline(before + text.stderr));
      actual.set("status", String(text.status));
      if (wanted.some((section) => section.name === "json"))
        actual.set("json", withoutLastNewline((await simulateCase(object, options, "json")).stdout));
      const show = (sections: readonly { readonly name: string; readonly text: string }[]): string =>
        sections.map((section) => `=== ${section.name}\n${section.text}`).join("\n");
      compared++;
      expect(show(wanted.map(({ name }) => ({ name, text: actual.get(name) ?? "" })))).toBe(show(wanted));
    });
  }
  test("there are cases", () => {
    if (process.env.FILTER === undefined) expect(compared).toBeGreaterThan(400);
  });
});
