/**
 * Where each top-level item begins and ends in a preprocessed text. Items are matched one by one, so that an error in
 * one probe leaves the others to be read.
 */
export type Segment = {
  readonly start: number;
  readonly end: number;
  /** Its first word, "" if it starts with something else. */
  readonly word: string;
  /** A bracket is open at its end: the offset of the innermost one. */
  readonly open: number | undefined;
  /** The bracket that nests deeper than the parser follows. */
  readonly tooDeep: number | undefined;
};

/** Brackets in brackets: far beyond what people write, and well within any engine's stack. */
const maxDepth = 64;

const firstWord = /[A-Za-z_][A-Za-z0-9_]*/y;
const cWords: ReadonlySet<string> = new Set(["struct", "union", "enum", "typedef"]);
/** Behind a closing brace: the predicate began with a block. No item begins so. */
const goesOn = / *[=!<>&|^%?/]/y;
/** In column 0: what looks like a new item, so that an unclosed brace does not swallow the rest of the script. */
const itemAtLineStart =
  /^(?:[A-Za-z]\w*:\S|(?:macro|fn|config|let|struct|union|enum|typedef)\b|(?!else\b)[A-Za-z]+[ \t]*(?:\{|$))/;

/** `source` is the text before preprocessing: its line starts help to recover. Begins at `from`. */
export function splitSegments(text: string, source: string, from = 0): Segment[] {
  const segments: Segment[] = [];
  let at = from;
  for (;;) {
    while (at < text.length && (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 59)) at++;
    if (at >= text.length) return segments;
    firstWord.lastIndex = at;
    const word = firstWord.exec(text)?.[0] ?? "";
    let segment = findEnd(text, at, word);
    if (segment.open !== undefined) {
      const cut = nextItemLine(source, text, at + 1);
      if (cut !== undefined) segment = { ...segment, end: cut };
    }
    segments.push({ ...segment, end: trimBlanks(text, at, segment.end) });
    at = segment.end;
  }
}

function findEnd(text: string, start: number, word: string): Segment {
  const isC = cWords.has(word);
  const endsWithCall = word === "let";
  const open: number[] = [];
  let tooDeep: number | undefined;
  const segment = (end: number): Segment => ({ start, end, word, open: open.at(-1), tooDeep });
  for (let i = start; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 123: // {
      case 40: // (
      case 91: // [
        open.push(i);
        if (open.length > maxDepth) tooDeep ??= i;
        break;
      case 41: // )
        if (open.length > 0 && text.charCodeAt(open.at(-1) ?? 0) === 40) open.pop();
        if (open.length === 0 && endsWithCall) return segment(i + 1);
        break;
      case 93: // ]
        if (open.length > 0 && text.charCodeAt(open.at(-1) ?? 0) === 91) open.pop();
        break;
      case 125: // }
        // An unclosed parenthesis must not hide the end of the block.
        while (open.length > 0 && text.charCodeAt(open.at(-1) ?? 0) !== 123) open.pop();
        open.pop();
        if (open.length > 0) break;
        if (!isC) {
          goesOn.lastIndex = i + 1;
          if (goesOn.test(text)) break;
          return segment(i + 1);
        }
        if (word === "typedef" || /^ *(?:__attribute|__packed)/.test(text.slice(i + 1, i + 200))) break;
        return segment(i + 1);
      case 59: // ;
        if (open.length === 0) return segment(i + 1);
        break;
    }
  }
  return segment(text.length);
}

function nextItemLine(source: string, text: string, from: number): number | undefined {
  for (let i = source.indexOf("\n", from); i >= 0; i = source.indexOf("\n", i + 1)) {
    if (text.charCodeAt(i + 1) === 32) continue;
    const end = source.indexOf("\n", i + 1);
    if (itemAtLineStart.test(text.slice(i + 1, end < 0 ? text.length : end).trimEnd())) return i + 1;
  }
  return undefined;
}

function trimBlanks(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && text.charCodeAt(at - 1) === 32) at--;
  return at;
}
