/**
 * Lists the probes that a kernel offers, as `bpftrace -l` and `-lv` do: pure, from a snapshot alone.
 *
 * Sorted by code units within each pattern. Where bpftrace lists what can't be attached (fentry of a function without
 * types), this lists what can.
 */
import { printDefinition, printParameter } from "../btf/print-c.ts";
import type { Btf, BtfType, NamedKind, TypeId } from "../btf/types.ts";
import { hasWildcard, matcher } from "./glob.ts";
import { compareNames } from "./names.ts";
import { rawTracepointType } from "./raw-tracepoint.ts";
import type { Snapshot, TracepointField } from "./snapshot.ts";

export type ListOptions = { readonly verbose?: boolean };

export type ListedProbe = {
  /** As it can be written in a script: "fentry:vmlinux:vfs_read". */
  readonly probe: string;
  /** Arguments, one C declaration each; empty unless verbose. */
  readonly args: readonly string[];
};

type Target = {
  readonly snapshot: Snapshot;
  /** Parts of the pattern after the provider: at least one. */
  readonly parts: readonly string[];
  readonly verbose: boolean;
};
type Provider = {
  readonly names: readonly string[];
  /** Listed when no provider is named; the others only by name. */
  readonly always: boolean;
  readonly find: (target: Target) => readonly ListedProbe[];
};

const software = [
  "alignment-faults",
  "bpf-output",
  "context-switches",
  "cpu",
  "cpu-clock",
  "cpu-migrations",
  "cs",
  "dummy",
  "emulation-faults",
  "faults",
  "major-faults",
  "minor-faults",
  "page-faults",
  "task-clock",
];
const hardware = [
  "backend-stalls",
  "branch-instructions",
  "branch-misses",
  "branches",
  "bus-cycles",
  "cache-misses",
  "cache-references",
  "cpu-cycles",
  "cycles",
  "frontend-stalls",
  "instructions",
  "ref-cycles",
];
const timeUnits = ["hz", "ms", "s", "us"];

/** One row per provider, in the order of a listing of everything. */
const providers: readonly Provider[] = [
  { names: ["begin", "BEGIN"], always: false, find: () => [{ probe: "begin", args: [] }] },
  { names: ["end", "END"], always: false, find: () => [{ probe: "end", args: [] }] },
  { names: ["fentry", "f", "kfunc"], always: true, find: (target) => listTyped("fentry", target) },
  { names: ["fexit", "fr", "kretfunc"], always: false, find: (target) => listTyped("fexit", target) },
  { names: ["hardware", "h"], always: true, find: (target) => listFixed("hardware", hardware, target) },
  { names: ["interval", "i"], always: false, find: (target) => listFixed("interval", timeUnits, target) },
  { names: ["iter", "it"], always: true, find: listIterators },
  { names: ["kprobe", "k"], always: true, find: (target) => listFunctions("kprobe", target) },
  { names: ["kretprobe", "kr"], always: false, find: (target) => listFunctions("kretprobe", target) },
  { names: ["profile", "p"], always: false, find: (target) => listFixed("profile", timeUnits, target) },
  { names: ["rawtracepoint", "rt"], always: true, find: listRawTracepoints },
  { names: ["self"], always: false, find: listSelf },
  { names: ["software", "s"], always: true, find: (target) => listFixed("software", software, target) },
  { names: ["tracepoint", "t"], always: true, find: listTracepoints },
];

/**
 * The probes that match a pattern: "kprobe:vfs_*", "t:syscalls:*open*", "*sleep*" (any provider), several with commas
 * between. undefined or "": all.
 */
export function findProbes(
  snapshot: Snapshot,
  pattern: string | undefined,
  options: ListOptions = {},
): readonly ListedProbe[] {
  const found = new Map<string, ListedProbe>();
  for (const one of (pattern || "*").split(",")) {
    for (const probe of findOne(snapshot, one.trim(), options.verbose === true)) found.set(probe.probe, probe);
  }
  return [...found.values()];
}

/** The listing as text: a line per probe, with four-space lines of arguments if verbose; or C definitions. "" if nothing matches. */
export function listProbes(snapshot: Snapshot, pattern: string | undefined, options: ListOptions = {}): string {
  const definition = /^(struct|union|enum)\s+(\S+)$/.exec((pattern ?? "").trim());
  if (definition) return listDefinitions(snapshot, definition[1] ?? "", definition[2] ?? "", options.verbose === true);
  let text = "";
  for (const { probe, args } of findProbes(snapshot, pattern, options)) {
    text += `${probe}\n`;
    for (const arg of args) text += `    ${arg}\n`;
  }
  return text;
}

