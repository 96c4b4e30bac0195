/** Messages of the parser and the preprocessor. */
import { error } from "../diagnostic.ts";

/** What C and other languages write so. */
export type Habit = keyof typeof HABITS;
const HABITS = {
  "c-for": "a loop counts through a range: for ($i : 0..10) { … }; or while ($i < 10) { … $i++; }",
  "c-declaration":
    "a variable is made by its first assignment, with a $: $x = 5; a type may follow: let $x: int32 = 5;",
  assignment: "== compares",
} as const;

export const parseCatalog = {
  // --- Tokens ---
  "unterminated-string": error(
    () => "syntax: unterminated string",
    () => "a string ends with '\"' on the line where it began; write a line break as \\n",
  ),
  "unterminated-comment": error(
    () => "syntax: unterminated comment",
    () => "close it with */",
  ),
  "invalid-escape": error(
    (p: { escape: string }) => `syntax: invalid escape character '\\${p.escape}'`,
    () => 'use \\n \\t \\r \\" \\\\, octal (\\0 to \\377) or hexadecimal (\\x41); write a backslash as \\\\',
  ),
  "invalid-integer-suffix": error(
    (p: { suffix: string }) => `syntax: invalid integer suffix '${p.suffix}'`,
    () => "suffixes are u, l, ul, ll, ull and, for durations, ns, us, ms, s, m, h, d",
  ),
  "invalid-integer": error((p: { text: string; why: string }) => `syntax: invalid integer ${p.text}: ${p.why}`),
  "integer-overflow": error(
    (p: { text: string }) => `syntax: overflow error, maximum value is 18446744073709551615: ${p.text}`,
  ),
  "positional-out-of-range": error(
    (p: { text: string }) => `syntax: positional parameter ${p.text} is out of range: the first one is $1`,
  ),
  fraction: error(
    (p: { text: string }) => `syntax: unexpected fraction ${p.text}`,
    () => "all numbers are integers: scale first, as in x * 15 / 10",
  ),
  "character-literal": error(
    () => 'syntax: unexpected "\'"',
    () => 'strings are in double quotes; there are no character literals, write 65 or "A"[0]',
  ),
  "unknown-character": error((p: { text: string }) => `syntax: unexpected character ${p.text}`),

  // --- Structure ---
  "unexpected-token": error(
    (p: { found: string; expected: string; habit?: Habit }) =>
      `syntax: unexpected ${p.found}${p.expected === "" ? "" : `, expected ${p.expected}`}`,
    (p) => (p.habit === undefined ? undefined : HABITS[p.habit]),
  ),
  unclosed: error(
    (p: { found: string; close: string; expected: string }) =>
      `syntax: unexpected ${p.found}, missing '${p.close}'${p.expected === "" ? "" : ` (expected ${p.expected})`}`,
  ),
  "unclosed-predicate": error(
    () => "syntax: expected '/' to close predicate",
    () => "a predicate is /condition/ before the '{'",
  ),
  "missing-body": error(
    (p: { found: string }) => `syntax: unexpected ${p.found}, expected '{'`,
    () => "a probe is attach points, an optional /predicate/, and a body in braces",
  ),
  "reserved-word": error((p: { word: string }) => `syntax: unexpected '${p.word}', which is a reserved word`),
  "missing-braces": error(
    (p: { word: string; found: string }) => `syntax: unexpected ${p.found}, expected '{' after ${p.word}`,
    () => "braces are always required; parentheses are required around anything longer than one operand",
  ),
  "increment-target": error(() => "syntax: increment/decrement requires a variable or map"),
  "assignment-target": error(
    () => "syntax: unexpected assignment: its target must be a variable ($x) or a map (@x, @x[key])",
  ),
  "duplicate-field-name": error((p: { name: string }) => `syntax: duplicate field name '${p.name}' in a record`),

  "nesting-too-deep": error(
    () => "syntax: the script nests too deeply here",
    () => "split the expression or the blocks into several",
  ),

  // --- Order of parts ---
  "config-order": error(
    () => "syntax: config must appear before probes and functions",
    () => "move the config block to the top of the script",
  ),
  "duplicate-config": error(
    () => "syntax: duplicate config block",
    () => "put all keys into one block",
  ),
  "c-order": error(
    () => "syntax: C definitions must appear before probes and functions",
    () => "move the definition to the top of the script",
  ),
  "import-order": error(
    () => "syntax: root imports must appear before probes and functions",
    () => "move the import to the top of the script",
  ),
  "root-let": error(
    () => "syntax: root-level let statements need to be map declarations, e.g. let @a = hash(2);",
    () => "declare variables inside a probe",
  ),
  "map-decl-size": error(() => "syntax: expected positive integer for map declaration max entries"),
  "missing-parameter": error(
    (p: { text: string }) => `positional parameter ${p.text} in an attach point is empty or not provided`,
    () => "give it after the script, as in: tracelet script.bt 100",
  ),

  // --- C part ---
  "c-constant": error((p: { why: string }) => `not a constant integer: ${p.why}`),

  // --- Preprocessor ---
  "unknown-directive": error(
    (p: { name: string }) => `unknown preprocessor directive #${p.name}`,
    () =>
      "comments begin with //; directives are include define undef if ifdef ifndef elif else endif error warning pragma",
  ),
  "malformed-directive": error((p: { name: string; why: string }) => `malformed #${p.name}: ${p.why}`),
  "directive-without-if": error((p: { name: string }) => `#${p.name} without #if`),
  "unclosed-if": error(
    (p: { name: string }) => `#${p.name} without #endif`,
    () => "close it with #endif",
  ),
  "error-directive": error((p: { text: string }) => `#error ${p.text}`.trimEnd()),
  "macro-recursion": error(
    (p: { name: string; path: string }) => `Macro recursion: ${p.path}`,
    (p) => `define ${p.name} without naming itself`,
  ),
};
