/**
 * Every tool that Debian's bpftrace packages ship passes the checker against both embedded kernels, but for what those
 * kernels lack (functions, fields) and what the language has dropped since (L1.66). What is left over is printed.
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { expect, test } from "vitest";
import { installedTools } from "../parse/support.ts";
import { available } from "../runner/machine.ts";
import { checked } from "./support.ts";

/** Errors about the kernel at hand, not about the script. */
const KERNEL = new Set([
  "function-missing",
  "no-match",
  "module-missing",
  "function-no-btf",
  "unknown-field",
  "unknown-struct",
]);

/** Tools of 0.17 that read a variable outside the block that assigns it: legal then, an error with a hint now. */
const PROBE_SCOPE = new Set(["tcpconnect.bt", "tcpdrop.bt"]);

const tools = installedTools();
const can = available("checking Debian's tools", tools.length > 0 ? undefined : "bpftrace is not installed");

test.skipIf(!can)("Debian's tools pass", () => {
  const left = new Map<string, string>();
  for (const kernel of ["6.1", "6.12"]) {
    for (const path of tools) {
      const { diagnostics, text } = checked(readFileSync(path, "utf8"), {}, kernel);
      const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error");
      const own = errors.filter((diagnostic) => !KERNEL.has(diagnostic.code));
      const allowed =
        PROBE_SCOPE.has(basename(path)) && own.every((diagnostic) => diagnostic.code === "undefined-variable");
      expect(allowed ? [] : own, `${path} on ${kernel}\n${text}`).toEqual([]);
      if (errors.length > 0)
        left.set(`${path} on ${kernel}`, [...new Set(errors.map((error) => error.message))].join("; "));
    }
  }
  for (const [tool, why] of left) console.log(`${tool}: ${why}`);
  expect(left.size).toBeLessThan(tools.length);
});
