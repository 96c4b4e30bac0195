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
    () => "count up to a constant (for ($i : 0..100) { … }), or unroll (N) { … }",
  ),
  "walk-too-long": error(
    refused(),
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
  "pointer-unchecked": error(refused(), (p) => p.way ?? "check it first: if ($p != 0) { … }"),
  "bound-unknown": error(refused(), way),
  "stack-exceeded": error(
    refused(),
    () => "use smaller strings, buffers or keys (max_strlen, on_stack_limit), or split the probe",
  ),
  "instruction-unknown": error(
    refused(() => "it has an instruction that came with a later kernel"),
    () => "write it another way: loops over many rounds, for example, are calls that came with 5.17",
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
  "kernel-newer": warning(
    (p: { kernel: string; newest: string }) =>
      `Linux ${p.kernel} is newer than the kernels that the model is held to, which end with ${p.newest}: checks that it added are not known`,
    () => "ask that kernel itself: 'tracelet-loader check OBJECT' attaches nothing",
  ),

  // --- Logs of real kernels ---
  "log-refusal": error(
    (p: { probe: string; explanation: string; way: string | undefined }) =>
      `the kernel refuses ${p.probe}: ${p.explanation}`,
    (p) => p.way,
  ),

  // --- What a kernel lacks ---
  "target-absent": error(
    (p: { probe: string; kernel: string; what: string; similar: readonly string[] }) =>
      `${p.probe} cannot attach to Linux ${p.kernel}: there is no ${p.what}`,
    (p) => meant(p.similar) ?? LEAVE_OUT,
  ),
  "target-left-out": warning(
    (p: { probe: string; kernel: string; what: string; similar: readonly string[] }) =>
      `${p.probe} is left out on Linux ${p.kernel}: there is no ${p.what}`,
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
      `${p.probe} cannot attach to Linux ${p.kernel}: there is no ${p.what}`,
    (p) =>
      meant(p.similar) ?? "read what that kernel has instead; 'tracelet list -v \"struct NAME\"' shows its members",
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

/** How an address is checked before what is behind it is read. */
export const checkHint = (base: string): string => `check it first: if (${base} != 0) { … }`;
const CHECKED = checkHint("$p");
const BOUNDED = "mask the value (x & 0x3f) or compare it with a constant before it is used as an offset or size";
const SMALLER = "use smaller strings, buffers or keys (max_strlen, on_stack_limit), or split the probe";

/** Lines by which kernels refuse, and what they mean for a script's author; the first that matches. */
export const kernelLines: readonly {
  readonly line: RegExp;
  readonly means: string;
  readonly way: string | undefined;
  /** It is a loop as a whole that is refused. */
  readonly loop?: true;
}[] = [
  {
    line: /invalid mem access '\S*or_null/,
    means: "memory is reached through an address that may be null",
    way: CHECKED,
  },
  {
    line: /type=\S*or_null\S* expected=/,
    means: "an address that may be null is given to a function that does not take null",
    way: CHECKED,
  },
  { line: /pointer arithmetic on \S*or_null/, means: "an address that may be null is moved", way: CHECKED },
  {
    line: /invalid mem access '(?:inv|scalar)'/,
    means: "a number is used as an address: the kernel does not vouch for what is there",
    way: "read other memory of the kernel with a cast and a field access, memory of a process with uptr()",
  },
  { line: /invalid mem access/, means: "memory is reached through what is no address of it", way: undefined },
  {
    line: /type=\S+ expected=/,
    means: "an argument of this call is not of the kind that the function takes",
    way: undefined,
  },
  {
    line: /(?:unknown func|invalid func)/,
    means: "it calls a helper that this kernel does not have, or not for probes of this kind",
    way: "a newer kernel, another kind of probe, or an older way to the same value (compile for that kernel: --kernel)",
  },
  {
    line: /program of this type cannot use helper/,
    means: "it calls a helper that is not there for probes of this kind",
    way: "move the expression to a probe of another kind",
  },
  {
    line: /infinite loop detected|back-edge from insn/,
    means: "a loop comes round with nothing changed, so that the verifier cannot see it end",
    way: "count up to a constant (for ($i : 0..100) { … }), or unroll (N) { … }",
    loop: true,
  },
  {
    line: /BPF program is too large|sequence of \d+ jumps is too complex|too many states/,
    means: "the verifier walked as many instructions as it is ready to, and was not done",
    way: "loop fewer times, do less in the body, or split the work over several probes",
    loop: true,
  },
  {
    line: /combined stack size|invalid (?:write to|read from)?\s*stack .*off=-5[1-9]\d|stack frame/,
    means: "the stack of 512 bytes does not suffice",
    way: SMALLER,
  },
  {
    line: /invalid (?:indirect )?(?:read|access) (?:from|to)\s+stack/,
    means: "memory of the program's own is read before it was written, or beyond its end",
    way: undefined,
  },
  { line: /!read_ok/, means: "a value is used that was not set on this way through the program", way: undefined },
  {
    line: /min value is negative/,
    means: "an offset or size may be negative here",
    way: "cast it to an unsigned type, or check that it is not below 0",
  },
  {
    line: /unbounded memory access|unbounded min value|max value is outside|min value is outside|math between/,
    means: "an offset or size has no bound that the verifier knows",
    way: BOUNDED,
  },
  {
    line: /invalid access to (?:map value|map key|memory|packet)/,
    means: "a place beyond the end of the memory may be reached",
    way: BOUNDED,
  },
  { line: /zero-sized read/, means: "a size may be 0 here, which this function does not take", way: undefined },
  {
    line: /Unreleased reference/,
    means: "a record reserved in the ring buffer is neither sent nor discarded on some way out",
    way: undefined,
  },
  {
    line: /invalid bpf_context access/,
    means: "the probe's context has nothing at this place that the program may reach",
    way: "use the probe's own arguments (arg0, args.NAME, retval)",
  },
  {
    line: /access beyond (?:the end of member of )?struct|access beyond/,
    means: "the kernel's structure has nothing at this place",
    way: undefined,
  },
  {
    line: /GPL-restricted|from non-GPL/,
    means: "it calls a function for programs under the GPL only",
    way: "keep the licence that the compiler writes",
  },
  {
    line: /unreachable insn|unknown opcode|reserved fields|jump out of range/,
    means: "this kernel does not know an instruction, or the object is damaged",
    way: undefined,
  },
  { line: /cannot pass map_type/, means: "the call does not work on a map of this type", way: undefined },
  {
    line: /should have been in/,
    means: "it returns a number that a probe of this kind may not return",
    way: undefined,
  },
];
export const UNKNOWN_LINE = "for a reason that is best said in the kernel's own words";

/** What notes below a refusal say. */
export const verifierNotes = {
  says: (line: string): string => `the verifier says: ${line}`,
  since: (version: string): string => `Linux ${version} would accept it`,
  insn: (slot: number, program: string): string => `at instruction ${slot} of ${program}`,
  from: (state: string): string => `the value comes from here; all that the verifier knows of it: ${state}`,
  known: (state: string): string => `all that the verifier knows of the value: ${state}`,
  report: (problem: string, reason: string): string => `${problem}: ${reason}`,
  led: (label: string, text: string): string => `${label}: ${text}`,
  advice: (suggestion: string): string => `the kernel suggests: ${suggestion}`,
  quoted: (line: string): string => `at the line: ${line}`,
};
