/** What `tracelet check` prints: a line per kernel, then the budget; or the same as JSON. */
import { bytesText, type KernelCheck, type ProgramCheck, renderDiagnosticsJson, type Source } from "../index.ts";

/** One kernel's answer: the model's, or the compiler's where there is no object to judge. */
export type KernelAnswer = Pick<KernelCheck, "kernel" | "typesKnown" | "verdict" | "since" | "diagnostics"> & {
  readonly programs: KernelCheck["programs"];
  readonly maps: KernelCheck["maps"];
  /** What spans are places of. */
  readonly source: Source | undefined;
  /** The kernel whose types the object was compiled with; undefined: an object that was given. */
  readonly compiledFor: string | undefined;
  /** Compiled for this kernel itself, it would be accepted. */
  readonly ownAccepted: boolean;
};

const VERDICTS = {
  accepted: "accepted: no known reason for a refusal",
  refused: "refused",
  "cannot-attach": "cannot attach",
  unknown: "unknown",
} as const;
const COLOURS = { accepted: 32, refused: 31, "cannot-attach": 31, unknown: 33 } as const;

export function verdictLine(answer: KernelAnswer, colour: boolean): string {
  const { kernel, typesKnown, verdict, since, ownAccepted } = answer;
  const paint = (text: string): string => (colour ? `\x1b[${COLOURS[verdict]}m${text}\x1b[0m` : text);
  let text = `${kernel}${typesKnown ? "" : " (version only)"}: ${paint(VERDICTS[verdict])}`;
  if (since !== undefined && verdict !== "unknown") text += `; Linux ${since} would accept it`;
  if (ownAccepted) text += `; compiled for this kernel (--kernel ${kernel}) it would be accepted`;
  return `${text}\n`;
}

/** Per probe and map what they take: where kernels differ, the most. */
export function budgetText(answers: readonly KernelAnswer[], cpus: number): string {
  const first = answers.find(({ programs }) => programs.length > 0);
  if (first === undefined) return "";
  const most = (index: number, pick: (program: ProgramCheck) => number): number =>
    Math.max(...answers.flatMap(({ programs }) => programs[index] ?? []).map(pick));
  const probes = first.programs.map(({ probe }, index) => [
    probe,
    `${most(index, ({ budget }) => budget.instructions)}`,
    `${most(index, ({ budget }) => budget.verified)}`,
    `${most(index, ({ budget }) => budget.states)}`,
    `${most(index, ({ budget }) => budget.stackCombined)}`,
  ]);
  let text = table(["probe", "instructions", "verified", "states", "stack"], probes);
  const maps = first.maps.map(({ name, type, maxEntries, bytes }) => [name, type, `${maxEntries}`, bytesText(bytes)]);
  if (maps.length > 0) {
    const total = first.maps.reduce((sum, { bytes }) => sum + bytes, 0);
    const all = maps.length > 1 ? [["all maps", "", "", bytesText(total)]] : [];
    text += `\n${table(["map", "type", "entries", `memory, ${cpus} CPU${cpus === 1 ? "" : "s"}`], [...maps, ...all])}`;
  }
  return text;
}

/** Columns two blanks apart; numbers to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)));
  const isNumber = head.map((_, column) => rows.every((row) => /^$|^\d/.test(row[column] ?? "")));
  const line = (cells: readonly string[]): string =>
    `${cells
      .map((cell, column) => (isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd()}\n`;
  return line(head) + rows.map(line).join("");
}

/** The walk of each program, in the kernel's log style, lines of the script before their instructions. */
export function walkText(answer: KernelAnswer): string {
  return answer.programs
    .map((program) => {
      let text = `\n${program.probe} (${program.name}) on ${answer.kernel}\n`;
      for (const line of program.log) {
        text += line.kind === "walk" ? `${line.text}\n` : `; ${line.text} @ ${line.file}:${line.line}\n`;
      }
      if (program.message !== undefined) text += `${program.message}\n`;
      const { verified, states, peakStates, stack } = program.budget;
      return `${text}processed ${verified} insns (limit 1000000) total_states ${states} peak_states ${peakStates}\nstack depth ${stack}\n`;
    })
    .join("");
}

/** For CI: everything that the text says, and per kernel. */
export function checkJson(
  input: { readonly name: string; readonly version: string; readonly cpus: number; readonly verdict: string },
  answers: readonly KernelAnswer[],
): string {
  const kernels = answers.map((answer) => ({
    kernel: answer.kernel,
    typesKnown: answer.typesKnown,
    compiledFor: answer.compiledFor ?? null,
    verdict: answer.verdict,
    since: answer.since ?? null,
    acceptedIfCompiledForIt: answer.ownAccepted,
    programs: answer.programs.map(({ log, since, reason, message, insn, ...program }) => ({
      ...program,
      since: since ?? null,
      reason: reason ?? null,
      message: message ?? null,
      insn: insn ?? null,
      ...(log.length > 0 ? { log } : {}),
    })),
    maps: answer.maps,
    diagnostics:
      answer.source === undefined
        ? answer.diagnostics.map(({ span: _, notes, ...rest }) => ({
            ...rest,
            notes: notes.map(({ text }) => ({ text })),
          }))
        : renderDiagnosticsJson(answer.diagnostics, answer.source),
  }));
  const { name, version, cpus, verdict } = input;
  return `${JSON.stringify({ version: 1, tool: `tracelet ${version}`, input: name, cpus, verdict, kernels }, null, 2)}\n`;
}
