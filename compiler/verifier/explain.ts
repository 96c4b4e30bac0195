/** Verdicts as diagnostics: the place in the script, a sentence in its terms, the kernel's own line in a note. */
import type { Place } from "../5-object/manifest.ts";
import type { LineInfo } from "../btf/ext.ts";
import { checkHint, verifierCatalog, verifierNotes } from "../diagnostics/catalog/verifier.ts";
import { collector, type Diagnostic, type Note, type Report } from "../diagnostics/diagnostic.ts";
import { helpers } from "../lang/helpers.ts";
import type { Span } from "../source/span.ts";
import { lineText, type Source } from "../source/text.ts";
import type { Lack } from "./attach.ts";
import type { SpanFinder } from "./checked.ts";
import type { MapIssue } from "./map-limits.ts";
import type { ProgramVerdict } from "./object.ts";
import { lineBase } from "./object-source.ts";
import { compareVersions } from "./profiles/profile.ts";
import { isAboutLoop, refusalCode } from "./reasons.ts";

export type Explainer = {
  readonly diagnostics: readonly Diagnostic[];
  readonly lack: (lack: Lack, probe: string, place: Span | undefined) => void;
  readonly verdict: (verdict: ProgramVerdict, about: AboutVerdict) => void;
  readonly assumed: (types: string) => void;
  /** The kernel is of a later version than any that the model is held to. */
  readonly newer: (newest: string) => void;
  readonly map: (issue: MapIssue) => void;
  /** Span of a place of the manifest. */
  readonly spanOf: (place: Place) => Span | undefined;
};
export type AboutVerdict = {
  readonly probe: string;
  /** The probe's own, for what is about all of it. */
  readonly place: Span | undefined;
  readonly since: string | undefined;
  /** For a member that the kernel lacks: the place of its use. */
  readonly use: Span | undefined;
  /** Where the value that is refused was made, and what is known of it. */
  readonly origin: { readonly state: string; readonly insn: number } | undefined;
  /** Names near to a member that is absent. */
  readonly similar: readonly string[];
};

/** @param kernel as messages name it */
export function openExplainer(
  kernel: string,
  version: string,
  source: Source | undefined,
  spanAt: SpanFinder | undefined,
): Explainer {
  const diagnostics: Diagnostic[] = [];
  // a collector of its own each time: several probes may have one place, or none
  const report: Report<typeof verifierCatalog> = (code, span, params, notes) => {
    const { report: put, diagnostics: made } = collector(verifierCatalog);
    put(code, span, params, notes);
    for (const each of made) if (!diagnostics.some((other) => isSame(other, each))) diagnostics.push(each);
  };
  const spanOf = (place: Place): Span | undefined => (source === undefined ? undefined : spanOfPlace(source, place));
  const spanOfInsn = (
    verdict: ProgramVerdict,
    insn: number | undefined,
    what: "expression" | "loop" = "expression",
  ): Span | undefined =>
    insn === undefined || source === undefined ? undefined : spanOfLine(source, verdict.lines, insn, spanAt, what);

  return {
    diagnostics,
    spanOf,
    lack(lack, probe, place) {
      switch (lack.kind) {
        case "target": {
          const about = { probe, kernel, what: lack.what, similar: lack.similar };
          if (lack.severity === "absent") report("target-absent", place, about);
          else if (lack.severity === "left-out") report("target-left-out", place, about);
          else report("target-doubtful", place, about);
          break;
        }
        case "probe-kind":
          report("probe-kind-absent", place, { probe, kernel, what: lack.what, first: lack.first });
          break;
        case "event-field":
          report("event-field-absent", spanOf(lack.place) ?? place, { probe, kernel, ...lack });
          break;
      }
    },
    verdict(verdict, { probe, place, since, use, origin, similar }) {
      const isLoop = isAboutLoop(verdict.reason);
      const exact = use ?? spanOfInsn(verdict, verdict.insn, isLoop ? "loop" : "expression");
      const span = exact ?? place;
      const explanation = verdict.explanation ?? "no reason is known";
      const notes: Note[] = [];
      if (origin !== undefined) {
        const from = spanOfInsn(verdict, origin.insn);
        notes.push(originNote(origin.state, from, span));
      }
      if (verdict.verdict === "refused" && verdict.message !== undefined)
        notes.push({ text: verifierNotes.says(verdict.message), span: undefined });
      if (exact === undefined && verdict.insn !== undefined)
        notes.push({ text: verifierNotes.insn(verdict.insn, verdict.name), span: undefined });
      if (since !== undefined) notes.push({ text: verifierNotes.since(since), span: undefined });
      if (verdict.verdict === "unknown") {
        report("program-unjudged", span, { probe, kernel, explanation }, notes);
        return;
      }
      if (verdict.verdict === "cannot-attach") {
        const what = verdict.absent ?? explanation;
        if (verdict.reason === "absent-in-kernel")
          report("member-absent", span, { probe, kernel, what, similar }, notes);
        else report("target-absent", span, { probe, kernel, what, similar }, notes);
        return;
      }
      const helper = helperOf(verdict.message);
      const about = { probe, kernel, explanation, ...(verdict.hint === undefined ? {} : { way: verdict.hint }) };
      const helperIsNewer = helper !== undefined && compareVersions(version, helper.since) < 0;
      const code = refusalCode(verdict.reason, verdict.message, { helperIsNewer, laterAccepts: since !== undefined });
      if (code === "helper-absent" || code === "helper-misplaced") {
        const named = {
          probe,
          kernel,
          helper: helper === undefined ? "helper of that number" : `helper bpf_${helper.name}`,
        };
        if (code === "helper-misplaced") report(code, span, named, notes);
        else report(code, span, { ...named, first: helper?.since }, notes);
      } else {
        const base = code === "pointer-unchecked" && source !== undefined ? baseOf(source, span) : undefined;
        report(code, span, base === undefined ? about : { ...about, way: checkHint(base) }, notes);
      }
    },
    newer: (newest) => report("kernel-newer", undefined, { kernel, newest }),
    assumed: (types) => report("types-assumed", undefined, { kernel, types }),
    map(issue) {
      switch (issue.kind) {
        case "kind":
          report("map-kind-absent", mapSpan(source, issue.map), {
            map: issue.map,
            kernel,
            type: issue.type,
            first: issue.first,
          });
          break;
        case "limit":
          report("map-too-large", mapSpan(source, issue.map), {
            map: issue.map,
            kernel,
            what: issue.what,
            limit: issue.limit,
          });
          break;
        case "memory":
          report("map-memory", mapSpan(source, issue.map), {
            map: issue.map,
            bytes: issue.bytes,
            cpus: issue.cpus,
            entries: issue.entries,
          });
          break;
      }
    },
  };
}

