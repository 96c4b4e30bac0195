/**
 * The log that a real kernel's verifier printed, as data: which instruction is refused and in which words, in the classic
 * format (all kernels) and in the report that stands below it from 7.3 on.
 *
 * Classic: `; source @ file:line`, `12: (85) call …; R0=…`, `from 3 to 7: …`, the refusal's line, `processed N insns …`.
 * Report: `Verification failed: CATEGORY: Problem`, then sections `Reason:`, `At:`, `Causal path:`, `Suggestion:`, whose
 * places are `function @ file:line:column`, `>>> 12 | (85) call …` and `^-- label: text`.
 *
 * Kernel: kernel/bpf/log.c, verifier.c; the report: kernel/bpf/diagnostics.c.
 */
import { readWalkLine, readWalkTurn } from "./walk-origin.ts";

export type KernelLog = {
  /** As libbpf names it around the log; undefined: the log does not say. */
  readonly program: string | undefined;
  /** The kernel's own lines for the refusal, as printed; none: the program was accepted, or the log is cut. */
  readonly messages: readonly string[];
  /** Instruction that was walked last. */
  readonly insn: number | undefined;
  /** Lines of the walk with states, the refused instruction's last; frames of loaders ("libbpf: ") taken off. */
  readonly walk: readonly string[];
  /** Opcodes by instruction, as far as the walk shows them: tells which program of an object it is. */
  readonly opcodes: ReadonlyMap<number, number>;
  /** The last line of the source that the log quotes. */
  readonly source:
    | { readonly text: string; readonly file: string | undefined; readonly line: number | undefined }
    | undefined;
  readonly report: KernelReport | undefined;
  /** Instructions walked, from the statistics. */
  readonly processed: number | undefined;
};
/** What Linux 7.3 and later say below the classic log. */
export type KernelReport = {
  readonly category: string;
  readonly problem: string;
  readonly reason: string;
  readonly suggestion: string;
  readonly at: ReportPlace | undefined;
  /** What led there, first to last. */
  readonly path: readonly ReportPlace[];
};
export type ReportPlace = {
  readonly insn: number | undefined;
  readonly function: string | undefined;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** "error", "branch" …, and what is said there. */
  readonly label: string;
  readonly text: string;
};

/** Lines that are no refusal. */
const NOISE =
  /^(?:;|\d+: |from \d+ to|processed \d+ insns|verification time|stack depth|max_states|mark_precise|-- (?:BEGIN|END)|last_idx|regs=|parent (?:didn't|already)|func#\d+ @|Func#\d+ |propagating|caller:|callee:|returning from callee|to caller at|frame\d+: |cur state:|old state:|arg#\d+ reference type|reg type unsupported|BPF program is too large\b.*\bdummy|The kernel|load program:|Error:|$)/;
/** States of older kernels stand on lines of their own. */
const STATE = /^(?:\d+: )?(?:frame\d+: )?R\d+(?:_\w+)?=/;
const STATISTICS = /^(?:verification time \d|stack depth |subprog \d+ |-- END )/;
const REPORT = /^Verification failed: (.*)$/;
const SECTION = /^(Reason|At|Causal path|Suggestion):$/;

/** @param text as it was saved: with a loader's prefixes, indentation or escapes around the lines */
export function readKernelLog(text: string): KernelLog {
  let program: string | undefined;
  let messages: string[] = [];
  let source: KernelLog["source"];
  let processed: number | undefined;
  const walk: string[] = [];
  const opcodes = new Map<number, number>();
  let report: string[] | undefined;
  for (const raw of text.split("\n")) {
    const bare = bareLine(raw);
    const line = bare.trim();
    const named = /prog(?:ram)? '([^']+)'/.exec(line);
    if (named?.[1] !== undefined) program = named[1];
    const count = /^processed (\d+) insns/.exec(line);
    if (count !== null) {
      processed = Number(count[1]);
      // what follows is a loader's
      break;
    }
    if (REPORT.test(line)) report = [];
    if (report !== undefined && STATISTICS.test(line)) continue;
    if (report !== undefined) {
      report.push(bare.trimEnd());
      continue;
    }
    const insn = readWalkLine(line);
    if (STATE.test(line)) {
      walk.push(line);
    } else if (insn !== undefined || readWalkTurn(line) !== undefined) {
      walk.push(line);
      const opcode = /^\d+: \(([0-9a-f]{2})\)/.exec(line)?.[1];
      if (insn !== undefined && opcode !== undefined) opcodes.set(insn.insn, Number.parseInt(opcode, 16));
      if (insn !== undefined) messages = [];
    } else if (line.startsWith("; ")) {
      source = quotedSource(line.slice(2));
    } else if (/^~+$/.test(line)) {
      // a loader's marks below the line of the script that it shows
      messages.pop();
    } else if (!NOISE.test(line) && !isLoaders(raw, line) && line !== "") {
      messages.push(line);
    }
  }
  const last = walk.findLast((line) => readWalkLine(line) !== undefined);
  return {
    program,
    messages,
    insn: last === undefined ? undefined : readWalkLine(last)?.insn,
    walk,
    opcodes,
    source,
    report: report === undefined ? undefined : readReport(report),
    processed,
  };
}

