import { readBtf } from "../../compiler/btf/read.ts";
import { decode } from "../../compiler/ebpf/decode.ts";
import { printInsn } from "../../compiler/ebpf/print.ts";
import { loadVerifier } from "../../compiler/verifier/module.ts";
import { profileOf } from "../../compiler/verifier/profiles/profile.ts";
import { verifyProgram } from "../../compiler/verifier/verify.ts";
import { kernelBtf, openJudge } from "./kernel-judge.ts";
import { FUZZ_MAPS, damagedProgram, randomProgram as fresh } from "./random-program.ts";
const seed = Number(process.argv[2]);

const randomProgram = process.env.DAMAGE ? damagedProgram : fresh;
const v = await loadVerifier();
const p = randomProgram(seed, 5 + (seed % 40));
const m = verifyProgram(v, p, { profile: profileOf("6.18"), btf: undefined, cpus: 2 });
const judge = openJudge();
const [k] = judge.judge([{ program: p, attachId: 0 }], FUZZ_MAPS, 2);
console.log(k!.log);
console.log(p.type, m.verdict, m.insn, m.message, m.counts, k!.accepted, k!.processed);
judge.close();
