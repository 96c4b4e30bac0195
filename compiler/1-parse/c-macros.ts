/**
 * Object-like and function-like C macros as data, and their textual expansion inside the C part and in `#if` lines.
 *
 * Script expressions are not expanded textually: a define's body is parsed once and 2-check substitutes the tree, so
 * that its diagnostics can point at the use.
 */
import type { Span } from "../source/span.ts";

export type CMacro = {
  readonly name: string;
  readonly span: Span;
  readonly nameSpan: Span;
  /** undefined: object-like. */
  readonly params: readonly string[] | undefined;
  /** Body with comments and line continuations blanked. */
  readonly body: string;
  readonly bodyStart: number;
};
export type CMacros = ReadonlyMap<string, CMacro>;

/** An expanded text: `origin[i]` is the offset, in the text given, that character `i` stands for. */
export type Expanded = { readonly text: string; readonly origin: readonly number[] };

const token = /[A-Za-z_]\w*|"(?:\\.|[^"\\])*"|[\s\S]/g;
const maxLength = 1 << 20;

/** Does the text name any of the macros? Decides whether an expansion is worth its copies. */
export function mentionsMacro(text: string, macros: CMacros): boolean {
  if (macros.size === 0) return false;
  for (const [word] of text.matchAll(/[A-Za-z_]\w*/g)) if (macros.has(word)) return true;
  return false;
}

/**
 * Expands macros as the C preprocessor does: a name is not expanded inside its own expansion, arguments are expanded
 * first, `##` joins its neighbours. A replaced name's characters all map to the name's place.
 */
export function expandMacros(text: string, macros: CMacros): Expanded {
  const pieces: string[] = [];
  const origin: number[] = [];
  let length = 0;
  const emit = (piece: string, at: number, exact: boolean): void => {
    if (length + piece.length > maxLength) return;
    length += piece.length;
    pieces.push(piece);
    for (let i = 0; i < piece.length; i++) origin.push(exact ? at + i : at);
  };
  const tokens = [...text.matchAll(token)].map((m) => ({ text: m[0], at: m.index }));
  for (let i = 0; i < tokens.length; i++) {
    const current = tokens[i];
    if (current === undefined) break;
    const macro = macros.get(current.text);
    if (macro === undefined) {
      emit(current.text, current.at, true);
      continue;
    }
    let args: string[] | undefined;
    let last = i;
    if (macro.params !== undefined) {
      const call = readArguments(
        tokens.map((t) => t.text),
        i + 1,
      );
      if (call === undefined) {
        emit(current.text, current.at, true);
        continue;
      }
      args = call.args;
      last = call.last;
    }
    emit(replaceMacro(macro, args, macros, new Set([macro.name])), current.at, false);
    i = last;
  }
  return { text: pieces.join(""), origin };
}

/** The expansion of one use; `hidden` are the macros being expanded around it. */
function replaceMacro(
  macro: CMacro,
  args: readonly string[] | undefined,
  macros: CMacros,
  hidden: ReadonlySet<string>,
): string {
  let body = macro.body.trim();
  if (macro.params !== undefined && args !== undefined) {
    const values = new Map(macro.params.map((name, i) => [name, args[i]?.trim() ?? ""]));
    body = body.replace(token, (word) => values.get(word) ?? word);
  }
  return expandText(body.replace(/\s*##\s*/g, ""), macros, hidden);
}

function expandText(text: string, macros: CMacros, hidden: ReadonlySet<string>): string {
  // Nested function-like macros can double at each level: a bound keeps a hostile header from filling memory.
  if (hidden.size > 64 || text.length > 1 << 16) return text;
  const words = [...text.matchAll(token)].map((m) => m[0]);
  let out = "";
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    const macro = hidden.has(word) ? undefined : macros.get(word);
    const call = macro?.params === undefined ? undefined : readArguments(words, i + 1);
    if (macro === undefined || (macro.params !== undefined && call === undefined)) {
      out += word;
      continue;
    }
    out += replaceMacro(macro, call?.args, macros, new Set([...hidden, macro.name]));
    if (out.length > 1 << 16) return out;
    if (call !== undefined) i = call.last;
  }
  return out;
}

/** Arguments in parentheses from token `from`; undefined where no `(` follows or it is not closed. */
function readArguments(words: readonly string[], from: number): { args: string[]; last: number } | undefined {
  let i = from;
  while (i < words.length && /^\s$/.test(words[i] ?? "")) i++;
  if (words[i] !== "(") return undefined;
  const args = [""];
  let depth = 0;
  for (; i < words.length; i++) {
    const word = words[i] ?? "";
    if (word === "(" && depth++ === 0) continue;
    if (word === ")" && --depth === 0) return { args, last: i };
    if (word === "," && depth === 1) args.push("");
    else args[args.length - 1] += word;
  }
  return undefined;
}

/** The chain of names by which an object-like macro reaches itself: `A → B → A`; undefined if it does not. */
export function findRecursion(macro: CMacro, macros: CMacros): readonly string[] | undefined {
  const visited = new Set<string>();
  const walk = (current: CMacro, path: readonly string[]): readonly string[] | undefined => {
    for (const [word] of current.body.matchAll(/[A-Za-z_]\w*|"(?:\\.|[^"\\])*"/g)) {
      if (word === macro.name) return [...path, word];
      const next = macros.get(word);
      if (next === undefined || next.params !== undefined || visited.has(word)) continue;
      visited.add(word);
      const found = walk(next, [...path, word]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return walk(macro, [macro.name]);
}
