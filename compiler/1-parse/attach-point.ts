/** Splits an attach point at its colons, with quotes undone and positional parameters put in. */
import type { parseCatalog } from "../diagnostics/catalog/parse.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import type { AttachPoint } from "./ast.ts";

/**
 * @param text as written
 * @param params positional parameters by position; undefined leaves `$1` as it is
 */
export function splitAttachPoint(
  text: string,
  start: number,
  params: readonly string[] | undefined,
  report: Report<typeof parseCatalog>,
): AttachPoint {
  const parts: { text: string; quoted: boolean; span: { start: number; end: number } }[] = [];
  let part = "";
  let quoted = false;
  let inQuotes = false;
  let partStart = 0;
  const finish = (end: number): void => {
    parts.push({ text: part, quoted, span: { start: start + partStart, end: start + end } });
    part = "";
    quoted = false;
    partStart = end + 1;
  };
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    const parameter = c === "$" ? /^\$(\d+)/.exec(text.slice(i)) : null;
    if (c === '"') {
      inQuotes = !inQuotes;
      quoted = true;
    } else if (inQuotes && c === "\\" && /["\\]/.test(text.charAt(i + 1))) {
      part += text.charAt(++i);
    } else if (c === ":" && !inQuotes) {
      finish(i);
    } else if (parameter !== null && params !== undefined) {
      const value = params[Number(parameter[1]) - 1] ?? "";
      const span = { start: start + i, end: start + i + parameter[0].length };
      if (value === "") report("missing-parameter", span, { text: parameter[0] });
      i += parameter[0].length - 1;
      // The text is put in before it is parsed: a colon in it splits, too.
      const [first = "", ...more] = inQuotes ? [value] : value.split(":");
      part += first;
      for (const piece of more) {
        parts.push({ text: part, quoted, span: { start: start + partStart, end: span.end } });
        part = piece;
        quoted = false;
      }
    } else part += c;
  }
  finish(text.length);
  return { kind: "attach-point", span: { start, end: start + text.length }, text, parts };
}
