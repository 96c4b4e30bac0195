/** A NUL has no place in a script, in a comment neither: the object carries the text as a string. */
import { expect, test } from "vitest";
import { parse } from "../../compiler/1-parse/parse.ts";
import { createSource } from "../../compiler/source/text.ts";

test.each([
  ["block comment", "/* \0 */ begin { }"],
  ["line comment", "// \0\nbegin { }"],
  ["dead branch", "#if 0\n\0\n#endif\nbegin { }"],
])("a NUL in a %s is refused", (_, text) => {
  const { diagnostics } = parse(createSource("stdin", text));
  const at = text.indexOf("\0");
  expect(diagnostics.map(({ severity, message, span }) => ({ severity, message, span }))).toEqual([
    { severity: "error", message: "syntax: unexpected character U+0000", span: { start: at, end: at + 1 } },
  ]);
});
