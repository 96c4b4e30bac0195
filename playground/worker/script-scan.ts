/**
 * Where in a script an offset is: reads the text from its start, lexically, as far as the offset. Minds no mistakes, since
 * completion is asked for in the middle of them.
 */

type Bracket = { readonly char: string; readonly at: number };

export type Place =
  | { readonly kind: "comment" | "string" }
  /** Between programs. `head`: from the last separator to the offset. */
  | { readonly kind: "top"; readonly head: string; readonly headFrom: number }
  | { readonly kind: "config" }
  /** A body or predicate. `attach`: the probe's attach points, from `from` on. `open`: brackets that are open, outermost first. */
  | {
      readonly kind: "code";
      readonly attach: string;
      readonly from: number;
      readonly open: readonly Bracket[];
      readonly predicate: boolean;
    }
  /** C definitions and preprocessor lines. */
  | { readonly kind: "other" };

/** The place of `offset`. */
export function scanScript(text: string, offset: number): Place {
  const open: Bracket[] = [];
  let headFrom = 0;
  let attach = "";
  let predicate = false;
  let at = 0;
  let inConfig = false;
  let inType = false;
  while (at < offset) {
    const char = text[at];
    const two = text.slice(at, at + 2);
    if (two === "//") {
      const end = text.indexOf("\n", at);
      if (end < 0 || end >= offset) return { kind: "comment" };
      if (open.length === 0 && text.slice(headFrom, at).trim() === "") headFrom = end + 1;
      at = end + 1;
      continue;
    }
    if (two === "/*") {
      const end = text.indexOf("*/", at + 2);
      if (end < 0 || end + 2 > offset) return { kind: "comment" };
      at = end + 2;
      if (open.length === 0 && text.slice(headFrom, at).trim().startsWith("/*")) headFrom = at;
      continue;
    }
    if (char === '"') {
      const end = endOfString(text, at);
      if (end > offset) return { kind: inConfig ? "config" : "string" };
      at = end;
      continue;
    }
    if (char === "#" && open.length === 0 && !predicate && text.slice(headFrom, at).trim() === "") {
      const end = text.indexOf("\n", at);
      if (end < 0 || end >= offset) return { kind: "other" };
      at = end + 1;
      headFrom = at;
      continue;
    }
    at++;
    if (char === "{" || char === "(" || char === "[") {
      if (open.length === 0 && !predicate) {
        attach = text.slice(headFrom, at - 1).trim();
        inConfig = /^config\s*=/.test(attach);
        inType = /^(?:struct|union|enum|typedef)\b/.test(attach);
      }
      if (char === "{") predicate = predicate && open.length > 0;
      open.push({ char, at: at - 1 });
    } else if (char === "}" || char === ")" || char === "]") {
      open.pop();
      if (open.length === 0 && char === "}") {
        headFrom = at;
        attach = "";
        inConfig = false;
        inType = false;
        predicate = false;
      }
    } else if (char === ";" && open.length === 0) {
      headFrom = at;
    } else if (char === "/" && open.length === 0) {
      const head = text.slice(headFrom, at - 1);
      if (predicate) {
        // A slash that no body follows divides.
        if (/^\s*(?:\{|$)/.test(text.slice(at))) predicate = false;
      } else if (head.trim() !== "" && !isPath(head)) {
        attach = head.trim();
        predicate = true;
      }
    }
  }
  if (inConfig) return { kind: "config" };
  if (inType) return { kind: "other" };
  if (open.length > 0 || predicate) return { kind: "code", attach, from: headFrom, open, predicate };
  const from = lastSeparator(text, headFrom, offset);
  return { kind: "top", head: text.slice(from, offset), headFrom: from };
}

/** A slash right behind a probe of a binary is part of its path: uprobe:/bin/bash:readline. */
function isPath(head: string): boolean {
  const point = head.slice(head.lastIndexOf(",") + 1);
  return /^\s*(?:u|ur|U|uprobe|uretprobe|usdt):\S*$/.test(point);
}

/** Behind the last comma, line break after a finished word, or the part's start; blanks are passed over. */
function lastSeparator(text: string, from: number, offset: number): number {
  let start = from;
  const comma = text.lastIndexOf(",", offset - 1);
  if (comma >= start) start = comma + 1;
  while (start < offset && /\s/.test(text[start] ?? "")) start++;
  return start;
}

function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const char = text[at];
    if (char === "\\") at++;
    else if (char === '"') return at + 1;
    else if (char === "\n") return at;
  }
  return text.length + 1;
}