function findOne(snapshot: Snapshot, pattern: string, verbose: boolean): readonly ListedProbe[] {
  const [first = "", ...rest] = pattern.split(":");
  const named = providers.filter((provider) => provider.names.includes(first));
  if (rest.length === 0) {
    // A provider's own name lists it whole; anything else is looked for in all of them.
    const chosen = named.length > 0 ? named : providers.filter((provider) => provider.always);
    const target = { snapshot, parts: [named.length > 0 ? "*" : pattern], verbose };
    return chosen.flatMap((provider) => provider.find(target));
  }
  const matches = matcher(first);
  const chosen = hasWildcard(first)
    ? providers.filter((provider) => provider.always && matches(provider.names[0] ?? ""))
    : named;
  return chosen.flatMap((provider) => provider.find({ snapshot, parts: rest, verbose }));
}

/** Events that need no kernel to know: `s:cpu*`, with or without the last colon. */
function listFixed(provider: string, events: readonly string[], { parts }: Target): readonly ListedProbe[] {
  const matches = matcher(parts[0] ?? "*");
  const probes = events.filter(matches).map((event) => ({ probe: `${provider}:${event}:`, args: [] }));
  return probes.sort((a, b) => compareNames(a.probe, b.probe));
}

function listSelf({ parts }: Target): readonly ListedProbe[] {
  const probe = "self:signal:SIGUSR1";
  return matcher(`self:${parts.length === 1 && parts[0] === "*" ? "*" : parts.join(":")}`)(probe)
    ? [{ probe, args: [] }]
    : [];
}

/** [module, function] of a pattern: the module is undefined where it isn't given. */
function splitFunction(parts: readonly string[]): readonly [string | undefined, string] {
  return parts.length > 1 ? [parts[0], parts[1] ?? "*"] : [undefined, parts[0] ?? "*"];
}

/** kprobe and kretprobe: the module is shown where the pattern has one. */
function listFunctions(provider: "kprobe" | "kretprobe", { snapshot, parts, verbose }: Target): readonly ListedProbe[] {
  const [module, pattern] = splitFunction(parts);
  return snapshot.functions(pattern, module).map((fn) => {
    const owner = fn.module ?? "vmlinux";
    const probe = module === undefined ? `${provider}:${fn.name}` : `${provider}:${owner}:${fn.name}`;
    const type = verbose ? prototype(snapshot, fn.name, owner) : undefined;
    if (!type) return { probe, args: [] };
    const args = type.params.map((param, index) => printParameter(type.btf, param.type, `arg${index}`));
    return { probe, args: provider === "kprobe" ? args : retval(type) };
  });
}

/** fentry and fexit: functions that have types, always with their module. */
function listTyped(provider: "fentry" | "fexit", { snapshot, parts, verbose }: Target): readonly ListedProbe[] {
  const [module, pattern] = splitFunction(parts);
  return snapshot.functions(pattern, module).flatMap((fn) => {
    const owner = fn.module ?? "vmlinux";
    if (!snapshot.functionType(fn.name, owner)) return [];
    const probe = `${provider}:${owner}:${fn.name}`;
    const type = verbose ? prototype(snapshot, fn.name, owner) : undefined;
    if (!type) return [{ probe, args: [] }];
    const args = type.params.map((param) => printParameter(type.btf, param.type, param.name));
    return [{ probe, args: provider === "fentry" ? args : [...args, ...retval(type)] }];
  });
}

type Prototype = Extract<BtfType, { kind: "func_proto" }> & { readonly btf: Btf };

function prototype(snapshot: Snapshot, name: string, module: string): Prototype | undefined {
  const found = snapshot.functionType(name, module);
  const type = found?.btf.type(found.proto);
  return found && type?.kind === "func_proto" ? { ...type, btf: found.btf } : undefined;
}

/** Nothing for void. */
function retval(type: Prototype): readonly string[] {
  return type.btf.type(type.returns).kind === "void" ? [] : [printParameter(type.btf, type.returns, "retval")];
}