function isSame(a: Diagnostic, b: Diagnostic): boolean {
  return a.code === b.code && a.message === b.message && a.span?.start === b.span?.start && a.span?.end === b.span?.end;
}

function helperOf(message: string | undefined): { readonly name: string; readonly since: string } | undefined {
  const id = Number(/#(\d+)$/.exec(message ?? "")?.[1] ?? 0);
  return helpers.find((row) => row.id === id);
}

/** Where a script first names a map. */
function mapSpan(source: Source | undefined, name: string): Span | undefined {
  if (source === undefined || !name.startsWith("@")) return undefined;
  const start = source.text.search(new RegExp(`${name}(?![\\w@])`));
  return start < 0 ? undefined : { start, end: start + name.length };
}

/** "args.task" of "args.task.pid": what a member is read of; undefined: the text is of another form. */
function baseOf(source: Source, span: Span | undefined): string | undefined {
  const text = span === undefined ? "" : source.text.slice(span.start, span.end);
  return /^([$@]?\w[\w.>[\]-]*?)(?:\.|->)\w+$/.exec(text)?.[1];
}

/** What is known of the value that is refused, at its place where that is another than the refusal's. */
export function originNote(state: string, from: Span | undefined, refused: Span | undefined): Note {
  return from === undefined || from.start === refused?.start
    ? { text: verifierNotes.known(state), span: undefined }
    : { text: verifierNotes.from(state), span: from };
}

/** Line info keeps no columns beyond this one. */
const LAST_COLUMN = 1023;

/** What an instruction comes from, by line info; undefined: nothing is said of it, or it is of another script. */
export function spanOfLine(
  source: Source,
  lines: ReadonlyMap<number, LineInfo>,
  insn: number,
  spanAt: SpanFinder | undefined,
  what: "expression" | "loop" = "expression",
): Span | undefined {
  const line = lineAt(lines, insn);
  if (line === undefined || line.line < 1) return undefined;
  const at = line.line + (lineBase(source, line.file) ?? 0);
  const text = lineText(source, at);
  if (text.trim() !== line.text.trim()) return undefined;
  const start = offsetOf(source, at, Math.max(1, line.column));
  if (start === undefined) return undefined;
  if (line.column >= LAST_COLUMN || line.column < 1) {
    const first = offsetOf(source, at, 1) ?? start;
    return { start: first, end: first + text.length };
  }
  return spanAt?.(source, start, what) ?? spanAt?.(source, start, "expression") ?? wordAt(source, start);
}

/** The line that holds at an instruction: its own or the last before. */
export function lineAt<T>(lines: ReadonlyMap<number, T>, insn: number): T | undefined {
  for (let slot = insn; slot >= 0; slot--) {
    const line = lines.get(slot);
    if (line !== undefined) return line;
  }
  return undefined;
}

function offsetOf(source: Source, line: number, column: number): number | undefined {
  const start = source.lineStarts()[line - 1];
  return start === undefined || column < 1 ? undefined : Math.min(start + column - 1, source.text.length);
}
/** Span of a place of the manifest. */
export function spanOfPlace(source: Source, place: Place): Span | undefined {
  const start = offsetOf(source, place.line, place.column);
  const end = offsetOf(source, place.endLine, place.endColumn);
  return start === undefined || end === undefined || end < start ? undefined : { start, end };
}
/** A word or operator: what can be marked where no expression is known to begin. */
function wordAt(source: Source, start: number): Span {
  const length = /^(?:[$@]?\w+|\S)/.exec(source.text.slice(start, start + 200))?.[0].length ?? 1;
  return { start, end: Math.min(start + length, source.text.length) };
}
