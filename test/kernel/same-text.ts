/**
 * Runs the programs of test/kernel/same-text in one guest, on a known load: each from an object compiled here, and, if
 * asked, in the same boot by bpftrace 0.27.1 itself with the same words on its command line.
 *
 * A case has, besides `program`:
 *   run       words of the command line: -c, -p, -k, -f json, --unsafe, parameters; the guest's shell reads them
 *   before    shell lines before each of the two runs        during   shell lines once all probes are attached
 *   text      what the program prints        messages   what else is said, on stderr
 *   reference what bpftrace prints, where it differs for the reason that the intent gives
 *   status    the exit status, if not 0
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  compile,
  createJsonRenderer,
  createStreamDecoder,
  createTextRenderer,
  defaultOptions,
  renderDiagnostics,
} from "../../compiler/index.ts";
import { type CaseFile, splitCase } from "../runner/case-file.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { LOADER, ROOT } from "../runner/machine.ts";
import { referenceTree, runInGuest } from "./guest.ts";

/** Programs that the cases trace. */
const LOADS = ["events", "tcp-send"];

export const CASES = join(import.meta.dirname, "same-text");

export type GuestCase = {
  readonly name: string;
  readonly path: string;
  readonly file: CaseFile;
  /** A section's text; "" if there is none. */
  readonly section: (name: string) => string;
};
/** What one run said: program output, messages, exit status. */
export type Said = { readonly text: string; readonly messages: string; readonly status: number };
export type Pair = { readonly ours: Said; readonly reference: Said | undefined };

export function guestCases(): readonly GuestCase[] {
  const only = new RegExp(process.env.TRACELET_SAME ?? "");
  return readdirSync(CASES, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".case") && only.test(path))
    .sort()
    .map((path) => {
      const file = splitCase(readFileSync(join(CASES, path), "utf8"));
      const section = (name: string): string => file.sections.find((s) => s.name === name)?.text ?? "";
      return { name: path.replace(/\.case$/, ""), path: join(CASES, path), file, section };
    });
}

/** A time of day that starts a row of a time series. */
const TIME = /^\d\d:\d\d:\d\d(?=[ .])/gm;

/**
 * A text for a stored case: without what another build of the kernel or of the load changes. Addresses are ADDRESS,
 * offsets into functions OFFSET, times of day TIME. The texts of one boot are compared as they are.
 */
