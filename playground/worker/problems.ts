/** Diagnostics in the editor's terms: places cut to the text, replacements as edits. */
import type { Diagnostic, Source } from "../../compiler/index.ts";
import type { Fix, Problem } from "./protocol.ts";

/** Codes whose way out is an option of the page, not of the text. */
const UNSAFE: ReadonlySet<string> = new Set(["unsafe-function", "unsafe-signal", "address-unsafe"]);

/** In the order given. Places in files behind the script, of which the page has none, count as the script's end. */
export function problemsOf(source: Source, diagnostics: readonly Diagnostic[]): readonly Problem[] {
  const end = source.text.length;
  const cut = (offset: number): number => Math.max(0, Math.min(offset, end));
  return diagnostics.map((diagnostic) => {
    const { code, severity, message, hint, span } = diagnostic;
    const from = cut(span?.start ?? 0);
    const before = source.text.slice(0, from);
    return {
      code,
      severity,
      message,
      hint,
      from,
      to: span === undefined ? 0 : Math.max(from, cut(span.end)),
      whole: span === undefined,
      line: before.split("\n").length,
      column: from - (before.lastIndexOf("\n") + 1) + 1,
      notes: diagnostic.notes.map((note) => ({
        text: note.text,
        from: note.span === undefined ? undefined : cut(note.span.start),
        to: note.span === undefined ? undefined : cut(note.span.end),
      })),
      fixes: fixesOf(diagnostic, source.text),
    };
  });
}

function fixesOf({ code, span, replacements = [] }: Diagnostic, text: string): readonly Fix[] {
  const fixes: Fix[] = [];
  if (span !== undefined) {
    for (const { find, replace } of replacements) {
      const from = find === "" ? span.start : lastWord(text, span.start, span.end, find);
      if (from === undefined) continue;
      const label = find === "" ? `Put ${replace.trim()} before it` : `Change to ${replace}`;
      fixes.push({ label, edits: [{ from, to: from + find.length, insert: replace }], allowUnsafe: false });
    }
  }
  if (UNSAFE.has(code)) fixes.push({ label: "Allow unsafe functions", edits: [], allowUnsafe: true });
  return fixes;
}

/** Where a word stands for the last time in a part of a text: `args.fd.fd` is wrong at its end. */
function lastWord(text: string, start: number, end: number, word: string): number | undefined {
  const isPart = (char: string | undefined): boolean => char !== undefined && /\w/.test(char);
  for (let at = text.lastIndexOf(word, end - word.length); at >= start; at = text.lastIndexOf(word, at - 1)) {
    const cutsLeft = isPart(text[at - 1]) && isPart(word[0]);
    const cutsRight = isPart(text[at + word.length]) && isPart(word.at(-1));
    if (!cutsLeft && !cutsRight) return at;
    if (at === 0) break;
  }
  return undefined;
}