const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

/** Without what loaders and consoles put before a line: "libbpf: ", a tab, a time in brackets. */
function bareLine(line: string): string {
  return line
    .replace(/\r$/, "")
    .replace(COLOURS, "")
    .replace(/^\[ *\d+\.\d+\] /, "")
    .replace(/^libbpf: (?=\d+: |; |R\d|from \d|processed )/, "");
}

/** What a loader says about the log, not the kernel. */
function isLoaders(raw: string, line: string): boolean {
  return (
    /^(?:libbpf: |ERROR: |HINT: |WARNING: |Error )/.test(raw.trimStart()) ||
    /^(?:failed to load|prog(?:ram)? '|\S+:\d+(?::\d+)?-\d+: (?:ERROR|WARNING|NOTE): )/.test(line)
  );
}

/** "count++ @ prog.bpf.c:12" as newer kernels print it, or the bare line. */
function quotedSource(text: string): KernelLog["source"] {
  const match = /^(.*) @ (.+):(\d+)$/.exec(text);
  if (match === null) return { text, file: undefined, line: undefined };
  return { text: match[1] ?? "", file: match[2], line: Number(match[3]) };
}

function readReport(lines: readonly string[]): KernelReport {
  const [category = "", problem = ""] = (REPORT.exec(lines[0]?.trim() ?? "")?.[1] ?? "").split(/: (.*)/s);
  const sections = new Map<string, string[]>();
  let open: string[] = [];
  for (const line of lines.slice(1)) {
    const name = SECTION.exec(line.trim())?.[1];
    if (name === undefined) {
      open.push(line);
    } else {
      open = [];
      sections.set(name, open);
    }
  }
  const prose = (name: string): string =>
    (sections.get(name) ?? [])
      .map((line) => line.trim())
      .join(" ")
      .trim();
  return {
    category,
    problem,
    reason: prose("Reason"),
    suggestion: prose("Suggestion"),
    at: readPlaces(sections.get("At") ?? []).at(0),
    path: readPlaces(sections.get("Causal path") ?? []),
  };
}

type Draft = { -readonly [K in keyof ReportPlace]: ReportPlace[K] };

/** Places one after the other: each begins with `function @ file:line:column` or `insn N`. */
function readPlaces(lines: readonly string[]): readonly ReportPlace[] {
  const places: Draft[] = [];
  let inNote = false;
  for (const line of lines) {
    const text = line.trim();
    const head = /^(?:(\S+) @ )?(\S.*):(\d+):(\d+)$/.exec(text);
    const bare = /^insn (\d+)$/.exec(text);
    if ((head !== null && !text.includes(" | ")) || bare !== null) {
      places.push({
        insn: bare === null ? undefined : Number(bare[1]),
        function: head?.[1],
        file: head?.[2],
        line: head === null ? undefined : Number(head[3]),
        column: head === null ? undefined : Number(head[4]),
        label: "",
        text: "",
      });
      inNote = false;
      continue;
    }
    const place = places.at(-1);
    if (place === undefined) continue;
    const note = /\^-- (\w[\w ]*): (.*)$/.exec(text);
    const more = inNote ? /^\| {2,}(.*)$/.exec(text) : null;
    const insn = /^>>> *(\d+) \| \([0-9a-f]{2}\)/.exec(text);
    if (note !== null) {
      [place.label, place.text] = [note[1] ?? "", note[2] ?? ""];
      inNote = true;
    } else if (more !== null) {
      place.text += ` ${(more[1] ?? "").trim()}`;
    } else {
      inNote = false;
      if (insn !== null) place.insn = Number(insn[1]);
    }
  }
  return places;
}
