/**
 * `tracelet check`: what kernels would say of a script or an object, without them. One verdict per kernel; writes nothing.
 *
 * A script is compiled once, for the newest of the kernels that takes it, and that object is judged for all: as one object
 * is sent to a fleet. Where a kernel refuses it, the script is compiled for that kernel too, to say whether that helps.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CheckError,
  type CheckedKernel,
  type CompileResult,
  checkObject,
  type Diagnostic,
  type KernelVerdict,
  renderDiagnostics,
  renderSarif,
  type Source,
  VERSION,
} from "../index.ts";
import { type Snapshot, SnapshotError } from "../snapshot/index.ts";
import { type CompileArgs, compileScript, optionsFrom } from "./build-object.ts";
import { budgetText, checkJson, type KernelAnswer, verdictLine, walkText } from "./check-text.ts";
import { CliError, EXIT, readInput, useColour, writeAll } from "./io.ts";
import { allKernels, chooseKernel, chooseSnapshot } from "./kernels.ts";
import { installDirectory } from "./loader.ts";
import { isElf, readScript, type Script } from "./script.ts";

export type CheckArgs = CompileArgs & {
  readonly kernel?: readonly string[] | undefined;
  readonly cpus?: string | undefined;
  readonly json?: boolean | undefined;
  readonly sarif?: boolean | undefined;
  readonly log?: boolean | undefined;
  readonly strict?: boolean | undefined;
};
const DEFAULT_CPUS = 4;
const MOST_CPUS = 8192;

export async function checkCommand(args: CheckArgs): Promise<number> {
  if (args.json === true && args.sarif === true)
    throw new CliError(EXIT.usage, "USAGE: choose one of --json and --sarif");
  const cpus = readCpus(args.cpus);
  const words = [...new Set(args.kernel ?? allKernels())];
  const kernels = words.map(chooseKernel);
  const given = args.e === undefined && args.script !== undefined ? readInput(args.script) : undefined;
  const asked = { cpus, log: args.log === true };
  if (given !== undefined && isElf(given)) {
    const name = args.script ?? "stdin";
    const answers = await judgeObject(name, given, kernels, asked);
    return tell(args, { name, cpus, own: [], source: undefined }, answers);
  }
  const script = readScript(args.script, args.e, given);
  const { answers, own, source } = await judgeScript(script, args, kernels, asked);
  return tell(args, { name: script.name, cpus, own, source }, answers);
}

function readCpus(word: string | undefined): number {
  if (word === undefined) return DEFAULT_CPUS;
  const cpus = /^\d+$/.test(word) ? Number(word) : 0;
  if (cpus < 1 || cpus > MOST_CPUS)
    throw new CliError(EXIT.usage, `USAGE: --cpus takes a number from 1 to ${MOST_CPUS}, not '${word}'`);
  return cpus;
}

type Asked = { readonly cpus: number; readonly log: boolean };

async function judgeObject(
  name: string,
  object: Uint8Array,
  kernels: readonly CheckedKernel[],
  asked: Asked,
  compiled?: { readonly source: Source; readonly for: string },
): Promise<readonly KernelAnswer[]> {
  try {
    const types = kernels.some((kernel) => typeof kernel !== "string") ? undefined : chooseSnapshot(undefined);
    const { source, kernels: found } = await checkObject(object, {
      kernels,
      source: compiled?.source,
      types,
      ...asked,
    });
    return found.map((kernel) => ({ ...kernel, source, compiledFor: compiled?.for, ownAccepted: false }));
  } catch (error) {
    if (error instanceof CheckError || error instanceof SnapshotError)
      throw new CliError(EXIT.refused, `${name}: ${error.message}`);
    throw error;
  }
}

type ScriptAnswer = {
  readonly answers: readonly KernelAnswer[];
  /** What the compiler itself has to say of a script that it takes. */
  readonly own: readonly Diagnostic[];
  readonly source: Source;
};

async function judgeScript(
  script: Script,
  args: CheckArgs,
  kernels: readonly CheckedKernel[],
  asked: Asked,
): Promise<ScriptAnswer> {
  const compiled = new Map<Snapshot, CompileResult>();
  const compileFor = async (snapshot: Snapshot): Promise<CompileResult> => {
    const known = compiled.get(snapshot) ?? (await compileScript(script, optionsFrom(script, args, snapshot, {})));
    compiled.set(snapshot, known);
    return known;
  };
  const snapshots = kernels
    .filter((kernel): kernel is Snapshot => typeof kernel !== "string")
    .sort((a, b) => compareReleases(b, a));
  if (snapshots.length === 0) snapshots.push(chooseSnapshot(undefined));
  let base: Snapshot | undefined;
  for (const snapshot of snapshots) {
    if ((await compileFor(snapshot)).object === undefined) continue;
    base = snapshot;
    break;
  }
  const first = await compileFor(base ?? snapshots[0] ?? chooseSnapshot(undefined));
  if (base === undefined || first.object === undefined) {
    const answers: KernelAnswer[] = [];
    for (const kernel of kernels)
      answers.push(notCompiled(kernel, typeof kernel === "string" ? first : await compileFor(kernel), false));
    return { answers, own: [], source: first.source };
  }
  const { object, source, diagnostics } = first;
  const judged = await judgeObject(script.name, object, kernels, asked, { source, for: base.release });
  const answers: KernelAnswer[] = [];
  for (const [index, answer] of judged.entries()) {
    const kernel = kernels[index];
    const failed = answer.verdict === "refused" || answer.verdict === "cannot-attach";
    if (!failed || kernel === undefined || typeof kernel === "string" || kernel === base) {
      answers.push(answer);
      continue;
    }
    const own = await compileFor(kernel);
    if (own.object === undefined) {
      answers.push({ ...answer, diagnostics: answer.diagnostics.map((d) => withHint(d, own.diagnostics)) });
      continue;
    }
    const [again] = await judgeObject(script.name, own.object, [kernel], { ...asked, log: false });
    answers.push({ ...answer, ownAccepted: again?.verdict === "accepted" });
  }
  return { answers, own: diagnostics, source };
}

