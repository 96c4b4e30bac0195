import { describe, expect, test } from "vitest";
import { basic } from "./basic.ts";
import { makeObject, type Rec, runLoader, whyNot } from "./objects.ts";

const reason = whyNot();
if (reason !== undefined) console.warn(`loader tests are skipped: ${reason}`);

const of = (all: readonly Rec[], type: string) => all.filter((record) => record.type === type);

describe.skipIf(reason !== undefined)("a run of begin and end probes", () => {
  const object = reason === undefined ? makeObject("basic.bpf.c", basic()) : "";
  const run = reason === undefined ? runLoader(["run", object, "0x10", "second", "--", "--n=-5"]) : undefined;

  test("ends with exit()'s status and says nothing on stderr", () => {
    expect(run?.stderr).toBe("");
    expect(run?.status).toBe(3);
  });

  test("streams records in order, each with its decoded values", () => {
    expect(run?.records.map((record) => record.type)).toEqual([
      "header",
      "attached",
      "printf",
      "map",
      "printf",
      "printf",
      "printf",
      "detached",
      "map",
      "map",
      "map",
      "map",
      "map",
      "map",
      "end",
    ]);
    expect(of(run?.records ?? [], "printf").map((record) => record.args)).toEqual([
      [-7, "hello"],
      [16, "second"],
      [-5, "n"],
      [2, "bye"],
    ]);
    expect(of(run?.records ?? [], "attached")[0]).toEqual({ type: "attached", count: 2, probes: ["begin", "end"] });
  });
});
