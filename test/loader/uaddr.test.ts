/** uaddr(): variables of a command of our own, which is loaded at a fixed address or anywhere. */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compile, createStreamDecoder, createTextRenderer, defaultOptions } from "../../compiler/index.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { folder, runLoader, whyNot } from "./objects.ts";

const reason = whyNot();

const SOURCE = `#include <stdint.h>
uint32_t counter = 7; int64_t wide = -5; uint8_t narrow = 200;
__attribute__((noinline)) int work(int x) { __asm__ volatile("" ::: "memory"); return x + 1; }
__attribute__((noinline)) int other(int x) { __asm__ volatile("" ::: "memory"); return x + 2; }
int main(void) { for (int i = 0; i < 2; i++) { work(i); other(i); counter++; } return 0; }
`;

describe.skipIf(reason !== undefined).each([
  ["fixed", "-no-pie"],
  ["anywhere", "-pie"],
])("uaddr() in a file that is loaded %s (L5.35)", (name, flag) => {
  const binary = join(folder, name);
  if (reason === undefined) {
    writeFileSync(`${binary}.c`, SOURCE);
    execFileSync("gcc", ["-O1", "-fPIE", flag, "-o", binary, `${binary}.c`]);
  }
  const run = (script: string) => {
    const result = compile(script.replaceAll("BINARY", binary), defaultOptions(defaultSnapshot("6.12")));
    expect(result.diagnostics).toEqual([]);
    writeFileSync(`${binary}.o`, result.object ?? new Uint8Array());
    rmSync(`${binary}.stream`, { force: true });
    const { stderr, status } = runLoader(["run", `${binary}.o`, "-o", `${binary}.stream`, "-c", binary]);
    if (status !== 0) return { text: "", stderr, status };
    const chunks: Buffer[] = [];
    const renderer = createTextRenderer((stream, bytes) => {
      if (stream === "stdout") chunks.push(Buffer.from(bytes));
    });
    const decoder = createStreamDecoder(({ record, time }) => renderer.record(record, time));
    decoder.push(readFileSync(`${binary}.stream`));
    decoder.end();
    renderer.end();
    return { text: Buffer.concat(chunks).toString("utf8").trim(), stderr, status };
  };

  test("variables of every width, where a function begins and where it returns", () => {
    const { text, stderr } =
      run(`uprobe:BINARY:work { printf("%d %d %d ", *uaddr("counter"), *uaddr("wide"), *uaddr("narrow")); }
      uretprobe:BINARY:work { printf("%d %s\\n", *uaddr("counter"), usym(uaddr("counter"))); }`);
    expect(stderr).toBe("");
    // Signed as in bpftrace.
    expect(text).toBe("7 -5 -56 7 counter\n8 -5 -56 8 counter");
  });

  test("each of several functions tells the address by its own place", () => {
    const script = `uprobe:BINARY:work, uprobe:BINARY:other, uprobe:BINARY:mai* { printf("%d ", *uaddr("counter")); }`;
    expect(run(script).text).toBe("7 7 7 8 8");
  });

  test("a pattern of several functions has no place of its own", () => {
    const { text, stderr, status } = run(`uprobe:BINARY:work { printf("%d ", *uaddr("counter")); }
      uprobe:BINARY:*o*r* { printf("%d ", *uaddr("counter")); }`);
    if (flag === "-no-pie") {
      expect(text).toMatch(/^(7 )+(8 )+(8|9)$/);
    } else {
      expect(status).toBe(1);
      expect(stderr).toMatch(/^stdin:2:\d+-\d+: ERROR: uaddr\("counter"\): each process has .*anywhere at an address/);
    }
  });
});