/** The compiler, asked about the same place for the same kernel, knows names that are like the one that is absent. */
function withHint(diagnostic: Diagnostic, own: readonly Diagnostic[]): Diagnostic {
  const { code, span } = diagnostic;
  const lacks = code === "member-absent" || code === "target-absent" || code === "event-field-absent";
  if (!lacks || span === undefined) return diagnostic;
  const same = own.find(
    (o) => o.hint !== undefined && o.span !== undefined && o.span.start < span.end && span.start < o.span.end,
  );
  return same?.hint === undefined ? diagnostic : { ...diagnostic, hint: same.hint };
}

function compareReleases(a: Snapshot, b: Snapshot): number {
  for (const index of [0, 1, 2] as const)
    if (a.version[index] !== b.version[index]) return a.version[index] - b.version[index];
  return 0;
}

/** Errors that name what a kernel lacks: the script is sound, and this is not its kernel. */
const LACKS = new Set([
  "function-missing",
  "function-no-btf",
  "module-missing",
  "no-match",
  "iter-missing",
  "kernel-btf",
]);

function notCompiled(kernel: CheckedKernel, result: CompileResult, elsewhere: boolean): KernelAnswer {
  const errors = result.diagnostics.filter(({ severity }) => severity === "error");
  const lacks = errors.every(({ code }) => LACKS.has(code) || elsewhere);
  const verdict: KernelVerdict = lacks ? "cannot-attach" : "refused";
  return {
    kernel: typeof kernel === "string" ? kernel : kernel.release,
    typesKnown: typeof kernel !== "string",
    verdict,
    since: undefined,
    diagnostics: result.diagnostics,
    programs: [],
    maps: [],
    source: result.source,
    compiledFor: undefined,
    ownAccepted: false,
  };
}

type About = {
  readonly name: string;
  readonly cpus: number;
  readonly own: readonly Diagnostic[];
  readonly source: Source | undefined;
};

function tell(args: CheckArgs, { name, cpus, own, source }: About, answers: readonly KernelAnswer[]): number {
  const failed = answers.some(({ verdict }) => verdict === "refused" || verdict === "cannot-attach");
  const unsure = answers.some(({ verdict }) => verdict === "unknown");
  const status = failed || (unsure && args.strict === true) ? EXIT.refused : EXIT.ok;
  if (args.json === true) {
    const verdict = failed ? "refused" : unsure ? "unknown" : "accepted";
    writeAll(1, Buffer.from(checkJson({ name, version: VERSION, cpus, verdict }, answers)));
    return status;
  }
  if (args.sarif === true) {
    const groups = [
      { kernel: undefined, source, diagnostics: own },
      ...answers.map(({ kernel, source: from, diagnostics }) => ({ kernel, source: from, diagnostics })),
    ];
    const sarif = renderSarif({ version: VERSION, input: name, groups, page: readPage });
    writeAll(1, Buffer.from(`${JSON.stringify(sarif, null, 2)}\n`));
    return status;
  }
  tellAll(args, [{ source, diagnostics: own }, ...answers]);
  const colour = useColour(process.stdout);
  let text = answers.map((answer) => verdictLine(answer, colour)).join("");
  const budget = budgetText(answers, cpus);
  if (budget !== "") text += `\n${budget}`;
  if (args.log === true) text += answers.map(walkText).join("");
  writeAll(1, Buffer.from(text));
  return status;
}

type Group = {
  readonly kernel?: string;
  readonly source: Source | undefined;
  readonly diagnostics: readonly Diagnostic[];
};

/** Each message once: for other kernels of which the same is said, a note below the first. */
function tellAll(args: CheckArgs, groups: readonly Group[]): void {
  const color = useColour(process.stderr);
  const told = new Map<string, { readonly source: Source | undefined; diagnostic: Diagnostic }>();
  for (const { kernel, source, diagnostics } of groups) {
    for (const diagnostic of diagnostics) {
      if (diagnostic.severity === "warning" && args.warnings === false) continue;
      const { code, span, message } = diagnostic;
      const bare = kernel === undefined ? message : message.replaceAll(kernel, "*");
      const key = `${code} ${span?.start} ${span?.end} ${bare}`;
      const known = told.get(key);
      if (known === undefined) told.set(key, { source, diagnostic });
      else if (kernel !== undefined && bare !== message && !known.diagnostic.message.includes(kernel)) {
        const also = { text: `the same on Linux ${kernel}`, span: undefined };
        known.diagnostic = { ...known.diagnostic, notes: [...known.diagnostic.notes, also] };
      }
    }
  }
  const bySource = new Map<Source, Diagnostic[]>();
  for (const { source = NO_SOURCE, diagnostic } of told.values()) {
    const list = bySource.get(source) ?? [];
    bySource.set(source, [...list, diagnostic]);
  }
  for (const [source, list] of bySource) writeAll(2, Buffer.from(renderDiagnostics(list, source, { color })));
}

/** For an object without its script: its diagnostics have no places in one. */
const NO_SOURCE: Source = { name: "", text: "", parts: [{ name: "", start: 0 }], lineStarts: () => [0] };

function readPage(code: string): string | undefined {
  const path = join(installDirectory(), "diagnostics", `${code}.md`);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
