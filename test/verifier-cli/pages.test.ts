/** Each page of a code of check proves it: its first program is told so on the kernels named, its second is not. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { verifierCatalog } from "../../compiler/diagnostics/catalog/verifier.ts";
import { type CheckedKernel, checkObject } from "../../compiler/index.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { ROOT } from "../runner/machine.ts";
import { clangObject, hasClang, objectOf } from "./support.ts";

const EMBEDDED = ["6.1", "6.12"];

/** Codes that a script has when it is compiled for the newest kernel that takes it and judged for each. */
async function codesOf(language: string, text: string, kernels: readonly string[]): Promise<readonly string[]> {
  const asked = kernels.map((name): CheckedKernel => (EMBEDDED.includes(name) ? defaultSnapshot(name) : name));
  const object = language === "c" ? clangObject(text) : compileForSome(text, kernels);
  const { kernels: found } = await checkObject(object, { kernels: asked, types: defaultSnapshot("6.12") });
  return found.flatMap(({ diagnostics }) => diagnostics.map(({ code }) => code));
}

function compileForSome(text: string, kernels: readonly string[]): Uint8Array {
  const embedded = kernels.filter((name) => EMBEDDED.includes(name));
  let last: unknown;
  for (const kernel of embedded.length > 0 ? embedded.toReversed() : ["6.12"]) {
    try {
      return objectOf(text, kernel);
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

/** A log of a real kernel is what it needs: see explain-log.test.ts. */
const OTHER = new Set(["log-refusal"]);

describe("pages of the codes of check", () => {
  test.each(Object.keys(verifierCatalog))("%s", { timeout: 60_000 }, async (code) => {
    const path = join(ROOT, `spec/diagnostics/${code}.md`);
    expect(existsSync(path), path).toBe(true);
    if (OTHER.has(code)) return;
    const fences = [...readFileSync(path, "utf8").matchAll(/```(\w+) check=(\S+)\n([\s\S]*?)\n```/g)];
    const [refused, accepted] = fences;
    if (refused === undefined || accepted === undefined) throw new Error(`${code}.md has no two programs`);
    if (refused[1] === "c" && !hasClang) return;
    const found = async ([, language = "", kernels = "", text = ""]: RegExpExecArray) =>
      codesOf(language, text, kernels.split(","));
    expect(await found(refused)).toContain(code);
    expect(await found(accepted)).not.toContain(code);
  });
});