function listTracepoints({ snapshot, parts, verbose }: Target): readonly ListedProbe[] {
  const [category = "*", event = "*"] = parts.length > 1 ? parts : ["*", parts[0]];
  return snapshot.tracepoints(category, event).map((each) => {
    const fields = verbose ? (snapshot.tracepoint(each.category, each.event)?.fields ?? []) : [];
    const own = fields.filter((field) => !field.name.startsWith("common_"));
    return { probe: `tracepoint:${each.category}:${each.event}`, args: own.map(declareField) };
  });
}

/** "char comm[16]"; what is found at a place in the record keeps its brackets at the type: "__data_loc char[] name". */
function declareField({ type, name }: TracepointField): string {
  const array = /^(?!__data_loc|__rel_loc)(.*?)(\[.*\])$/.exec(type);
  return array ? `${array[1]} ${name}${array[2]}` : `${type} ${name}`;
}

function listRawTracepoints({ snapshot, parts, verbose }: Target): readonly ListedProbe[] {
  const [module, pattern] = splitFunction(parts);
  const matches = matcher(module ?? "*");
  return snapshot.rawTracepoints(pattern).flatMap((name) => {
    const where = rawTracepointType(snapshot, name);
    if (!where || !matches(where.module)) return [];
    return [
      {
        probe: `rawtracepoint:${where.module}:${name}`,
        args: verbose ? rawArguments(snapshot, name, where.module, where.btf, where.id) : [],
      },
    ];
  });
}

/**
 * Parameters of the tracepoint without the first, which is the kernel's own (`void *__data`). The function that calls
 * the probes has their names; the typedef, which is there in any case, may have types only.
 */
function rawArguments(snapshot: Snapshot, name: string, module: string, btf: Btf, id: TypeId): readonly string[] {
  const caller = prototype(snapshot, `__traceiter_${name}`, module);
  if (caller) return caller.params.slice(1).map((param) => printParameter(caller.btf, param.type, param.name));
  const typedef = btf.type(id);
  const pointer = typedef.kind === "typedef" ? btf.type(typedef.type) : typedef;
  const type = pointer.kind === "ptr" ? btf.type(pointer.type) : pointer;
  if (type.kind !== "func_proto") return [];
  return type.params.slice(1).map((param, index) => printParameter(btf, param.type, param.name || `arg${index}`));
}

function listIterators({ snapshot, parts, verbose }: Target): readonly ListedProbe[] {
  const matches = matcher(parts[0] ?? "*");
  return snapshot
    .iterators()
    .filter(matches)
    .map((name) => ({ probe: `iter:${name}`, args: verbose ? iteratorArguments(snapshot, name) : [] }));
}

/** Members of the context but `meta`; each stands in an anonymous union that pads it to 64 bits. */
function iteratorArguments(snapshot: Snapshot, name: string): readonly string[] {
  for (const module of ["vmlinux", ...snapshot.modules]) {
    const btf = snapshot.moduleBtf(module);
    const id = btf?.find("struct", `bpf_iter__${name}`);
    const type = btf && id !== undefined ? btf.type(id) : undefined;
    if (!btf || type?.kind !== "struct") continue;
    const members = type.members.flatMap((member) => {
      const inner = member.name === "" ? btf.type(member.type) : undefined;
      return inner?.kind === "union" ? inner.members.filter((each) => each.name !== "") : [member];
    });
    return members
      .filter((member) => member.name !== "meta")
      .map((member) => printParameter(btf, member.type, member.name));
  }
  return [];
}

/** Names, or definitions with the module before them. */
function listDefinitions(snapshot: Snapshot, tag: string, pattern: string, verbose: boolean): string {
  const kind: NamedKind = tag === "struct" || tag === "union" ? tag : "enum";
  let text = "";
  for (const module of ["vmlinux", ...snapshot.modules]) {
    const btf = snapshot.moduleBtf(module);
    const names = hasWildcard(pattern) ? snapshot.typeNames(kind, pattern, module) : [pattern];
    for (const name of names) {
      const id = btf?.find(kind, name);
      // A module's types include the kernel's: those are told once.
      if (!btf || id === undefined || (module !== "vmlinux" && id < snapshot.btf.count)) continue;
      text += verbose ? `${module}: ${printDefinition(btf, id)}\n\n` : `${tag} ${name}\n`;
    }
  }
  return text;
}
