/** One kernel's verdict on an object: its programs judged, its maps weighed, what the kernel lacks looked up. */
import type { Btf } from "../btf/types.ts";
import { CORE_KINDS } from "../ebpf/insn.ts";
import type { OpenObject } from "../link/open-object.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { Source } from "../source/text.ts";
import { type AttachVerdict, attachVerdict, kindLack } from "./attach.ts";
import type {
  CheckedLine,
  KernelCheck,
  KernelVerdict,
  MapCheck,
  ProgramBudget,
  ProgramCheck,
  SpanFinder,
} from "./checked.ts";
import { type AboutVerdict, lineAt, openExplainer } from "./explain.ts";
import { mapIssue } from "./map-limits.ts";
import { mapMemory } from "./map-memory.ts";
import type { Verifier } from "./module.ts";
import { type ProgramVerdict, verifyOpened } from "./object.ts";
import type { ObjectFacts } from "./object-facts.ts";
import { compareVersions, KERNEL_VERSIONS, type KernelProfile, profileOf } from "./profiles/profile.ts";
import { holdsWithoutTypes, isAboutLoop } from "./reasons.ts";
import { describeState, findOrigin, refusedRegister } from "./walk-origin.ts";

export type KernelQuestion = {
  readonly verifier: Verifier;
  readonly object: OpenObject;
  /** The same with the script's parameters as they are if nobody gives any; undefined: it has none. */
  readonly withDefaults: OpenObject | undefined;
  readonly facts: ObjectFacts;
  readonly source: Source | undefined;
  /** A release or a version. */
  readonly name: string;
  /** Machine that the object is for, as far as it is known: "aarch64". */
  readonly arch: string | undefined;
  /** undefined: nothing but the version is known. */
  readonly snapshot: Snapshot | undefined;
  /** Types to go by where the kernel's own are not known. */
  readonly standIn: Snapshot | undefined;
  readonly cpus: number;
  readonly log: boolean;
  readonly spanAt: SpanFinder | undefined;
};

const UNTYPED = "the program depends on the kernel's types, and only its version is known";

const PARAMETERS =
  "how often a loop runs depends on the script's parameters: with those of a run, the kernel may walk it to its end";

