// The sum of what tests noted in build/verifier-agreement: the model's verdicts beside this kernel's, per program.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const notes = join(dirname(fileURLToPath(import.meta.url)), "../../build/verifier-agreement");
if (!existsSync(notes)) process.exit(0);
const rows = readdirSync(notes).flatMap((file) =>
  readFileSync(join(notes, file), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t")),
);
const count = (kernel, model) => rows.filter((row) => row[2] === kernel && row[3] === model).length;
const unknown = rows.filter((row) => row[3] === "unknown");
const objects = new Set(rows.map((row) => row[0])).size;
const walked = (column) => rows.reduce((sum, row) => sum + (row[3] === "accepted" ? Number(row[column]) : 0), 0);
console.log(
  `verifier model and this kernel on ${rows.length} programs of ${objects} objects: ${count("accepted", "accepted")} accepted and ` +
    `${count("refused", "refused")} refused by both, ${count("refused", "accepted")} accepted by the model alone, ` +
    `${count("accepted", "refused")} by the kernel alone, ${unknown.length} without a verdict; ` +
    `instructions walked: ${walked(4)} by the kernel, ${walked(5)} by the model`,
);
const reasons = new Map();
for (const row of unknown) reasons.set(row[6], (reasons.get(row[6]) ?? 0) + 1);
for (const [reason, n] of reasons) console.log(`  no verdict ${n}: ${reason}`);
process.exit(count("refused", "accepted") > 0 || count("accepted", "refused") > 0 ? 1 : 0);
