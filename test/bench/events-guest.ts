/** Cost per event of kprobes in a 6.12 guest (emulated: only the ratios mean anything), by the kernel's own clock. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile, defaultOptions } from "../../compiler/index.ts";
import { benchSnapshot } from "./compile.ts";
import { median, type Row } from "./table.ts";
import { articlePrograms, LOADER, oneLiner, ROOT, referenceTree, WORK, workload } from "./tools.ts";

const SENDS = 10_000;
/** What bounds the ratio from below, by number of the program. */
const WHY: Readonly<Record<string, string>> = {
  "02": "the kernel's lookup in a hash is the same for both",
  "03": "little but the kernel's own clock and trampoline is left",
  "05": "the kernel's lookup in a hash is the same for both",
};
type Prog = { readonly id: number; readonly run_time_ns?: number; readonly run_cnt?: number };

/** Runs in the guest: each tool in turn on each program, three loads each, the kernel's counters before and after. */
const SCRIPT = `
echo 1 >/proc/sys/kernel/bpf_stats_enabled
mkdir -p /newest/programs; cp /bench/*.bt /newest/programs/
for d in proc sys dev; do mount --rbind /$d /newest/$d; done
now() { read u _ </proc/uptime; echo $u; }
for program in $(cat /bench/list); do
  for tool in tracelet 017 027; do
    o=/out/$tool.$program; now >$o.t0
    case $tool in
      tracelet) /tracelet-loader run /bench/$program.o >/tmp/stream 2>$o.err & ;;
      017) bpftrace -B none /bench/$program.bt >$o.err 2>&1 & ;;
      027) chroot /newest /usr/bin/bpftrace -B none /programs/$program.bt >$o.err 2>&1 & ;;
    esac
    pid=$!; n=0
    while kill -0 $pid 2>/dev/null && [ $n -lt 400 ]; do
      case $tool in
        tracelet) grep -q attached /tmp/stream 2>/dev/null && break ;;
        *) grep -q '^Attach' $o.err && break ;;
      esac
      usleep 50000; n=$((n+1))
    done
    now >$o.t1
    [ $tool = tracelet ] || sleep 2
    for r in 1 2 3; do
      bpftool prog show -j >$o.a$r; /tcp-send ${SENDS} 100; bpftool prog show -j >$o.b$r
    done
    kill -INT $pid; n=0
    while kill -0 $pid 2>/dev/null && [ $n -lt 100 ]; do usleep 100000; n=$((n+1)); done
    kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null
  done
done
`;

export function benchEventsInGuest(): { readonly cost: readonly Row[]; readonly start: readonly Row[] } {
  const bench = join(WORK, "guest");
  const out = join(WORK, "guest-out");
  for (const directory of [bench, out]) {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
  }
  const snapshot = benchSnapshot("6.12");
  const chosen = articlePrograms().filter((program) => /^0[1-8]/.test(program.name) && !program.name.startsWith("07b"));
  for (const program of chosen) {
    const result = compile(program.text, defaultOptions(snapshot));
    if (result.object === undefined) throw new Error(`${program.name} does not compile`);
    writeFileSync(join(bench, `${program.name}.o`), result.object);
    writeFileSync(
      join(bench, `${program.name}.bt`),
      `${oneLiner(program.text).replace("interval:s:10 { exit(); }", "")}\n`,
    );
  }
  writeFileSync(join(bench, "list"), chosen.map((program) => program.name).join("\n"));
  writeFileSync(join(WORK, "guest.sh"), SCRIPT);
  const which = (name: string) => execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
  copyFileSync(workload("tcp-send"), join(WORK, "tcp-send"));
  execFileSync(
    join(ROOT, "test/kernel/vm.sh"),
    [
      "--kernel",
      "6.12",
      "--timeout",
      "1500",
      "--dir",
      `${bench}:/bench`,
      "--dir",
      `${referenceTree()}:/newest`,
      "--file",
      `${which("bpftrace")}:/usr/bin/bpftrace`,
      "--file",
      `${which("bpftool")}:/usr/sbin/bpftool`,
      "--file",
      `${LOADER}:/tracelet-loader`,
      "--file",
      `${join(WORK, "tcp-send")}:/tcp-send`,
      "--file",
      `${join(WORK, "guest.sh")}:/guest.sh`,
      "--out",
      out,
      "--",
      "sh /guest.sh",
    ],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  const read = (name: string) => readFileSync(join(out, name), "utf8");
  const progs = (name: string) => new Map((JSON.parse(read(name)) as readonly Prog[]).map((prog) => [prog.id, prog]));
  const cost = (tool: string, program: string) => {
    const rounds = [1, 2, 3].map((round) => {
      const [a, b] = [progs(`${tool}.${program}.a${round}`), progs(`${tool}.${program}.b${round}`)];
      let total = 0;
      for (const [id, prog] of b) {
        const was = a.get(id);
        if ((prog.run_cnt ?? 0) - (was?.run_cnt ?? 0) >= SENDS / 2)
          total += (prog.run_time_ns ?? 0) - (was?.run_time_ns ?? 0);
      }
      return total / SENDS;
    });
    const value = median(rounds);
    return value > 0 ? value : undefined;
  };
  const start = (tool: string, program: string) =>
    (Number(read(`${tool}.${program}.t1`)) - Number(read(`${tool}.${program}.t0`))) * 1000;
  return {
    cost: chosen.map(({ name }) => ({
      what: name,
      unit: "ns/event",
      ours: cost("tracelet", name),
      v017: cost("017", name),
      v027: cost("027", name),
      target: { kind: "of-better" as const, limit: 0.95 },
      why: WHY[name.slice(0, 2)],
    })),
    start: chosen.slice(0, 1).map(({ name }) => ({
      what: `${name}: exec to attached (guest)`,
      unit: "ms",
      ours: start("tracelet", name),
      v017: start("017", name),
      v027: start("027", name),
      target: undefined,
    })),
  };
}
