/**
 * Scripts from the wild: every tool of Debian's bpftrace packages, the configured suite's and the newest's, as it is.
 * Each is compiled against the default snapshot of its time and accepted by this host's verifier. With
 * TRACELET_SCRIPTS=1 (make test-scripts) each is also attached in a 6.12 guest and runs for a while under load; tools
 * whose output does not depend on timing must print what bpftrace 0.27 prints beside them; and their objects are
 * weighed against its own. What a kernel lacks is named in tools.ts.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { whyNoGuest } from "../kernel/guest.ts";
import { available, LOADER, whyNoKernel } from "../runner/machine.ts";
import { compareObject } from "../verifier/agreement.ts";
import { type GuestResults, runTools } from "./guest.ts";
import { TOOL_ROWS } from "./rows.ts";
import { printTable, type Row } from "./table.ts";
import {
  BLIND,
  compileTool,
  diagnosticsOf,
  type Exception,
  installedTools,
  NOT_ACCEPTED,
  NOT_COMPILED,
  newestTools,
  SAME_TEXT,
  type Tool,
} from "./tools.ts";
import { instructionTotals } from "./weigh.ts";

const EXAMPLES = "/usr/share/doc/bpftrace/examples";
const whole = process.env.TRACELET_SCRIPTS === "1";
const isRoot = process.getuid?.() === 0;
const installed = installedTools();
const hasOld = available("the tools of bpftrace 0.17", installed.length > 0 ? undefined : "it is not installed");
const hasNew = available("the tools of bpftrace 0.27", isRoot ? undefined : "unpacking the package needs root");
const tools: readonly Tool[] = [...(hasOld ? installed : []), ...(hasNew ? newestTools() : [])];
const canLoad = available("loading the tools", whyNoKernel());

const work = mkdtempSync(join(tmpdir(), "tracelet-scripts-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const objects = new Map<string, Uint8Array>();
const rows = new Map<string, Row>();

/** A step that went as known: true if it worked; where an exception is on record, the message has to say so. */
function asKnown(worked: boolean, exception: Exception | undefined, message: string): boolean {
  if (!worked) expect(message, "no such exception is known").toMatch(exception?.says ?? /^$/);
  return worked;
}

describe.skipIf(tools.length === 0)("the tools of Debian's bpftrace packages", () => {
  test.skipIf(!hasNew)("every tool that the language names a row for is shipped", () => {
    const shipped = new Set(tools.map((tool) => tool.name));
    expect(Object.keys(TOOL_ROWS).filter((name) => !shipped.has(name))).toEqual([]);
  });

  test.each(tools)("$id compiles and is accepted", (tool) => {
    const { id } = tool;
    const row: Row = {
      tool,
      compiled: false,
      accepted: undefined,
      started: undefined,
      attached: undefined,
      same: undefined,
      reasons: [],
    };
    rows.set(id, row);
    const result = compileTool(tool);
    row.compiled = asKnown(result.object !== undefined, NOT_COMPILED[id], diagnosticsOf(result));
    if (result.object === undefined) return void row.reasons.push(NOT_COMPILED[id]?.why ?? "");
    expect(NOT_COMPILED[id], "it compiles now: take its exception away").toBeUndefined();
    objects.set(id, result.object);
    if (!canLoad) return;
    const path = join(work, `${id}.bpf.o`);
    writeFileSync(path, result.object);
    const { status, stdout, stderr } = spawnSync(LOADER, ["check", path], { encoding: "utf8" });
    expect(compareObject(id, result.object, { status, stdout })).toBeUndefined();
    row.accepted = asKnown(status === 0, NOT_ACCEPTED[id], stderr);
    if (!row.accepted) row.reasons.push(NOT_ACCEPTED[id]?.why ?? "");
  });

  // So that attaching the tools is all that the examples do.
  test.skipIf(!existsSync(EXAMPLES))("the package's examples run the tools, without parameters", () => {
    const known = new Set(installed.map((tool) => `${tool.name}.bt`));
    const commands = readdirSync(EXAMPLES).flatMap((file) => [
      ...readFileSync(join(EXAMPLES, file), "utf8").matchAll(
        /^[#$] (?:sudo )?(?:\.\/)?(\w+\.bt|bpftrace)(?: (.*))?$/gm,
      ),
    ]);
    expect(commands.length).toBeGreaterThanOrEqual(known.size);
    expect(commands.filter((match) => !known.has(match[1] ?? "") || (match[2] ?? "").trim() !== "")).toEqual([]);
  });
});

const canRun = whole && hasNew && available("the tools in a guest", whyNoGuest());
/** Registered by make test-scripts only; there a lack of guests is an error or a skip with its reason. */
const whenWhole: (name: string, body: () => void) => void = canRun ? describe : () => {};
whenWhole("in a 6.12 guest", () => {
  let results: GuestResults;
  beforeAll(() => {
    results = runTools(work, objects, SAME_TEXT);
  }, 1_800_000);
  afterAll(() => console.log(printTable([...rows.values()])));

  test.each(tools.filter(({ id }) => NOT_COMPILED[id] === undefined))("$id starts", ({ id, text }) => {
    const row = rows.get(id);
    const outcome = results.outcome(id);
    if (row === undefined || outcome === undefined) throw new Error(`${id} did not run`);
    const { status, probes, messages, records } = outcome;
    expect(status, messages).toBe(0);
    row.started = true;
    // What runs by itself shows nothing of the traced system, unless that is all that the tool has.
    const byItself = /^(begin|end|interval:.*)$/i;
    const traces = /^(k|kprobe|kretprobe|tracepoint|uprobe|uretprobe|profile):/m.test(text);
    row.attached = !traces || probes.some((probe) => !byItself.test(probe));
    expect(row.attached, messages).toBe(BLIND[id] === undefined);
    if (BLIND[id] !== undefined) row.reasons.push(BLIND[id]);
    const end = records.at(-1);
    if (end?.type === "end") expect(end.ledger.submitted).toBe(end.ledger.delivered);
  });

  test.each(SAME_TEXT)("%s prints what bpftrace 0.27 prints", (name) => {
    const { ours, reference, messages } = results.beside(name);
    expect(reference, messages).not.toBe("");
    expect(ours, messages).toBe(reference);
    const row = rows.get(`0.27-${name}`);
    if (row !== undefined) row.same = true;
  });

  test("more start than with bpftrace itself (32 of 38, 34 of 39), and more of them see something (29, 34)", () => {
    const count = (version: string, step: "started" | "attached"): number =>
      [...rows.values()].filter((row) => row.tool.version === version && row[step] === true).length;
    expect(count("0.27", "started")).toBeGreaterThan(34);
    expect(count("0.27", "attached")).toBeGreaterThan(34);
    if (!hasOld) return;
    expect(count("0.17", "started")).toBeGreaterThan(32);
    expect(count("0.17", "attached")).toBeGreaterThan(29);
  });
});

whenWhole("beside bpftrace 0.27's objects", () => {
  test("at most 0.7 of its instructions, and none is longer", () => {
    const { lines, ratio, longer } = instructionTotals(work, newestTools(), objects);
    console.log(lines);
    expect(longer).toEqual([]);
    expect(ratio).toBeLessThanOrEqual(0.7);
  }, 300_000);
});