export function checkKernel(question: KernelQuestion): KernelCheck {
  const { object, facts, name, snapshot, standIn, cpus } = question;
  const profile = profileOf(name);
  const types = snapshot ?? standIn;
  const explainer = openExplainer(name, profile.version, question.source, question.spanAt);
  let assumed = false;
  const newest = KERNEL_VERSIONS.at(-1);
  const line = profile.version.split(".").slice(0, 2).join(".");
  if (newest !== undefined && compareVersions(line, newest) > 0) explainer.newer(newest);

  const programs = object.programs.map((symbol): ProgramCheck => {
    const section = symbol.section === undefined ? "" : (object.elf.sections[symbol.section]?.name ?? "");
    const row = facts.manifest?.programs.find((each) => each.name === symbol.name);
    const probe = row?.probe ?? (section === "" ? symbol.name : section);
    const place = row?.place === undefined ? undefined : explainer.spanOf(row.place);
    const about = { name: symbol.name, section, probe };
    const attach: AttachVerdict =
      snapshot === undefined ? { loaded: true, lacks: [] } : attachVerdict(about, facts.manifest, snapshot);
    const kind = kindLack(section, profile, question.arch);
    const lacks = kind === undefined ? attach.lacks : [kind, ...attach.lacks];
    for (const lack of lacks) explainer.lack(lack, probe, place);
    const isAbsent = lacks.some((lack) => lack.kind !== "target" || lack.severity === "absent");
    if (isAbsent || !attach.loaded) {
      const nothing = {
        since: kind?.kind === "probe-kind" ? kind.first : undefined,
        reason: undefined,
        message: undefined,
      };
      const budget = { ...budgetOf(undefined), instructions: symbol.size / 8 };
      return { ...about, verdict: "cannot-attach", ...nothing, insn: undefined, budget, log: [] };
    }

    const btf = typesOf(row?.attach[0], types);
    const judge = (by: KernelProfile, log: boolean): ProgramVerdict => {
      const { programs } = verifyOpened(question.verifier, object, { profile: by, btf, cpus, only: symbol.name, log });
      const [first] = programs;
      if (first === undefined) throw new RangeError(`program ${symbol.name} is not in the object`);
      return first;
    };
    let verdict = onMachine(judge(profile, question.log), section, question.arch);
    const later = firstThatAccepts(verdict, profile, judge);
    const isFirm = holdsWithoutTypes(verdict.reason, verdict.message) && !asksForTypes(object, section);
    if (snapshot === undefined && verdict.verdict === "refused" && !isFirm) {
      const there = standIn === undefined ? "" : `; with those of ${standIn.release}: ${verdict.explanation}`;
      verdict = { ...verdict, verdict: "unknown", explanation: `${UNTYPED}${there}` };
    }
    if (verdict.verdict === "refused" && isAboutLoop(verdict.reason) && question.withDefaults !== undefined) {
      const options = { profile, btf, cpus, only: symbol.name, log: false };
      const [again] = verifyOpened(question.verifier, question.withDefaults, options).programs;
      if (again?.verdict === "accepted") verdict = { ...verdict, verdict: "unknown", explanation: PARAMETERS };
    }
    const since = verdict.verdict === "refused" ? later : undefined;
    if (verdict.verdict === "accepted") {
      // what a program does with memory of the kernel's was judged by types of another one
      if (snapshot === undefined && needsTypes(object, section)) {
        assumed = true;
        verdict = { ...verdict, verdict: "unknown", explanation: UNTYPED };
      }
    } else {
      const use = facts.manifest?.fieldUses.find(
        (each) => each.section === section && each.insn === slotInSection(symbol.value, verdict.insn),
      );
      explainer.verdict(verdict, {
        probe,
        place,
        since,
        use: verdict.reason === "absent-in-kernel" && use !== undefined ? explainer.spanOf(use.place) : undefined,
        origin: originOf(verdict, () => judge(profile, true)),
        similar: [],
      });
    }
    return {
      ...about,
      verdict: verdict.verdict,
      since,
      reason: verdict.reason,
      message: verdict.message,
      insn: verdict.insn,
      budget: budgetOf(verdict),
      log: question.log ? withSource(verdict) : [],
    };
  });

  let mapsFail = false;
  const maps = object.maps.maps.map((map): MapCheck => {
    const memory = mapMemory(map, cpus);
    const named = facts.manifest?.maps.find(({ symbol }) => symbol === map.name)?.name ?? map.name;
    const issue = mapIssue(map, named, memory, cpus, profile);
    if (issue !== undefined) {
      explainer.map(issue);
      mapsFail ||= issue.kind !== "memory";
    }
    return { ...memory, name: named };
  });
  if (
    assumed &&
    standIn !== undefined &&
    programs.every(({ verdict }) => verdict === "accepted" || verdict === "unknown")
  )
    explainer.assumed(standIn.release === name ? `its namesake on ${standIn.arch}` : standIn.release);

  const { diagnostics } = explainer;
  const verdict = mapsFail
    ? "refused"
    : worst(
        programs,
        diagnostics.some(({ severity }) => severity === "error"),
      );
  return {
    kernel: name,
    typesKnown: snapshot !== undefined,
    verdict,
    since: verdict === "accepted" || mapsFail ? undefined : latest(programs),
    programs,
    maps,
    diagnostics,
  };
}

/** The model knows the registers of x86_64 in a probe's context: what they are on other machines has no verdict. */
function onMachine(verdict: ProgramVerdict, section: string, arch: string | undefined): ProgramVerdict {
  if (arch === undefined || arch === "x86_64") return verdict;
  const isPerf = section.startsWith("perf_event");
  const isUnsure = verdict.verdict === "refused" ? verdict.reason === "ctx" : isPerf && verdict.verdict === "accepted";
  const explanation = `the model does not know the registers of ${arch}`;
  return isUnsure ? { ...verdict, verdict: "unknown", reason: "machine", explanation } : verdict;
}

/** A module's functions have their types beside the kernel's. */
function typesOf(
  attach: { readonly kind: string; readonly module?: string } | undefined,
  snapshot: Snapshot | undefined,
): Btf | undefined {
  const module = attach !== undefined && "module" in attach ? attach.module : undefined;
  return (module === undefined ? undefined : snapshot?.moduleBtf(module)) ?? snapshot?.btf;
}

