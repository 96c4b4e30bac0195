/** A real kernel's verifier log mapped back to the script: by the line info of the object that was loaded. */
import { kernelLines, UNKNOWN_LINE, verifierCatalog, verifierNotes } from "../diagnostics/catalog/verifier.ts";
import { collector, type Diagnostic, type Note } from "../diagnostics/diagnostic.ts";
import type { ElfSymbol } from "../elf/format.ts";
import { type Linked, linkProgram } from "../link/link-program.ts";
import type { OpenObject } from "../link/open-object.ts";
import type { Span } from "../source/span.ts";
import type { Source } from "../source/text.ts";
import { CheckError, type SpanFinder } from "./checked.ts";
import { originNote, spanOfLine, spanOfPlace } from "./explain.ts";
import { type KernelLog, type ReportPlace, readKernelLog } from "./kernel-log.ts";
import { openForVerify, VerifyObjectError } from "./object.ts";
import { readFacts } from "./object-facts.ts";
import { quotedSource, scriptOf } from "./object-source.ts";
import { describeState, findOrigin, refusedRegister } from "./walk-origin.ts";

export type ExplainLogOptions = {
  /** The object that was loaded; without it, a log is explained by its own words only. */
  readonly object?: Uint8Array | undefined;
  /** The script, where it is at hand; default: what the object says. */
  readonly source?: Source | undefined;
  readonly spanAt?: SpanFinder | undefined;
};

export type ExplainedLog = {
  readonly log: KernelLog;
  readonly source: Source | undefined;
  /** The object's program that the log is of, as the script writes its probe. */
  readonly probe: string | undefined;
  /** What is refused, with all places; empty: the log is of a program that was accepted. */
  readonly diagnostics: readonly Diagnostic[];
};

/**
 * @param text a log as a kernel printed it, or a loader around it
 * @throws CheckError if there is no log in the text, the object cannot be read, or the log is not of it
 */
export function explainKernelLog(text: string, options: ExplainLogOptions = {}): ExplainedLog {
  const log = readKernelLog(text);
  const isLog = log.report !== undefined || log.insn !== undefined || log.processed !== undefined;
  if (!isLog && !log.messages.some((each) => kernelLines.some(({ line }) => line.test(each))))
    throw new CheckError("no log of a verifier: no line of it is an instruction, a refusal or a statistic");
  try {
    return explain(log, options);
  } catch (error) {
    if (error instanceof VerifyObjectError || error instanceof RangeError) throw new CheckError(error.message);
    throw error;
  }
}

