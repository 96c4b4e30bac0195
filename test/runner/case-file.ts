/**
 * A `.case` file: one behaviour as text. `# intent` lines (which cite row IDs), then sections that start with
 * `=== name`: `program` always, then any stage whose text is expected. Program and expectation stand together, so that
 * a review sees both.
 */
export type Section = { readonly name: string; readonly text: string };
export type CaseFile = {
  readonly intent: string;
  readonly rows: readonly string[];
  readonly sections: readonly Section[];
};

/** @throws Error when the file has no intent, no program, or a section twice */
export function splitCase(text: string): CaseFile {
  // A section's text lacks its last newline, which the file has.
  const lines = (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
  const intent: string[] = [];
  const sections: { name: string; lines: string[] }[] = [];
  for (const line of lines) {
    const head = /^=== ([a-z][a-z0-9 :=_.-]*)$/.exec(line);
    if (head?.[1] !== undefined) sections.push({ name: head[1], lines: [] });
    else if (sections.length > 0) sections.at(-1)?.lines.push(line);
    else if (line.startsWith("#")) intent.push(line.replace(/^#\s?/, ""));
    else if (line.trim() !== "") throw new Error(`text before the first section: ${line}`);
  }
  if (intent.length === 0) throw new Error("a case starts with its intent: # one line");
  const names = sections.map((section) => section.name);
  if (!names.includes("program")) throw new Error("a case needs === program");
  if (new Set(names).size !== names.length) throw new Error(`a section stands twice: ${names.join(", ")}`);
  const rows = [...intent.join("\n").matchAll(/\bL\d+\.\d+\b/g)].map((match) => match[0]);
  return {
    intent: intent.join("\n"),
    rows,
    sections: sections.map(({ name, lines: body }) => ({ name, text: body.join("\n") })),
  };
}

export function joinCase(file: CaseFile): string {
  const head = file.intent
    .split("\n")
    .map((line) => (line === "" ? "#" : `# ${line}`))
    .join("\n");
  return `${head}\n${file.sections.map(({ name, text }) => `=== ${name}\n${text}\n`).join("")}`;
}
