/**
 * What a kernel lacks for an object's programs to attach: functions, tracepoints, iterators, kinds of probes, fields of
 * events. Asked of a snapshot, as the loader asks the kernel itself (spec/object.md, "What a loader does with it").
 */
import type { Attach, Place } from "../5-object/manifest.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { ObjectManifest } from "./object-facts.ts";
import { compareVersions, isSince, type KernelProfile } from "./profiles/profile.ts";

export type Lack =
  /** severity doubtful: it may be there; left-out: the object says to go on without it. */
  | {
      readonly kind: "target";
      readonly severity: "absent" | "left-out" | "doubtful";
      readonly what: string;
      readonly similar: readonly string[];
    }
  | { readonly kind: "probe-kind"; readonly what: string; readonly first: string }
  | {
      readonly kind: "event-field";
      readonly event: string;
      readonly field: string;
      /** undefined: the event has no such field. */
      readonly size: number | undefined;
      readonly had: number;
      readonly place: Place;
    };

export type AttachVerdict = {
  /** False: it keeps no target, and the object says to go on without it: it is not loaded. */
  readonly loaded: boolean;
  readonly lacks: readonly Lack[];
};
const NOTHING: AttachVerdict = { loaded: true, lacks: [] };

/** Kinds of probes by the section's first word: what they need, and the version that brought it. */
const KINDS: readonly (readonly [sections: readonly string[], what: string, first: string])[] = [
  [["kprobe.multi", "kretprobe.multi"], "probes of many functions at once (kprobe.multi)", "5.18"],
  [["uprobe.multi", "uretprobe.multi"], "probes of many places at once (uprobe.multi)", "6.6"],
  [["iter"], "iterators", "5.8"],
  [["fentry", "fexit", "tp_btf"], "probes by BTF (fentry, fexit, tp_btf)", "5.5"],
];
/** The trampolines that fentry needs came to arm64 later. */
const ARM_TRAMPOLINE = "6.0";

/** Whether a kernel of that version has the kind of probe at all. */
export function kindLack(section: string, profile: KernelProfile, arch: string | undefined): Lack | undefined {
  const head = headOf(section);
  if (arch === "aarch64" && (head === "fentry" || head === "fexit") && !isSince(profile, ARM_TRAMPOLINE))
    return { kind: "probe-kind", what: `${head} on aarch64`, first: ARM_TRAMPOLINE };
  const row = KINDS.find(([sections]) => sections.includes(head));
  return row === undefined || compareVersions(profile.version, row[2]) >= 0
    ? undefined
    : { kind: "probe-kind", what: row[1], first: row[2] };
}

/** What the snapshot's kernel lacks for one program. `manifest` undefined: the section's name says where it attaches. */
export function attachVerdict(
  program: { readonly name: string; readonly section: string },
  manifest: ObjectManifest | undefined,
  snapshot: Snapshot,
): AttachVerdict {
  const row = manifest?.programs.find(({ name }) => name === program.name);
  if (manifest === undefined || row === undefined) {
    const attach = attachOf(program.section);
    const lack = attach === undefined ? undefined : missing(attach, snapshot);
    return lack === undefined ? NOTHING : { loaded: true, lacks: [lack] };
  }
  const found = row.attach.map((attach) => ({ attach, lack: missing(attach, snapshot) }));
  const fields = fieldLacks(program.section, manifest, snapshot);
  const absent = found.filter(({ lack }) => lack !== undefined && lack.severity === "absent");
  const silent = absent.filter(({ attach }) => "pattern" in attach && attach.pattern === true);
  const keeps = found.length === 0 || absent.length < found.length;
  const goesOn = manifest.missingProbes === "warn" || manifest.missingProbes === "ignore";
  const lacks = found.flatMap(({ attach, lack }): Lack[] => {
    if (lack === undefined || manifest.missingProbes === "ignore") return [];
    if (silent.some((each) => each.attach === attach)) return [];
    if (lack.severity !== "absent") return [lack];
    if (goesOn) return [{ ...lack, severity: "left-out" }];
    // in a list of several, a pattern that matches nothing is no error as long as another target stays
    return keeps && isPattern(attach) ? [] : [lack];
  });
  const loaded = keeps || !(goesOn || silent.length > 0);
  return { loaded, lacks: loaded ? [...lacks, ...fields] : lacks };
}

type TargetLack = Lack & { readonly kind: "target" };

function absent(what: string, similar: readonly string[] = []): TargetLack {
  return { kind: "target", severity: "absent", what, similar };
}

