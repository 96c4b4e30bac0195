/** Every case of accept/ and reject/: the model's verdict, and this machine's kernel's. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readBtf } from "../../compiler/btf/read.ts";
import { loadVerifier, type Verifier } from "../../compiler/verifier/module.ts";
import { compareVersions, profileOf } from "../../compiler/verifier/profiles/profile.ts";
import type { VerifyEnv } from "../../compiler/verifier/program.ts";
import { type Verdict, verifyProgram } from "../../compiler/verifier/verify.ts";
import { type CaseVerdict, readCase } from "./case-file.ts";
import { attachId, canJudge, type KernelJudge, kernelBtf, kernelEnv, openJudge } from "./kernel-judge.ts";

const files = ["accept", "reject"].flatMap((folder) =>
  readdirSync(join(import.meta.dirname, folder))
    .filter((name) => name.endsWith(".case"))
    .map((name) => ({ folder, name, path: join(import.meta.dirname, folder, name) })),
);
const cases = files.map((file) => ({ ...file, case: readCase(file.name, readFileSync(file.path, "utf8")) }));
const judges = canJudge();
const bytes = kernelBtf();
const btf = bytes === undefined ? undefined : readBtf(bytes);
// what needs the kernel's types is judged only where there are some
const judged = cases.filter(
  (each) => btf !== undefined || (each.case.program.attach === undefined && each.name !== "current-task.case"),
);

function expectVerdict(found: Verdict, expected: CaseVerdict): void {
  expect(found.verdict, found.message).toBe(expected.verdict);
  if (expected.walked !== undefined) expect(found.counts.processed).toBe(expected.walked);
  if (expected.verdict === "refused") {
    expect(found.message).toContain(expected.message);
    expect(found.explanation).not.toBe("");
  }
}

describe("cases of the verifier model", () => {
  let verifier: Verifier;
  let env: VerifyEnv;
  beforeAll(async () => {
    verifier = await loadVerifier();
    env = { profile: profileOf("6.18.44"), btf };
  });

  test("there are at least 300, and every folder holds what its name says", () => {
    expect(cases.length).toBeGreaterThanOrEqual(300);
    const misplaced = cases.filter((each) => (each.folder === "accept") !== (each.case.verdict === "accepted"));
    expect(misplaced.map((each) => each.name)).toEqual([]);
  });

  test.each(judged)("$folder/$name", ({ case: expected }) => {
    expectVerdict(verifyProgram(verifier, expected.program, env), expected);
  });

  test.each(
    judged.flatMap(({ folder, name, case: { program, older } }) => (older ? [{ folder, name, program, older }] : [])),
  )("$folder/$name for 6.1", ({ program, older }) => {
    expectVerdict(verifyProgram(verifier, program, { profile: profileOf("6.1"), btf }), older);
  });
});

describe.skipIf(!judges || btf === undefined)("the kernel at hand", () => {
  let judge: KernelJudge;
  beforeAll(() => {
    judge = openJudge();
  });
  afterAll(() => judge.close());

  test("gives every case the verdict that it states", async () => {
    if (btf === undefined) throw new Error("no BTF");
    const verifier = await loadVerifier();
    const env = kernelEnv(btf);
    const wrong: string[] = [];
    for (const { name, case: expected } of judged) {
      const { program } = expected;
      const [verdict] = judge.judge([{ program, attachId: attachId(program, btf) }], program.maps);
      const model = verifyProgram(verifier, program, env);
      if (
        compareVersions(env.profile.version, "6.18.44") >= 0 &&
        verdict?.accepted !== (expected.verdict === "accepted")
      ) {
        wrong.push(`${name}: ${verdict?.log}`);
      } else if (
        compareVersions(env.profile.version, "6.18.44") === 0 &&
        expected.walked !== undefined &&
        verdict?.processed !== expected.walked
      ) {
        wrong.push(`${name}: the kernel walks ${verdict?.processed} instructions`);
      } else if (model.verdict === "accepted" && verdict?.accepted === false) {
        wrong.push(`${name}: accepted by the model alone: ${verdict.log}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