function slotInSection(start: number, insn: number | undefined): number | undefined {
  return insn === undefined ? undefined : start / 8 + insn;
}

function needsTypes(object: OpenObject, section: string): boolean {
  return (
    /^(fentry|fexit|tp_btf|iter)\//.test(section) ||
    (object.ext?.core ?? []).some((each) => each.section === section || each.section === ".text")
  );
}

/**
 * Whether the program asks what the kernel has (CO-RE's existence relocations): then another kernel's types decide which
 * way through it is walked, and a refusal may be on a way that is none there.
 */
function asksForTypes(object: OpenObject, section: string): boolean {
  return (object.ext?.core ?? []).some(
    (each) =>
      (each.section === section || each.section === ".text") &&
      each.entries.some(({ kind }) => /exists|matches|enumval/.test(CORE_KINDS[kind] ?? "exists")),
  );
}

/** Longer walks are not run again to keep their log. */
const LONG_WALK = 50_000;

/** Where the value comes from that the verifier refuses, by the walk. */
function originOf(verdict: ProgramVerdict, walkAgain: () => ProgramVerdict): AboutVerdict["origin"] {
  const { verdict: kind, message, insn, counts, log } = verdict;
  if (kind !== "refused" || message === undefined || insn === undefined || counts.processed > LONG_WALK)
    return undefined;
  const lines = (log.length > 0 ? log : walkAgain().log).map(({ text }) => text);
  const register = refusedRegister([message], lines);
  const origin = register === undefined ? undefined : findOrigin(lines, register);
  const state = origin === undefined ? undefined : describeState(origin.state);
  return origin === undefined || state === undefined ? undefined : { insn: origin.insn, state };
}

/** The first later version known to the model that accepts what this one refuses. */
function firstThatAccepts(
  verdict: ProgramVerdict,
  profile: KernelProfile,
  judge: (profile: KernelProfile, log: boolean) => ProgramVerdict,
): string | undefined {
  const newest = KERNEL_VERSIONS.at(-1);
  if (verdict.verdict !== "refused" || newest === undefined || compareVersions(newest, profile.version) <= 0)
    return undefined;
  if (judge(profileOf(newest), false).verdict !== "accepted") return undefined;
  return KERNEL_VERSIONS.find(
    (version) =>
      compareVersions(version, profile.version) > 0 && judge(profileOf(version), false).verdict === "accepted",
  );
}

function budgetOf(verdict: ProgramVerdict | undefined): ProgramBudget {
  return {
    instructions: verdict?.instructions ?? 0,
    verified: verdict?.counts.processed ?? 0,
    states: verdict?.counts.states ?? 0,
    peakStates: verdict?.counts.peakStates ?? 0,
    stack: verdict?.counts.stack ?? 0,
    stackCombined: verdict?.counts.stackCombined ?? 0,
  };
}

function withSource(verdict: ProgramVerdict): readonly CheckedLine[] {
  const lines: CheckedLine[] = [];
  let last: unknown;
  for (const line of verdict.log) {
    const place = lineAt(verdict.lines, line.insn);
    if (place !== undefined && place !== last && place.line > 0)
      lines.push({ kind: "source", insn: line.insn, file: place.file, line: place.line, text: place.text.trim() });
    last = place;
    lines.push({ kind: "walk", ...line });
  }
  return lines;
}

function worst(programs: readonly ProgramCheck[], failed: boolean): KernelVerdict {
  const has = (verdict: KernelVerdict): boolean => programs.some((program) => program.verdict === verdict);
  if (has("refused")) return "refused";
  if (failed) return "cannot-attach"; // a program that is only left out is no failure
  return has("unknown") ? "unknown" : "accepted";
}

/** The version that accepts every program, if each has one. */
function latest(programs: readonly ProgramCheck[]): string | undefined {
  const versions: string[] = [];
  for (const { verdict, since } of programs) {
    if (verdict === "accepted") continue;
    if (since === undefined) return undefined;
    versions.push(since);
  }
  return versions.sort(compareVersions).at(-1);
}
