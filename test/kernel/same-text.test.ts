/**
 * The same programs, on the same events, as bpftrace 0.27.1: each case of test/kernel/same-text runs in a 6.12 guest
 * from an object compiled here, and prints what is stored in the case. With TRACELET_SCRIPTS=1 (make test-scripts)
 * bpftrace runs beside it in the same boot, and must print the same to the byte, addresses included; the stored text is
 * what it printed. (It takes minutes to compile so many programs under emulation, and its packages have to be fetched:
 * too long for make test.) UPDATE=1 stores what was printed; TRACELET_SAME narrows to cases whose path matches.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { joinCase } from "../runner/case-file.ts";
import { available, whyNoCommand, whyNoKernel } from "../runner/machine.ts";
import { whyNoGuest } from "./guest.ts";
import { comparable, type GuestCase, guestCases, normalise, type Pair, runCases, withoutMisses } from "./same-text.ts";

const withReference = process.env.TRACELET_SCRIPTS === "1";
const update = process.env.UPDATE === "1";
const can = available("programs beside bpftrace's text", whyNoKernel() ?? whyNoGuest() ?? whyNoCommand("gcc"));
const cases = guestCases();
const work = mkdtempSync(join(tmpdir(), "tracelet-same-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const STORED = ["text", "messages", "status", "reference"] as const;

/** The case as this run would have it; without the reference, what it said is kept. */
function stored(one: GuestCase, { ours, reference }: Pair): GuestCase["file"] {
  const differs = reference !== undefined && comparable(reference.text) !== comparable(ours.text);
  const known = one.section("reference");
  const values: Record<(typeof STORED)[number], string> = {
    text: stripped(normalise(ours.text)),
    messages: stripped(withoutMisses(ours.messages)),
    status: ours.status === 0 ? "" : String(ours.status),
    reference:
      reference === undefined
        ? known
        : differs
          ? asKnown(stripped(normalise(reference.text)) || "(nothing)", known)
          : "",
  };
  const kept = one.file.sections.filter(({ name }) => !STORED.some((word) => word === name));
  const written = STORED.filter((name) => values[name] !== "").map((name) => ({ name, text: values[name] }));
  return { ...one.file, sections: [...kept, ...written] };
}

/** Entries of equal value have no order of their own: what is stored stands for all. */
function asKnown(text: string, known: string): string {
  return comparable(`${text}\n`) === comparable(`${known}\n`) ? known : text;
}

/** Without its last newline, which joinCase() adds. */
function stripped(text: string): string {
  return text.replace(/\n$/, "");
}

describe.skipIf(!can)("programs in a 6.12 guest", () => {
  let pairs: ReadonlyMap<string, Pair>;
  beforeAll(() => {
    pairs = runCases(work, cases, withReference);
  }, 1_800_000);

  test.each(cases)("$name", (one) => {
    const pair = pairs.get(one.name);
    if (pair === undefined) throw new Error(`${one.name} did not run`);
    const { ours, reference } = pair;
    const found = stored(one, pair);
    if (update) writeFileSync(one.path, joinCase(found));
    else expect(joinCase(found)).toBe(joinCase(one.file));
    if (reference !== undefined && one.section("reference") === "")
      expect(comparable(ours.text), ours.messages + reference.messages).toBe(comparable(reference.text));
  });
});
