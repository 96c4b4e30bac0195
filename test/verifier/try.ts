import { readFileSync } from "node:fs";
import { readBtf } from "../../compiler/btf/read.ts";
import { loadVerifier } from "../../compiler/verifier/module.ts";
import { profileOf } from "../../compiler/verifier/profiles/profile.ts";
import { verifyProgram } from "../../compiler/verifier/verify.ts";
import { readCase } from "./case-file.ts";
import { kernelBtf, openJudge } from "./kernel-judge.ts";
const v = await loadVerifier();
const b = kernelBtf();
const env = { profile: profileOf("6.18"), btf: b && readBtf(b) };
const judge = openJudge();
for (const f of process.argv.slice(2)) {
  const c = readCase(f, readFileSync(f, "utf8"));
  const r = verifyProgram(v, c.program, env);
  const [k] = judge.judge([{ program: c.program, attachId: 0 }], c.program.maps, Number(process.env.LEVEL ?? 4));
  if (process.env.QUIET === undefined || r.verdict === "unknown" || (r.verdict === "accepted") !== k?.accepted) console.log(f, r.verdict, r.insn, r.message, r.counts, "\nKERNEL", k?.accepted, k?.errno, k?.log, k?.processed);
}
judge.close();
