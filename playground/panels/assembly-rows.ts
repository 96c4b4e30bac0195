/** An object's code as rows, each with the line of the script that it comes from: what the assembly panel shows and links. */
import type { Inspection } from "./subject.ts";

export type AssemblyRow =
  | {
      readonly kind: "source";
      readonly line: number;
      readonly column: number;
      readonly text: string;
    }
  | { readonly kind: "label"; readonly line: number | undefined; readonly text: string }
  | {
      readonly kind: "insn";
      readonly line: number | undefined;
      readonly slot: number;
      readonly text: string;
      readonly relocation: string | undefined;
    };

export type AssemblyProgram = {
  readonly name: string;
  /** As in the script, or "function NAME". */
  readonly title: string;
  readonly section: string;
  readonly instructions: number;
  readonly rows: readonly AssemblyRow[];
};

export function assemblyPrograms(inspection: Inspection): readonly AssemblyProgram[] {
  return [...inspection.programs, ...inspection.functions].map((fn) => {
    const rows: AssemblyRow[] = [];
    let line: number | undefined;
    for (const { slot, text, relocation, source } of fn.code) {
      if (source !== undefined) {
        line = source.line;
        rows.push({ kind: "source", line, column: source.column, text: source.text.trim() });
      }
      if (slot === undefined) rows.push({ kind: "label", line, text });
      else rows.push({ kind: "insn", line, slot, text, relocation });
    }
    const { name, section, instructions } = fn;
    return { name, title: fn.probe ?? `function ${name}`, section, instructions, rows };
  });
}

export type TokenKind = "register" | "number" | "label" | "call" | "comment" | "word" | "plain";
export type Token = { readonly kind: TokenKind; readonly text: string };

const PATTERN =
  /(;.*$)|(\bcall\s+\S+)|(\b[rw](?:10|[0-9])\b)|(-?\b0x[0-9a-f]+\b|-?\b\d+\b)|(\b(?:if|goto|exit|lock|ll|be16|be32|be64|le16|le32|le64|bswap16|bswap32|bswap64|s8|s16|s32|u8|u16|u32|u64)\b)|(\bL\d+\b)/g;

/** An instruction's text in parts, for colours. The parts together are the text. */
export function tokens(text: string): readonly Token[] {
  const found: Token[] = [];
  let at = 0;
  for (const match of text.matchAll(PATTERN)) {
    if (match.index > at) found.push({ kind: "plain", text: text.slice(at, match.index) });
    const kinds: readonly TokenKind[] = ["comment", "call", "register", "number", "word", "label"];
    const kind = kinds.find((_, i) => match[i + 1] !== undefined) ?? "plain";
    found.push({ kind, text: match[0] });
    at = match.index + match[0].length;
  }
  if (at < text.length) found.push({ kind: "plain", text: text.slice(at) });
  return found;
}
