/**
 * From Ohm's failure to a message in a script author's words: what was found, the few things that could stand there, and
 * for the usual slips a code of their own with a hint.
 */
import type { MatchResult } from "ohm-js";
import type { Habit, parseCatalog } from "../diagnostics/catalog/parse.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source/span.ts";
import { reservedWords } from "./context.ts";
import type { Segment } from "./segments.ts";

/** What Ohm knows about one thing that it could not match; absent from its declarations. */
type OhmFailure = { isFluffy(): boolean; getText(): string; readonly type: "description" | "string" | "code" };

export type FailureText = {
  /** As the user wrote it, and preprocessed: same offsets. */
  readonly source: string;
  readonly text: string;
};

/** Reports the failure of one segment. `match` is of the segment's text alone; offsets go to the whole source. */
export function reportFailure(
  match: MatchResult,
  segment: Segment,
  { source, text }: FailureText,
  report: Report<typeof parseCatalog>,
): void {
  const possible = expectedOf(match);
  const at = tokenStart(text, segment, segment.start + rightmost(match));
  const before = text.slice(segment.start, at);
  const wants = (what: string): boolean => possible.has(what);
  const keywordBefore = lastKeyword(before);
  const expected =
    keywordBefore === undefined ? mostTelling(possible) : mostTelling(possible).filter((e) => !endsStatement.has(e));
  const atEnd = at >= text.trimEnd().length;
  const token = atEnd ? undefined : tokenAt(source, text, at);
  const span: Span = token ?? endOfText(text);
  const found = token === undefined ? "end of input" : `'${token.text}'`;

  if (segment.word === "let" && /^let *(?:\$|[^@ ]|$)/.test(text.slice(segment.start, segment.end))) {
    report("root-let", { start: segment.start, end: segment.start + 3 }, {});
    return;
  }
  if (segment.word === "let" && /\( *$/.test(before)) {
    report("map-decl-size", span, {});
    return;
  }
  if (token?.text === "'") {
    report("character-literal", span, {});
    return;
  }
  const fraction = /^\d\w*\.\d\w*/.exec(text.slice(at));
  if (fraction !== null) {
    report("fraction", { start: at, end: at + fraction[0].length }, { text: fraction[0] });
    return;
  }
  if (token !== undefined && /[^\x20-\x7e]/.test(token.text)) {
    report("unknown-character", span, { text: JSON.stringify(token.text) });
    return;
  }
  const inHeader =
    !before.includes("{") && !/^(?:struct|union|enum|typedef|config|import|let|macro|fn)$/.test(segment.word);
  if (inHeader && / \//.test(before) && (token === undefined || token.text === "{")) {
    report("unclosed-predicate", span, {});
    return;
  }
  const opened = segment.open;
  if (opened !== undefined && (token === undefined || at >= segment.end)) {
    const close = closers[text.charAt(opened)] ?? "}";
    report("unclosed", span, { found, close, expected: listing(expected.filter((e) => e !== `'${close}'`)) }, [
      { text: `this '${text.charAt(opened)}' is not closed`, span: { start: opened, end: opened + 1 } },
    ]);
    return;
  }
  const keyword = /(?:^|[;{}() ])(if|else|while|for|unroll)\b[^;{}]*$/.exec(before)?.[1];
  if (keyword === "for" && wants("':'") && /\bfor *\(? *\$\w+ *$/.test(before)) {
    report("unexpected-token", span, { found, expected: "':'", ...(token?.text === "=" ? { habit: "c-for" } : {}) });
    return;
  }
  if (keywordBefore !== undefined && expected.length === 0) {
    const start = segment.start + before.lastIndexOf(keywordBefore);
    report("reserved-word", { start, end: start + keywordBefore.length }, { word: keywordBefore });
    return;
  }
  if (keyword !== undefined && wants("'{'")) {
    report("missing-braces", span, { word: keyword, found });
    return;
  }
  if (inHeader && wants("'{'")) {
    report("missing-body", span, { found });
    return;
  }
  // Where an item begins, nearly everything could stand: one word says more than a list.
  const wanted = before.trim() === "" ? "a probe" : listing(expected);
  const habit = habitOf(before, inHeader, token?.text);
  report("unexpected-token", span, { found, expected: wanted, ...(habit === undefined ? {} : { habit }) });
}

/** What the failure looks like to somebody who writes C. */
function habitOf(before: string, inHeader: boolean, token: string | undefined): Habit | undefined {
  if (inHeader) return token === "=" ? "assignment" : undefined;
  const declares = /(?:^|[;{}] *)(?:(?:const|unsigned|signed|struct) )*[a-z]\w*[ *]+$/.test(before);
  return declares && token !== undefined && /^\w/.test(token) ? "c-declaration" : undefined;
}

/** Reports an item that nests too deeply: by its brackets, or, where the matcher went too deep, by something else. */
export function reportDepth(segment: Segment, report: Report<typeof parseCatalog>): void {
  const start = segment.tooDeep ?? segment.start;
  report("nesting-too-deep", { start, end: start + 1 }, {});
}

/** Offset in the matched text up to which it could be read. */
export function rightmost(match: MatchResult): number {
  return match.failed() ? match.getRightmostFailurePosition() : 0;
}

const closers: { readonly [open: string]: string } = { "(": ")", "[": "]", "{": "}" };

/** Operators and the like may follow nearly everything: naming them would drown what is missing. */
const unhelpful: ReadonlySet<string> = new Set([
  "an operator",
  "an assignment",
  "an attach point",
  "a positional parameter",
  "'?'",
  "'['",
  "'.'",
  "'->'",
  "'++'",
  "'--'",
  "'*'",
  "'$'",
]);
const operands = ["an identifier", "an integer", "a string", "a variable", "a map"];

/** What may end a statement or an operand: after a keyword, none of these is meant. */
const endsStatement: ReadonlySet<string> = new Set(["';'", "'}'", "')'", "'('", "','"]);

/** A reserved word, other than one that may stand alone, right before the failure. */
function lastKeyword(before: string): string | undefined {
  const word = /(?:^|[^\w.$@>])([a-z]+) *$/.exec(before)?.[1];
  const alone = ["return", "break", "continue", "true", "false", "comptime"];
  return word !== undefined && reservedWords.has(word) && !alone.includes(word) ? word : undefined;
}

/** All that could stand at the failure. Ohm calls fluffy what an optional part could have begun with. */
function expectedOf(match: MatchResult): ReadonlySet<string> {
  // Ohm's declarations leave these out.
  const failures = (match as unknown as { getRightmostFailures(): readonly OhmFailure[] }).getRightmostFailures();
  const texts = new Set<string>();
  for (const failure of failures) {
    const text = failure.type === "string" ? `'${failure.getText()}'` : failure.getText();
    if (failure.type !== "code" && (!failure.isFluffy() || operands.includes(text))) texts.add(text);
  }
  return texts;
}

/** The few that help: brackets and separators, then names of things. */
function mostTelling(texts: ReadonlySet<string>): string[] {
  if (operands.every((operand) => texts.has(operand))) {
    // Anything that starts an expression.
    return ["expression", ...["')'", "']'", "'}'"].filter((closer) => texts.has(closer))];
  }
  const marks = ["';'", "')'", "']'", "'}'", "','", "'{'", "'='", "'/'", "'\"'"];
  // After a name or a field nearly always possible: worth a word only where nothing else is.
  const weak = ["':'", "'('"];
  const rest = [...texts].filter((text) => !marks.includes(text) && !weak.includes(text) && !unhelpful.has(text));
  const known = marks.filter((mark) => texts.has(mark));
  const words = rest.filter((text) => !text.startsWith("'"));
  const keywords = rest.filter((text) => /^'[a-z]{2,}'$/.test(text));
  if (known.length + words.length > 0) return [...known, ...words];
  return [...weak.filter((mark) => texts.has(mark)), ...keywords];
}

function listing(expected: readonly string[]): string {
  const shown = expected.slice(0, 4);
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} or ${shown.at(-1)}`;
}

/** The start of the token that a failure is in: after blanks, and not in the middle of a word. */
function tokenStart(text: string, segment: Segment, position: number): number {
  let at = Math.min(position, text.length);
  while (at < text.length && text.charCodeAt(at) === 32) at++;
  const isWord = (i: number): boolean => i >= segment.start && /\w/.test(text.charAt(i));
  while (isWord(at) && isWord(at - 1)) at--;
  return isWord(at) && /[$@]/.test(text.charAt(at - 1)) && at > segment.start ? at - 1 : at;
}

const tokenPattern =
  /[$@]?[A-Za-z_]\w*|[$@]\w*|\$#|\d\w*|"[^"]*"?|<<=|>>=|\.\.|->|\+\+|--|&&|\|\||<<|>>|[-+*/%&|^=!<>]=|[\s\S]/uy;

function tokenAt(source: string, text: string, at: number): (Span & { readonly text: string }) | undefined {
  tokenPattern.lastIndex = at;
  const end = at + (tokenPattern.exec(text)?.[0].length ?? 1);
  const shown = source.slice(at, end);
  return { start: at, end, text: shown.length > 24 ? `${shown.slice(0, 20)}…${shown.at(-1)}` : shown };
}

/** An empty span after the last thing written. */
function endOfText(text: string): Span {
  const end = text.trimEnd().length;
  return { start: end, end };
}