function isPattern(attach: Attach): boolean {
  return [
    "function" in attach ? attach.function : "",
    "category" in attach ? attach.category : "",
    "event" in attach ? attach.event : "",
    "module" in attach ? (attach.module ?? "") : "",
  ].some((text) => text.includes("*"));
}

function missing(attach: Attach, snapshot: Snapshot): TargetLack | undefined {
  switch (attach.kind) {
    case "kprobe":
    case "kretprobe":
      return attach.address === undefined ? functionLack(attach.function, attach.module, snapshot) : undefined;
    case "fentry":
    case "fexit": {
      if (snapshot.functionType(attach.function, attach.module) !== undefined) return undefined;
      const near = snapshot.suggest("function", attach.function).slice(0, 2);
      return absent(`function ${withModule(attach)} with types`, near);
    }
    case "tracepoint": {
      const name = `${attach.category}:${attach.event}`;
      const found = name.includes("*")
        ? snapshot.tracepoints(attach.category, attach.event).length > 0
        : snapshot.tracepoint(attach.category, attach.event) !== undefined;
      return found ? undefined : absent(`tracepoint ${name}`, snapshot.suggest("tracepoint", name).slice(0, 2));
    }
    case "rawtracepoint":
      return snapshot.rawTracepoints(attach.event).length > 0
        ? undefined
        : absent(`raw tracepoint ${attach.event}`, snapshot.suggest("rawtracepoint", attach.event).slice(0, 2));
    case "iter":
      return snapshot.iterators().includes(attach.target) ? undefined : absent(`iterator ${attach.target}`);
    default:
      return undefined; // a process's or a clock's: not the kernel's to have
  }
}

function functionLack(name: string, module: string | undefined, snapshot: Snapshot): TargetLack | undefined {
  const what = `function ${module === undefined ? "" : `${module}:`}${name}`;
  if (name.includes("*") || (module ?? "").includes("*"))
    return snapshot.functions(name, module).length > 0 ? undefined : absent(`${what} that can be traced`);
  if (module !== undefined && !snapshot.modules.includes(module)) return absent(`module ${module}`);
  if (snapshot.isTraceable(name, module)) return undefined;
  const clones = snapshot.functions(`${name}.*`).length > 0;
  // BTF knows functions that ftrace does not list: a kprobe may still go there
  if (!clones && snapshot.functionType(name, module) !== undefined) {
    return { kind: "target", severity: "doubtful", what: name, similar: [] };
  }
  return absent(what, clones ? [`${name}*`] : snapshot.suggest("function", name).slice(0, 2));
}

function withModule(attach: { readonly function: string; readonly module?: string }): string {
  return attach.module === undefined ? attach.function : `${attach.module}:${attach.function}`;
}

/** Fields of tracepoints that the program reads at offsets of the kernel it was compiled for. */
function fieldLacks(section: string, manifest: ObjectManifest, snapshot: Snapshot): readonly Lack[] {
  const lacks: Lack[] = [];
  const seen = new Set<string>();
  for (const use of manifest.tracepointFields) {
    if (use.section !== section) continue;
    const key = `${use.category}:${use.event}:${use.field}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const event = snapshot.tracepoint(use.category, use.event);
    if (event === undefined) continue; // the event itself is the attach list's matter
    const field = event.fields.find(({ name }) => name === use.field);
    if (field !== undefined && field.size === use.size) continue;
    lacks.push({
      kind: "event-field",
      event: `${use.category}:${use.event}`,
      field: use.field,
      size: field?.size,
      had: use.size,
      place: use.place,
    });
  }
  return lacks;
}

function headOf(section: string): string {
  const slash = section.indexOf("/");
  return slash < 0 ? section : section.slice(0, slash);
}

/** As libbpf reads section names; undefined: they say nothing of a place in the kernel. */
function attachOf(section: string): Attach | undefined {
  const head = headOf(section);
  const rest = section.slice(head.length + 1);
  if (rest === "") return undefined;
  const [first = "", second] = rest.split("/");
  switch (head) {
    case "kprobe":
    case "kretprobe":
    case "kprobe.multi":
    case "kretprobe.multi":
      return { kind: head.startsWith("kret") ? "kretprobe" : "kprobe", function: rest.replace(/\+.*$/, "") };
    case "fentry":
    case "fexit":
      return { kind: head, function: rest };
    case "tp":
    case "tracepoint":
      return second === undefined ? undefined : { kind: "tracepoint", category: first, event: second };
    case "tp_btf":
    case "raw_tp":
    case "raw_tracepoint":
      return { kind: "rawtracepoint", event: rest };
    case "iter":
      return { kind: "iter", target: rest };
    default:
      return undefined;
  }
}