export function normalise(text: string): string {
  return text
    .replace(/^(\t?)[0-9a-f]{6,16}(?=\n| [\w]+\+)/gm, "$1ADDRESS")
    .replace(/\b0x[0-9a-f]{6,16}\b/g, "ADDRESS")
    .replace(TIME, "TIME")
    .replace(/(\s\w+)\+[1-9]\d*(?=$| \()/gm, "$1+OFFSET");
}

/** Messages without those of interrupts that came while a probe ran, and hit one too: that no program decides. */
export function withoutMisses(messages: string): string {
  return messages.replace(/^WARNING: .* missed \d+ runs: it was already running on that CPU\n/gm, "");
}

/**
 * A text as it is compared with another of the same boot: entries of one map that have equal values, which the reference
 * prints in the order of its hash table, stand in the order of their text; times of day are TIME.
 */
export function comparable(text: string): string {
  // Empty lines behind an entry are none of its own: they stay where they are.
  const entries = text
    .replace(TIME, "TIME")
    .split(/^(?=@)/m)
    .flatMap((entry) => [
      entry.replace(/\n+$/, "\n"),
      "\n".repeat(Math.max(1, /\n*$/.exec(entry)?.[0].length ?? 1) - 1),
    ])
    .filter((part) => part !== "");
  const ordered: string[] = [];
  for (let from = 0; from < entries.length; ) {
    const kind = ofOneValue(entries[from] ?? "");
    let to = from + 1;
    while (to < entries.length && kind !== undefined && ofOneValue(entries[to] ?? "") === kind) to++;
    ordered.push(...entries.slice(from, to).sort());
    from = to;
  }
  return ordered.join("");
}

/** The map and the value of an entry with a key: "@a" and "1" of "@a[x]: 1". */
function ofOneValue(entry: string): string | undefined {
  const match = /^(@\w*)\[[\s\S]*?\]:(.*)\n/.exec(entry);
  return match === null ? undefined : `${match[1]}:${match[2]}`;
}

const SCRIPT = `
# Each tool sees the same files: those of the reference's tree, if it is there.
for d in proc sys dev; do [ "$ROOT" = / ] || mount --rbind /$d $ROOT/$d; done
# What the cases' own lines start is outside the tree: the same files (a probe is on an inode), the same /tmp.
[ "$ROOT" = / ] || { cp -r /w /tracelet-loader $ROOT/; ln /events /tcp-send $ROOT/; mkdir -p /tmp; mount --bind $ROOT/tmp /tmp; }
echo 0 >/proc/sys/kernel/randomize_va_space
holds() { # FILE WORD PID: until the file holds the word, the process has ended, or half a minute has passed
	n=0
	while ! grep -q "$2" "$1" 2>/dev/null && kill -0 "$3" 2>/dev/null && [ $n -lt 600 ]; do usleep 50000; n=$((n + 1)); done
}
fresh() {
	rm -rf $ROOT/tmp/*
	n=0
	while [ $n -lt 64 ]; do echo "line $n of the file"; n=$((n + 1)); done >$ROOT/tmp/events.data
}
one() { # ID SUFFIX TOOL: starts the tool with the case's words
	id=$1 suffix=$2 tool=$3
	fresh
	[ ! -e /w/$id.before ] || . /w/$id.before
	eval "set -- $(cat /w/$id.$suffix.words)"
	case $tool in
	ours) attached=/out/$id.$suffix word=attached; chroot $ROOT timeout -s INT 60 /tracelet-loader run /w/$id.o "$@" >/out/$id.$suffix 2>/out/$id.$suffix.err & ;;
	*) attached=/out/$id.$suffix.err word=^Attached; chroot $ROOT timeout -s INT 60 /usr/bin/bpftrace - "$@" <$ROOT/w/$id.bt >/out/$id.$suffix 2>/out/$id.$suffix.err & ;;
	esac
	tool=$!
	if [ -e /w/$id.during ]; then
		holds $attached $word $tool
		. /w/$id.during
	fi
	wait $tool
	echo $? >/out/$id.$suffix.status
}
`;

/** The words for the loader: those that concern the compiler or the renderer left out. */
function loaderWords(words: string): string {
  return words.replace(/(^| )(-f json|--unsafe)(?= |$)/g, "").trim();
}

/** Objects by case name, or the diagnostics of a script that does not compile. */
function compileCase(one: GuestCase): Uint8Array | string {
  const words = one.section("run");
  const result = compile(`${one.section("program")}\n`, {
    ...defaultOptions(defaultSnapshot("6.12")),
    unsafe: / --unsafe/.test(` ${words}`),
    readWarnings: /(^| )-k/.test(words),
    pidFilter: /(^| )-p /.test(words),
    child: /(^| )-c /.test(words),
  });
  return result.object ?? renderDiagnostics(result.diagnostics, result.source, { color: false });
}

/** @param work a directory to build in. @param withReference whether bpftrace runs too: minutes instead of seconds */
export function runCases(work: string, cases: readonly GuestCase[], withReference: boolean): ReadonlyMap<string, Pair> {
  const programs = join(work, "w");
  const out = join(work, "out");
  mkdirSync(programs, { recursive: true });
  const refused = new Map<string, string>();
  const lines = [`ROOT=${withReference ? "/newest" : "/"}`, SCRIPT];
  for (const [id, one] of cases.entries()) {
    const object = compileCase(one);
    if (typeof object === "string") refused.set(one.name, object);
    else {
      writeFileSync(join(programs, `${id}.o`), object);
      lines.push(`one ${id} ours ours`);
    }
    writeFileSync(join(programs, `${id}.bt`), `${one.section("program")}\n`);
    writeFileSync(join(programs, `${id}.ours.words`), loaderWords(one.section("run")));
    writeFileSync(join(programs, `${id}.ref.words`), one.section("run"));
    for (const name of ["before", "during"] as const)
      if (one.section(name) !== "") writeFileSync(join(programs, `${id}.${name}`), `${one.section(name)}\n`);
    if (withReference) lines.push(`one ${id} ref bpftrace`);
  }
  const script = join(work, "run.sh");
  writeFileSync(script, `${lines.join("\n")}\ntrue\n`);
  const flags = ["-O1", "-fno-omit-frame-pointer", "-fno-optimize-sibling-calls", "-static", "-no-pie"];
  for (const name of LOADS)
    execFileSync("gcc", [...flags, "-o", join(work, name), join(ROOT, "test/workload", `${name}.c`)]);
  const loads = Object.fromEntries(LOADS.map((name) => [`/${name}`, join(work, name)]));
  const { status, stdout, stderr } = runInGuest({
    kernel: "6.12",
    files: { "/tracelet-loader": LOADER, "/run.sh": script, ...loads },
    directories: { "/w": programs, ...(withReference ? { "/newest": referenceTree() } : {}) },
    out,
    timeout: withReference ? 1500 : 300,
    command: "sh /run.sh",
  });
  if (status !== 0) throw new Error(`the guest ended with ${status}\n${stdout}\n${stderr}`);
  const read = (name: string): string => (existsSync(join(out, name)) ? readFileSync(join(out, name), "utf8") : "");
  return new Map(
    cases.map((one, id) => {
      const diagnostics = refused.get(one.name);
      const ours: Said =
        diagnostics === undefined
          ? rendered(one, join(out, `${id}.ours`), read(`${id}.ours.err`), Number(read(`${id}.ours.status`)))
          : { text: "", messages: diagnostics, status: 1 };
      const reference: Said | undefined = withReference
        ? { text: read(`${id}.ref`), messages: quiet(read(`${id}.ref.err`)), status: Number(read(`${id}.ref.status`)) }
        : undefined;
      return [one.name, { ours, reference }] as const;
    }),
  );
}

function rendered(one: GuestCase, path: string, loader: string, status: number): Said {
  const chunks: Record<"stdout" | "stderr", Buffer[]> = { stdout: [], stderr: [] };
  const make = / -f json/.test(` ${one.section("run")}`) ? createJsonRenderer : createTextRenderer;
  const renderer = make((stream, bytes) => chunks[stream].push(Buffer.from(bytes)), {});
  const decoder = createStreamDecoder(({ record, time }) => renderer.record(record, time));
  const stream = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  if (stream.length > 0) {
    decoder.push(stream);
    decoder.end();
    renderer.end();
  }
  const text = (stream: "stdout" | "stderr"): string => Buffer.concat(chunks[stream]).toString("utf8");
  return { text: text("stdout"), messages: quiet(text("stderr") + loader), status };
}

function quiet(messages: string): string {
  return messages.replace(/^Attached \d+ probes?\n/gm, "");
}
