/** How diagnostics are shown: bpftrace's layout (L9.1 … L9.3, L9.7), and JSON. */
import { describe, expect, test } from "vitest";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { renderJson } from "../../compiler/diagnostics/render-json.ts";
import { renderText } from "../../compiler/diagnostics/render-text.ts";
import { sortDiagnostics } from "../../compiler/diagnostics/sort.ts";
import { createSource, lineText, positionAt } from "../../compiler/source/text.ts";

function diagnostic(start: number, end: number, more: Partial<Diagnostic> = {}): Diagnostic {
  return {
    code: "some-code",
    severity: "error",
    message: "message",
    hint: undefined,
    span: { start, end },
    notes: [],
    ...more,
  };
}

const program = createSource("stdin", "BEGIN { $x = $y + 1; }");

describe("text", () => {
  test("place, line, tildes (L9.1, L9.2)", () => {
    const message = "Undefined or undeclared variable: $y";
    expect(renderText([diagnostic(13, 15, { message })], program)).toBe(
      `stdin:1:14-16: ERROR: ${message}\nBEGIN { $x = $y + 1; }\n             ~~\n`,
    );
  });

  test("a tab is four blanks wide", () => {
    const source = createSource("a.bt", "k:f\n{\n\t$x =\t$y;\n}");
    expect(renderText([diagnostic(12, 14)], source)).toBe(
      "a.bt:3:7-9: ERROR: message\n    $x =    $y;\n            ~~\n",
    );
  });

  test("a span over several lines names the lines and shows the first (L9.1)", () => {
    const source = createSource("a.bt", "k:f {\n  print(1,\n    2);\n}\n");
    expect(renderText([diagnostic(8, 22)], source)).toBe("a.bt:2-3: ERROR: message\n  print(1,\n  ~~~~~~~~\n");
  });

  test("the end of input is marked with one tilde", () => {
    const source = createSource("stdin", "BEGIN {");
    expect(renderText([diagnostic(7, 7)], source)).toBe("stdin:1:8-8: ERROR: message\nBEGIN {\n       ~\n");
  });

  test("notes, then the hint (L9.3)", () => {
    const notes = [
      { text: "assigned here", span: { start: 8, end: 10 } },
      { text: "of no place", span: undefined },
    ];
    expect(renderText([diagnostic(13, 15, { notes, hint: "do this" })], program)).toBe(
      [
        "stdin:1:14-16: ERROR: message",
        "BEGIN { $x = $y + 1; }",
        "             ~~",
        "stdin:1:9-11: NOTE: assigned here",
        "BEGIN { $x = $y + 1; }",
        "        ~~",
        "NOTE: of no place",
        "HINT: do this",
        "",
      ].join("\n"),
    );
  });

  test("without a place (L9.7)", () => {
    expect(renderText([diagnostic(0, 0, { span: undefined, severity: "warning" })], program)).toBe(
      "WARNING: message\n",
    );
  });

  test("colour only on request, and only around the text", () => {
    const plain = renderText([diagnostic(13, 15, { hint: "h" })], program);
    const colored = renderText([diagnostic(13, 15, { hint: "h" })], program, { color: true });
    expect(plain).not.toContain("\x1b");
    expect(colored).toContain("\x1b[31mERROR\x1b[0m");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes are what is tested
    expect(colored.replace(/\x1b\[\d+m/g, "")).toBe(plain);
  });

  test("errors before warnings, each by place (L9.4)", () => {
    const all = [
      diagnostic(9, 10, { message: "late" }),
      diagnostic(1, 2, { message: "warned", severity: "warning" }),
      diagnostic(3, 4, { message: "early" }),
      diagnostic(0, 0, { message: "nowhere", span: undefined }),
    ];
    expect(sortDiagnostics(all).map(({ message }) => message)).toEqual(["nowhere", "early", "late", "warned"]);
    expect(all[0]?.message).toBe("late");
  });
});

test("JSON has every key, with offsets beside lines and columns", () => {
  const notes = [{ text: "n", span: undefined }];
  expect(renderJson([diagnostic(13, 15, { notes })], program)).toEqual([
    {
      code: "some-code",
      severity: "error",
      message: "message",
      hint: null,
      file: "stdin",
      range: { start: { line: 1, column: 14, offset: 13 }, end: { line: 1, column: 16, offset: 15 } },
      notes: [{ text: "n", range: null }],
    },
  ]);
});

describe("positions", () => {
  const source = createSource("x", "a\r\nbc\n\nd");
  test.each([
    [0, 1, 1],
    [1, 1, 2],
    [3, 2, 1],
    [5, 2, 3],
    [6, 3, 1],
    [7, 4, 1],
    [8, 4, 2],
    [99, 4, 2],
    [-5, 1, 1],
  ])("offset %i is %i:%i", (offset, line, column) => {
    expect(positionAt(source, offset)).toEqual({ line, column });
  });

  test("lines are without their ends", () => {
    expect([0, 1, 2, 3, 4, 5].map((line) => lineText(source, line))).toEqual(["", "a", "bc", "", "d", ""]);
  });
});
