/**
 * `make bench`: every figure beside bpftrace's from the same run. Names of parts as arguments narrow it:
 * compile objects verifier simulator playground start host guest. Without root only compiling is measured.
 */
import { mkdirSync } from "node:fs";
import { benchCompile } from "./compile.ts";
import { benchEventsInGuest } from "./events-guest.ts";
import { benchEventsOnHost } from "./events-host.ts";
import { benchObjects } from "./objects.ts";
import { benchPlayground } from "./playground.ts";
import { benchScripts } from "./scripts.ts";
import { benchSimulator } from "./simulator.ts";
import { benchStart } from "./start.ts";
import { met, printTable, type Row } from "./table.ts";
import { WORK } from "./tools.ts";
import { benchVerifier } from "./verifier.ts";

mkdirSync(WORK, { recursive: true });
const parts = new Set(process.argv.slice(2));
const wanted = (part: string) => parts.size === 0 || parts.has(part);
const all: Row[] = [];
const show = (title: string, rows: readonly Row[]) => {
  printTable(title, rows);
  all.push(...rows);
};

if (wanted("compile")) show("Compiling (medians)", benchCompile(21));
if (wanted("objects")) show("Objects", benchObjects());
if (wanted("verifier")) show("The verifier model", await benchVerifier());
if (wanted("tools")) show("Tools of Debian's newest bpftrace package", benchScripts());
if (wanted("simulator")) show("The simulator", await benchSimulator(7));
if (wanted("playground")) show("The playground in Chromium", benchPlayground());
if (wanted("start")) show("Starting", benchStart(11));
if (wanted("host"))
  show("Cost per event on this kernel: uprobe; the clock itself takes about 75 ns", await benchEventsOnHost());
if (wanted("guest")) {
  const guest = benchEventsInGuest();
  show("Cost per event in a 6.12 guest: kprobe on tcp_sendmsg (emulated; ratios only)", guest.cost);
  show("Start in the guest", guest.start);
}
const missed = all.filter((row) => met(row) === false);
process.stdout.write(
  `\n${all.filter((row) => met(row) === true).length} targets met, ${missed.length} missed${missed.length === 0 ? "" : `: ${missed.map((row) => row.what.trim()).join("; ")}`}\n`,
);
