/** The checker's answer for one kernel, as the page shows it: a row per program, with the reason at its line. */
import type { KernelCheck } from "../../compiler/index.ts";
import type { KernelInfo, KernelVerdict, Problem, ProgramVerdictView, WalkLine } from "./protocol.ts";

type ProgramCheck = KernelCheck["programs"][number];

/** @param walk name of the program whose walk is kept */
export function verdictOf(
  check: KernelCheck,
  kernel: KernelInfo,
  problems: readonly Problem[],
  walk: string | undefined,
  took: number,
): KernelVerdict {
  return {
    kernel,
    verdict: check.verdict,
    since: check.since,
    problems,
    programs: check.programs.map((program) => programView(program, reasonOf(program, check, problems), walk)),
    maps: check.maps.map(({ name, type, maxEntries, bytes }) => ({ name, type, entries: maxEntries, bytes })),
    mapBytes: check.maps.reduce((sum, { bytes }) => sum + bytes, 0),
    took,
  };
}

/** What is said of a program that is not accepted: its messages name the probe. */
function reasonOf(program: ProgramCheck, check: KernelCheck, problems: readonly Problem[]): Problem | undefined {
  if (program.verdict === "accepted") return undefined;
  const named = problems.find(({ message }) => message.includes(program.probe));
  const alone = check.programs.filter(({ verdict }) => verdict !== "accepted").length === 1;
  return named ?? (alone ? problems[0] : undefined);
}

function programView(program: ProgramCheck, reason: Problem | undefined, walk: string | undefined): ProgramVerdictView {
  const { name, section, probe, verdict, message, insn, budget } = program;
  const placed = reason !== undefined && !reason.whole ? reason : undefined;
  return {
    name,
    section,
    probe: probe === section ? undefined : probe,
    verdict,
    message,
    explanation: reason?.message,
    hint: reason?.hint,
    insn,
    line: placed?.line,
    column: placed?.column,
    instructions: budget.instructions,
    processed: budget.verified,
    states: budget.states,
    peakStates: budget.peakStates,
    stack: budget.stackCombined,
    walk: walk === name ? walkLines(program) : [],
  };
}

function walkLines(program: ProgramCheck): readonly WalkLine[] {
  let line: number | undefined;
  return program.log.flatMap((each): readonly WalkLine[] => {
    if (each.kind === "source") {
      line = each.line;
      return [];
    }
    return [{ insn: each.insn, line, text: each.text }];
  });
}
