/**
 * Logs that kernels 5.10, 6.12 and 7.3 printed of the objects in logs/, told in their sources' terms. unchecked, unbounded
 * and number are clang's (loaded by bpftool), loop is of a script (loaded by tracelet-loader).
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CheckError, type ExplainedLog, explainLog, renderDiagnostics } from "../../compiler/index.ts";
import { folder, tracelet } from "../cli/support.ts";
import { available, LOADER, whyNoKernel } from "../runner/machine.ts";
import { objectOf } from "./support.ts";

const logs = join(import.meta.dirname, "logs");
const KERNELS = ["5.10", "6.12", "7.3"];
const logOf = (name: string, kernel: string): string => readFileSync(join(logs, `${name}-${kernel}.log`), "utf8");
const objectFile = (name: string): Uint8Array => new Uint8Array(readFileSync(join(logs, `${name}.bpf.o`)));

function textOf({ diagnostics, source }: ExplainedLog): string {
  return source === undefined ? "" : renderDiagnostics(diagnostics, source);
}

describe("logs of kernels", () => {
  test.each(KERNELS)("%s: a pointer that may be null, and where it comes from", async (kernel) => {
    const found = await explainLog(logOf("unchecked", kernel), { object: objectFile("unchecked") });
    expect(found.log.insn).toBe(7);
    expect(found.probe).toBe("unchecked");
    expect(textOf(found)).toMatch(
      /^\.\/unchecked\.bpf\.c:17:10-11: ERROR: the kernel refuses unchecked: .* may be null/,
    );
    expect(textOf(found)).toMatch(/unchecked\.bpf\.c:15:20-39: NOTE: .*\n {4}struct value \*v = bpf_map_lookup_elem/);
    expect(textOf(found)).toContain("NOTE: the verifier says: R0 invalid mem access 'map_value_or_null'\n");
    expect(textOf(found)).toContain("HINT: check it first: if ($p != 0)");
  });

  test.each(KERNELS)("%s: an index without a bound that suffices", async (kernel) => {
    const found = await explainLog(logOf("unbounded", kernel), { object: objectFile("unbounded") });
    expect(textOf(found)).toMatch(
      /^\.\/unbounded\.bpf\.c:21:15-16: ERROR: the kernel refuses unbounded: an offset or size/,
    );
    expect(textOf(found)).toContain("value_size=72 off=800 size=8");
    if (kernel !== "7.3") expect(textOf(found)).toContain("a number from 0 to 99");
  });

  test.each(KERNELS)("%s: a number used as an address", async (kernel) => {
    const found = await explainLog(logOf("number", kernel), { object: objectFile("number") });
    expect(textOf(found)).toMatch(/^\.\/number\.bpf\.c:16:9-10: ERROR: .*a number is used as an address/);
    expect(textOf(found)).toMatch(/number\.bpf\.c:14:19-22: NOTE/);
  });

  test.each(KERNELS)("%s: a script's endless loop", async (kernel) => {
    const found = await explainLog(logOf("loop", kernel), { object: objectFile("loop") });
    expect(found.probe).toBe("kprobe:vfs_read");
    expect(textOf(found)).toMatch(/^stdin:1:22-38: ERROR: the kernel refuses kprobe:vfs_read: a loop comes round/);
    expect(found.log.messages).toEqual(["infinite loop detected at insn 0"]);
  });

  test("7.3's report: category, reason, place, what led there, advice", async () => {
    const { log } = await explainLog(logOf("unchecked", "7.3"));
    expect(log.report).toMatchObject({
      category: "Register Type Safety",
      problem: "Invalid dereference",
      at: { function: "unchecked", file: "unchecked.bpf.c", line: 17, column: 10, insn: 7, label: "error" },
      suggestion: "Add a NULL check before the access and dereference the pointer only on the non-NULL path.",
    });
    expect(log.report?.reason).toMatch(/^R0 may be NULL here .* cannot prove this access is safe\.$/);
    expect(log.report?.path.map(({ insn, line, label }) => [insn, line, label])).toEqual([[6, 15, "update"]]);
  });

  test("without its object, a log is explained by its own words", async () => {
    const { diagnostics, source } = await explainLog(logOf("unchecked", "6.12"));
    expect(source).toBeUndefined();
    expect(diagnostics[0]?.notes.map(({ text }) => text)).toContain("at the line: v->count++;");
  });

  test("a log of another object is not mapped to this one", async () => {
    const wrong = explainLog(logOf("unchecked", "6.12"), { object: objectFile("number") });
    await expect(wrong).rejects.toThrow(/another object/);
  });

  test("what is no log, or a log that ends early, is refused with the reason", async () => {
    await expect(explainLog("hello\nworld\n")).rejects.toThrow(CheckError);
    await expect(explainLog("")).rejects.toThrow(/no log of a verifier/);
    const cut = logOf("unchecked", "6.12").split("R0 invalid")[0] ?? "";
    await expect(explainLog(cut, { object: objectFile("unchecked") })).rejects.toThrow(
      /ends before the verifier says why/,
    );
  });

  test("a log of a program that was accepted says so", async () => {
    const text =
      "0: R1=ctx() R10=fp0\n0: (b7) r0 = 0\n1: (95) exit\nprocessed 2 insns (limit 1000000) total_states 0\n";
    expect(await explainLog(text)).toMatchObject({ diagnostics: [], log: { processed: 2, messages: [] } });
  });

  test("logs cut at any line and mixed up are explained or refused, nothing else", async () => {
    const object = objectFile("unbounded");
    for (const kernel of KERNELS) {
      const lines = logOf("unbounded", kernel).split("\n");
      for (let n = 0; n < lines.length; n += 3) {
        for (const text of [
          lines.slice(n).join("\n"),
          lines.slice(0, n).join("\n"),
          [...lines].reverse().slice(n).join("\n"),
        ]) {
          await explainLog(text, { object }).catch((error: unknown) => {
            if (!(error instanceof CheckError)) throw error;
          });
        }
      }
    }
  });
});

describe("tracelet explain-log", () => {
  test("reads a file or standard input, an object or a script; text or JSON", () => {
    const [log, object] = [join(logs, "loop-6.12.log"), join(logs, "loop.bpf.o")];
    const text = tracelet(["explain-log", log, object]);
    expect(text).toMatchObject({ status: 0, stderr: "" });
    expect(text.stdout).toContain("ERROR: the kernel refuses kprobe:vfs_read: a loop comes round");
    const input = readFileSync(log, "utf8");
    const json = tracelet(["explain-log", "-", "--json", object], { input });
    expect(JSON.parse(json.stdout)).toMatchObject({
      version: 1,
      verdict: "refused",
      probe: "kprobe:vfs_read",
      insn: 0,
      diagnostics: [{ code: "log-refusal", range: { start: { line: 1, column: 22 } } }],
    });
  });

  test("what cannot be read has a reason", () => {
    expect(tracelet(["explain-log", "/nosuch.log"])).toMatchObject({ status: 1, stdout: "" });
    expect(tracelet(["explain-log", "-"], { input: "hello" }).stderr).toContain("no log of a verifier");
    const wrong = tracelet(["explain-log", join(logs, "loop-6.12.log"), join(logs, "number.bpf.o")]);
    expect(wrong.stderr).toContain("another object");
    expect(wrong.status).toBe(1);
  });
});

describe.skipIf(!available("explaining this kernel's log", whyNoKernel()))("this machine's kernel", () => {
  test("the loader's log of a refused script is explained", async () => {
    const script = "kprobe:vfs_read\n{\n\t$n = arg2;\n\twhile ($n > 10) {\n\t\t$n = arg1;\n\t\t@++;\n\t}\n}";
    const object = objectOf(script);
    const path = join(folder, "refused.bpf.o");
    writeFileSync(path, object);
    const { stderr } = spawnSync(LOADER, ["check", "-v", path], { encoding: "utf8" });
    const found = await explainLog(stderr, { object });
    expect(textOf(found)).toMatch(/^stdin:4:2-18: ERROR: the kernel refuses kprobe:vfs_read: a loop comes round/);
    const log = join(folder, "refused.log");
    writeFileSync(log, stderr);
    expect(tracelet(["explain-log", log, "-e", script]).stdout).toContain("stdin:4:2-18: ERROR");
  });
});
