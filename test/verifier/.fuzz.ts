import { writeFileSync } from "node:fs";
import { readBtf } from "../../compiler/btf/read.ts";
import { loadVerifier } from "../../compiler/verifier/module.ts";
import { profileOf } from "../../compiler/verifier/profiles/profile.ts";
import { verifyProgram } from "../../compiler/verifier/verify.ts";
import { kernelBtf, openJudge } from "./kernel-judge.ts";
import { FUZZ_MAPS, damagedProgram, randomProgram as fresh } from "./random-program.ts";
const [from = 0, count = 1000] = process.argv.slice(2).map(Number);
const randomProgram = process.env.DAMAGE ? damagedProgram : fresh;
const v = await loadVerifier();
const env = { profile: profileOf("6.18"), btf: undefined, cpus: 2 };
const judge = openJudge();
const bad: string[] = []; const t = { aa: 0, rr: 0, fa: 0, fr: 0, un: 0 };
const reasons = new Map<string, number>();
let ms = 0, insns = 0, kin = 0, tk = 0, same = 0, msgsame = 0, maxms = 0;
for (let at = from; at < from + count; at += 500) {
  const programs = Array.from({ length: Math.min(500, from + count - at) }, (_, i) => randomProgram(at + i, 5 + ((at + i) % 40)));
  const k0 = performance.now();
  const ks = judge.judge(programs.map((program) => ({ program, attachId: 0 })), FUZZ_MAPS);
  tk += performance.now() - k0;
  programs.forEach((p, i) => {
    const a = performance.now();
    const m = verifyProgram(v, p, env);
    const d = performance.now() - a; ms += d; if (d > maxms) maxms = d; if (d > 300) console.log("SLOW", at + i, d.toFixed(0), m.counts, m.message, ks[i]!.processed, ks[i]!.log.slice(0, 100)); if (d > 300) console.log("SLOW", at + i, d.toFixed(0), m.counts, m.message, ks[i]!.processed, ks[i]!.log.slice(0, 100));
    insns += m.counts.processed;
    const k = ks[i]!;
    kin += k.processed;
    if (m.verdict === "unknown") { t.un++; reasons.set("U " + m.message, (reasons.get("U " + m.message) ?? 0) + 1); return; }
    const acc = m.verdict === "accepted";
    if (acc && k.accepted) { t.aa++; if (m.counts.processed === k.processed) same++; }
    else if (!acc && !k.accepted) { t.rr++; if (k.log.includes(m.message ?? "xx")) msgsame++; else if (process.env.MSG) console.log("MSG", at + i, m.message, "|", k.log.trim().split("\n").slice(0,3).join(" / ")); }
    else if (acc) { t.fa++; console.log("FALSE ACCEPT", at + i, k.log.trim().split("\n").slice(0, 3).join(" | ")); }
    else { t.fr++; if (t.fr < 30) console.log("FALSE REJECT", at + i, m.insn, m.message); }
  });
}
console.log(t, [...reasons], `model ${ms.toFixed(0)} ms, ${insns} insns, ${(insns / ms / 1000).toFixed(2)} M/s, max ${maxms.toFixed(1)} ms; kernel ${tk.toFixed(0)} ms ${kin} insns; same counts ${same}/${t.aa}; same message ${msgsame}/${t.rr}`);
judge.close();
