/** Messages of `check`: what a kernel would refuse, what it lacks, and what the model cannot say. */
import { error, warning } from "../diagnostic.ts";

type Refusal = { readonly probe: string; readonly kernel: string; readonly explanation: string; readonly way?: string };

const refused =
  (why: (p: Refusal) => string = (p) => p.explanation) =>
  (p: Refusal): string =>
    `Linux ${p.kernel} refuses ${p.probe}: ${why(p)}`;
const way = (p: Refusal): string | undefined => p.way;

function meant(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `did you mean ${names.join(" or ")}?`;
}
const LEAVE_OUT = "config = { missing_probes = warn } leaves out what a kernel lacks";

export const verifierCatalog = {
  // --- The verifier's refusals ---
  "loop-endless": error(
    refused(() => "this loop comes round with nothing changed, so that the verifier cannot see it end"),
    () => "count up to a constant (for $i : 0..100 { … }), or unroll (N) { … }",
  ),
  "walk-too-long": error(
    refused(
      () =>
        "the verifier follows every way through it, round by round of each loop, and gives up after 1,000,000 instructions",
    ),
    () => "loop fewer times, do less in the body, or split the work over several probes",
  ),
  "helper-absent": error(
    (p: { probe: string; kernel: string; helper: string; first: string | undefined }) =>
      `Linux ${p.kernel} refuses ${p.probe}: it has no ${p.helper}${p.first === undefined ? "" : `, which came with ${p.first}`}`,
    () => "compile for that kernel (--kernel) to have the compiler take an older way where there is one",
  ),
  "helper-misplaced": error(
    (p: { probe: string; kernel: string; helper: string }) =>
      `Linux ${p.kernel} refuses ${p.probe}: ${p.helper} is not there for probes of this kind`,
    () => "move the expression to a probe of another kind; 'tracelet list -v' shows what a kernel has",
  ),
  "pointer-unchecked": error(
    refused((p) => p.explanation),
    (p) => p.way ?? "check it first: if ($p != 0) { … }",
  ),
  "bound-unknown": error(refused(), way),
  "stack-exceeded": error(
    refused((p) => p.explanation),
    () => "use smaller strings, buffers or keys (max_strlen, on_stack_limit), or split the probe",
  ),
  "program-refused": error(refused(), way),
  "program-unjudged": warning(
    (p: { probe: string; kernel: string; explanation: string }) =>
      `no verdict of Linux ${p.kernel} on ${p.probe}: ${p.explanation}`,
    () => "ask that kernel itself: 'tracelet-loader check OBJECT' attaches nothing",
  ),
  "types-assumed": warning(
    (p: { kernel: string; types: string }) =>
      `no verdict of Linux ${p.kernel}: its types are not known; with those of ${p.types} there is no known reason for a refusal`,
    () =>
      "name a snapshot of that kernel: 'tracelet-loader snapshot' there, then 'tracelet snapshot --from FILE -o KERNEL.tls'",
  ),

  // --- What a kernel lacks ---
  "target-absent": error(
    (p: { probe: string; kernel: string; what: string; similar: readonly string[] }) =>
      `${p.probe} cannot attach to Linux ${p.kernel}: it has no ${p.what}`,
    (p) => meant(p.similar) ?? LEAVE_OUT,
  ),
  "target-left-out": warning(
    (p: { probe: string; kernel: string; what: string; similar: readonly string[] }) =>
      `${p.probe} is left out on Linux ${p.kernel}: it has no ${p.what}`,
    (p) => meant(p.similar),
  ),
  "target-doubtful": warning(
    (p: { probe: string; kernel: string; what: string }) =>
      `${p.probe} may not attach to Linux ${p.kernel}: ${p.what} is not among the functions that can be traced there`,
  ),
  "probe-kind-absent": error(
    (p: { probe: string; kernel: string; what: string; first: string }) =>
      `${p.probe} cannot attach to Linux ${p.kernel}: ${p.what} came with ${p.first}`,
    () => "use another kind of probe: kprobe and tracepoint are there everywhere",
  ),
  "member-absent": error(
    (p: { probe: string; kernel: string; what: string; similar: readonly string[] }) =>
      `${p.probe} cannot attach to Linux ${p.kernel}: it has no ${p.what}`,
    (p) => meant(p.similar) ?? "read what that kernel has instead; 'tracelet list -v \"struct NAME\"' shows its members",
  ),
  "event-field-absent": error(
    (p: { probe: string; kernel: string; event: string; field: string; size: number | undefined; had: number }) =>
      p.size === undefined
        ? `${p.probe} cannot attach to Linux ${p.kernel}: ${p.event} has no field ${p.field} there`
        : `${p.probe} cannot attach to Linux ${p.kernel}: ${p.event}'s field ${p.field} has ${p.size} bytes there, not ${p.had}`,
    (p) =>
      p.size === undefined ? `'tracelet list -v' shows the event's fields` : "compile for that kernel with --kernel",
  ),

  // --- Maps ---
  "map-kind-absent": error(
    (p: { map: string; kernel: string; type: string; first: string }) =>
      `Linux ${p.kernel} cannot create ${p.map}: maps of type ${p.type} came with ${p.first}`,
    (p) => (p.type === "ringbuf" ? "compile with --buffer perf" : undefined),
  ),
  "map-too-large": error(
    (p: { map: string; kernel: string; what: string; limit: string }) =>
      `Linux ${p.kernel} cannot create ${p.map}: ${p.what}, and the limit is ${p.limit}`,
    () => "use fewer entries (config = { max_map_keys = N }), shorter keys or smaller values",
  ),
  "map-memory": warning(
    (p: { map: string; bytes: string; cpus: number; entries: number }) =>
      `${p.map} takes ${p.bytes} of kernel memory for ${p.entries} entries on ${p.cpus} CPUs`,
    () => "kernel memory is not swapped: use fewer entries (config = { max_map_keys = N }) or smaller values",
  ),
};

/** What notes below a refusal say. */
export const verifierNotes = {
  says: (line: string): string => `the verifier says: ${line}`,
  since: (version: string): string => `Linux ${version} would accept it`,
  insn: (slot: number, program: string): string => `at instruction ${slot} of ${program}`,
  from: (register: string, state: string): string => `${register} comes from here and is ${state}`,
  assumed: (types: string): string => `judged with the types of ${types}, as its own are not known`,
  own: (kernel: string): string => `compiled for Linux ${kernel} (--kernel), it would be accepted`,
};