function explain(log: KernelLog, options: ExplainLogOptions): ExplainedLog {
  const facts = options.object === undefined ? undefined : readFacts(options.object);
  const object = options.object === undefined ? undefined : openForVerify(options.object, facts?.patched);
  const program = object === undefined ? undefined : findProgram(object, log);
  const script = options.source ?? scriptOf(facts);
  const source = script ?? quotedSource(object?.ext);
  const spanAt = script === undefined ? undefined : options.spanAt;
  const row = facts?.manifest?.programs.find(({ name }) => name === program?.symbol.name);
  const named = row?.probe;
  const probe = named ?? program?.symbol.name ?? log.program;
  const { messages, report } = log;
  const known = kernelLines.find((row) => messages.some((each) => row.line.test(each)));
  const line = messages.find((each) => known?.line.test(each)) ?? messages.at(-1) ?? report?.problem;
  const accepted = line === undefined && log.processed !== undefined;
  if (accepted || line === undefined) {
    if (!accepted)
      throw new CheckError("the log ends before the verifier says why: its buffer was too small, or it was cut");
    return { log, source, probe, diagnostics: [] };
  }

  const what = known?.loop === true ? "loop" : "expression";
  const spanOfInsn = (insn: number | undefined): Span | undefined =>
    insn === undefined || program === undefined || source === undefined
      ? undefined
      : spanOfLine(source, program.lines, insn, spanAt, what);
  const placeOf = (place: ReportPlace | undefined): Span | undefined => spanOfInsn(place?.insn);
  const insn = report?.at?.insn ?? log.insn;
  const whole = source === undefined || row?.place === undefined ? undefined : spanOfPlace(source, row.place);
  const span = placeOf(report?.at) ?? spanOfInsn(insn) ?? (insn === undefined ? whole : undefined);
  const notes: Note[] = [];
  if (report !== undefined) {
    notes.push(...pathNotes(report.path, placeOf));
  } else {
    const origin = originOf(log);
    if (origin !== undefined) notes.push(originNote(origin.state, spanOfInsn(origin.insn), span));
  }
  for (const each of messages.length > 0 ? messages : [line])
    notes.push({ text: verifierNotes.says(each), span: undefined });
  if (report !== undefined && report.reason !== "")
    notes.push({ text: verifierNotes.report(report.category, report.reason), span: undefined });
  if (span === undefined && insn !== undefined)
    notes.push({ text: verifierNotes.insn(insn, probe ?? "the program"), span: undefined });
  if (span === undefined && log.source !== undefined)
    notes.push({ text: verifierNotes.quoted(log.source.text), span: undefined });
  const suggestion = report === undefined || report.suggestion === "" ? undefined : report.suggestion;
  if (known?.way !== undefined && suggestion !== undefined)
    notes.push({ text: verifierNotes.advice(suggestion), span: undefined });
  const { report: put, diagnostics } = collector(verifierCatalog);
  const means = known?.means ?? (report === undefined ? UNKNOWN_LINE : report.reason);
  put("log-refusal", span, { probe: probe ?? "the program", explanation: means, way: known?.way ?? suggestion }, notes);
  return { log, source, probe, diagnostics };
}

/** More steps than these before a refusal are not for reading. */
const MOST_STEPS = 6;

/** What led to a refusal, the last steps of it, each place and sentence once. */
function pathNotes(path: readonly ReportPlace[], placeOf: (place: ReportPlace) => Span | undefined): readonly Note[] {
  const notes: Note[] = [];
  for (const place of path) {
    const note = { text: verifierNotes.led(place.label, place.text), span: placeOf(place) };
    if (!notes.some(({ text, span }) => text === note.text && span?.start === note.span?.start)) notes.push(note);
  }
  return notes.slice(-MOST_STEPS);
}

function originOf(log: KernelLog): { readonly insn: number; readonly state: string } | undefined {
  const register = refusedRegister(log.messages, log.walk);
  const origin = register === undefined ? undefined : findOrigin(log.walk, register);
  const state = origin === undefined ? undefined : describeState(origin.state);
  return origin === undefined || state === undefined ? undefined : { insn: origin.insn, state };
}

type Program = Linked & { readonly symbol: ElfSymbol };
type ByLine = { readonly symbol: ElfSymbol; readonly lines: ReadonlyMap<number, Linked["lines"][number][1]> };

/** The program that the log is of: by its name, its function's, or by the opcodes that the log shows. */
function findProgram(object: OpenObject, log: KernelLog): ByLine {
  const programs = object.programs.map((symbol): Program => ({ ...linkProgram(object, symbol, undefined), symbol }));
  const named = programs.filter(({ symbol }) => isNamed(symbol.name, log.program ?? log.report?.at?.function));
  const fits = (named.length > 0 ? named : programs).filter(({ code }) => agrees(code, log.opcodes));
  const [found] = fits;
  if (found === undefined)
    throw new CheckError("the log is of another object: its instructions are not those of any program here");
  return { symbol: found.symbol, lines: new Map(found.lines) };
}

/** Kernels cut names of programs to 15 bytes. */
function isNamed(name: string, logged: string | undefined): boolean {
  return logged !== undefined && (name === logged || (logged.length === 15 && name.startsWith(logged)));
}

/** Loads of maps and what loaders patch keep their opcode; calls too. */
function agrees(code: Uint8Array, opcodes: ReadonlyMap<number, number>): boolean {
  let wrong = 0;
  for (const [insn, opcode] of opcodes) if (code[insn * 8] !== opcode) wrong++;
  // a loader may have put a few instructions out of use (CO-RE)
  return wrong * 10 <= opcodes.size;
}
