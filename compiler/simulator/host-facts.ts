/** What the simulated host says of itself, and what a run says of its object at the start. */
import type { Manifest, Place } from "../5-object/manifest.ts";
import type { ReadObject } from "../5-object/read-object.ts";
import type { LineInfo } from "../btf/ext.ts";
import { type HelperName, helperRow } from "../lang/helpers.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { Setup, SimulatedEvent } from "./event.ts";

/** The loader's own process, in which begin, end and signal programs run. */
export const LOADER: SimulatedEvent = {
  probe: "running",
  pid: 4242,
  tid: 4242,
  ppid: 4200,
  comm: "tracelet-loader",
  uid: 0,
  gid: 0,
};

/** Where begin, end and signal programs are run from, innermost frame first. */
export const LOADER_STACK: readonly string[] = [
  "raw_tp_prog_test_run+0x112",
  "bpf_prog_test_run_raw_tp+0x1d5",
  "__sys_bpf+0x3b4",
  "__x64_sys_bpf+0x1a",
  "do_syscall_64+0x82",
  "entry_SYSCALL_64_after_hwframe+0x76",
];

/** What uname(2) says of the simulated host. */
export function systemOf(snapshot: Snapshot, setup: Setup): { readonly [field: string]: string } {
  const { release, arch: machine } = snapshot;
  return { sysname: "Linux", nodename: setup.host, release, version: "#1 SMP", machine, domainname: "(none)" };
}

/** Files that it has, below those that a setup names. */
export function filesOf(snapshot: Snapshot, setup: Setup): Readonly<Record<string, string>> {
  return {
    "/proc/loadavg": "0.42 0.36 0.30 2/312 4242\n",
    "/proc/version": `Linux version ${snapshot.release}\n`,
    "/proc/sys/kernel/ostype": "Linux\n",
    "/proc/sys/kernel/osrelease": `${snapshot.release}\n`,
    "/proc/sys/kernel/hostname": `${setup.host}\n`,
  };
}

/** What an object's programs look at, by the helpers that they call: all else of an event need not be made ready. */
export type Needs = {
  /** The current task_struct. */
  readonly task: boolean;
  /** The current task's name other than in its task_struct. */
  readonly comm: boolean;
  readonly stacks: boolean;
};

export function needsOf({ functions }: ReadObject): Needs {
  const called = new Set(
    functions.flatMap(({ insns }) =>
      insns.flatMap((insn) => (insn.kind === "call" && insn.target.kind === "helper" ? [insn.target.id] : [])),
    ),
  );
  const calls = (...names: readonly HelperName[]): boolean => names.some((name) => called.has(helperRow(name).id));
  return {
    task: calls("get_current_task", "get_current_task_btf"),
    comm: calls("get_current_comm"),
    stacks: calls("get_stack", "get_stackid"),
  };
}

/** From its column to the end of the line: all that line info knows of a place. */
export function lineOf(line: LineInfo): Place {
  const column = Math.max(1, line.column);
  const endColumn = Math.max(column + 1, line.text.trimEnd().length + 1);
  return { line: line.line, column, endLine: line.line, endColumn };
}

/** The stream's first record. */
export function header(manifest: Manifest, snapshot: Snapshot, setup: Setup) {
  return {
    type: "header" as const,
    version: 1 as const,
    tool: manifest.tool,
    host: setup.host,
    kernel: snapshot.release,
    arch: snapshot.arch,
    source: manifest.source,
    utc_offset: setup.utcOffset,
    str_trunc_trailer: manifest.config.str_trunc_trailer,
    events: manifest.events.map(({ id, kind, format, args, place }) => ({
      id,
      kind,
      ...(format === undefined ? {} : { format }),
      args: args.map(({ type }) => type),
      place,
    })),
    maps: manifest.maps.map(({ name, key, value }) => ({ name, ...(key === undefined ? {} : { key }), value })),
  };
}
