/** What diagnostics about an object are places of: the script that it holds, or the lines that its line info quotes. */
import type { BtfExt } from "../btf/ext.ts";
import { createSource, joinSource, type Source } from "../source/text.ts";
import type { ObjectFacts } from "./object-facts.ts";

/** The script of an object that says it. */
export function scriptOf(facts: ObjectFacts | undefined): Source | undefined {
  const source = facts?.manifest?.source;
  return source === undefined ? undefined : createSource(source.name, source.text);
}

/** Above this a line number is no line of a file that someone wrote. */
const LAST_LINE = 1_000_000;

/** The files of another compiler's object, as far as its line info quotes them: all other lines are empty. */
export function quotedSource(ext: BtfExt | undefined): Source | undefined {
  const files = new Map<string, string[]>();
  for (const { entries } of ext?.lines ?? []) {
    for (const { file, line, text } of entries) {
      if (file === "" || line < 1 || line > LAST_LINE) continue;
      const lines = files.get(file) ?? [];
      files.set(file, lines);
      lines[line - 1] = text;
    }
  }
  const [first, ...rest] = [...files].map(([name, lines]) => ({
    name,
    text: Array.from(lines, (text) => text ?? "").join("\n"),
  }));
  return first === undefined ? undefined : joinSource(first, rest);
}

/** First line of a file within the source, less one; undefined: the file is not of it. */
export function lineBase(source: Source, file: string): number | undefined {
  const part = source.parts.find(({ name }) => name === file);
  if (part === undefined) return undefined;
  return source.lineStarts().indexOf(part.start);
}