const CLOSERS: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": ";}" };

/** A text that ends in the middle of code, made one that parses: what is open is closed. */
export function closeScript(before: string, place: Extract<Place, { kind: "code" }>): string {
  let text = before;
  for (const { char, at } of [...place.open].reverse()) {
    const isCondition = char === "(" && /\b(?:if|while|for|unroll)\s*$/.test(before.slice(0, at));
    text += `${CLOSERS[char] ?? ""}${isCondition ? " {}" : ""}`;
  }
  return place.predicate && !place.open.some(({ char }) => char === "{") ? `${text} / {}` : `${text}\n`;
}

/**
 * A text in which the operand stands alone, assigned to a variable, in the block where it is used: what is around it may
 * not fit its type. `at`: where the operand is in that text.
 */
export function isolate(
  text: string,
  operand: { readonly start: number; readonly end: number },
  place: Extract<Place, { kind: "code" }>,
): { readonly text: string; readonly at: { readonly start: number; readonly end: number } } {
  const body = place.open.find(({ char }) => char === "{");
  const cut = Math.max(...[";", "{", "}"].map((char) => text.lastIndexOf(char, operand.start - 1))) + 1;
  const head = body === undefined ? `${text.slice(0, place.from)}\n${place.attach} {` : text.slice(0, cut);
  const inner = body === undefined ? 1 : place.open.filter(({ char, at }) => char === "{" && at < cut).length;
  const lead = `${head} $isolated = `;
  const expression = text.slice(operand.start, operand.end);
  return {
    text: `${lead}${expression};${"}".repeat(inner)}\n`,
    at: { start: lead.length, end: lead.length + expression.length },
  };
}

/** Without parentheses around it: those have no node of their own. */
export function unwrap(
  text: string,
  operand: { readonly start: number; readonly end: number },
): { readonly start: number; readonly end: number } {
  let { start, end } = operand;
  for (;;) {
    while (start < end && /\s/.test(text[start] ?? "")) start++;
    while (end > start && /\s/.test(text[end - 1] ?? "")) end--;
    if (text[start] !== "(" || text[end - 1] !== ")" || matching(text, end - 1) !== start) return { start, end };
    start++;
    end--;
  }
}

/** Where the operand begins that ends at `end`: names, fields, calls, indices, a parenthesis; undefined: none does. */
export function operandStart(text: string, end: number): number | undefined {
  let at = end;
  for (;;) {
    const char = text[at - 1] ?? "";
    if (char === ")" || char === "]") {
      const open = matching(text, at - 1);
      if (open === undefined) return undefined;
      at = open;
      // What is called or indexed belongs to it; a parenthesis alone is the whole operand.
      if (!/[\w)\]@]/.test(text[at - 1] ?? "")) return at;
      continue;
    }
    const word = /[$@]?\w+$|@$/.exec(text.slice(0, at))?.[0];
    if (word === undefined) return at === end ? undefined : at;
    at -= word.length;
    if (text.slice(at - 2, at) === "->") at -= 2;
    else if (text[at - 1] === ".") at -= 1;
    else return at;
  }
}

function matching(text: string, close: number): number | undefined {
  let level = 0;
  for (let at = close; at >= 0; at--) {
    const char = text[at] ?? "";
    if (")]}".includes(char)) level++;
    else if ("([{".includes(char) && --level === 0) return at;
  }
  return undefined;
}
