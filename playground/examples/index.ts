/** The examples of the gallery, in order: the first is what a first visit shows. */

export type Example = {
  /** File name. */
  readonly name: string;
  readonly title: string;
  readonly sentence: string;
  readonly group: string;
  readonly text: string;
  readonly unsafe: boolean;
  readonly positional: readonly string[] | undefined;
  /** What happens (spec/simulation.md), where the usual would show little; "": the usual. */
  readonly workload: string;
};

const texts: Readonly<Record<string, string>> = import.meta.glob("./*.bt", {
  query: "?raw",
  import: "default",
  eager: true,
});

const workloads: Readonly<Record<string, string>> = import.meta.glob("./*.workload", {
  query: "?raw",
  import: "default",
  eager: true,
});

function group(name: string, rows: readonly (readonly [file: string, title: string, sentence: string])[]): Example[] {
  return rows.map(([file, title, sentence]) => ({
    name: `${file}.bt`,
    title,
    sentence,
    group: name,
    text: texts[`./${file}.bt`] ?? "",
    unsafe: false,
    positional: undefined,
    workload: workloads[`./${file}.workload`] ?? "",
  }));
}

export const examples: readonly Example[] = [
  ...group("A function, step by step", [
    ["size-live", "Sizes, live", "A histogram of TCP sends that grows while you watch."],
    ["size-hist", "Sizes", "The same as one line: all sends of ten seconds."],
    ["large-sends", "Large sends", "A predicate picks events, printf tells each."],
    ["size-by-process", "Sizes by process", "A key splits a histogram: one per process."],
    ["size-stats", "Statistics", "Count, average and total, each second anew."],
    ["return-counts", "Return values", "How often the function returned what."],
    ["retval-errors", "Errors", "Failures by number, successes together."],
    ["send-latency", "Latency", "Entry and return paired by thread: time spent inside."],
    ["send-stacks", "Callers", "Kernel stacks that lead to the function, as a flame graph."],
    ["send-stacks-3", "Nearest callers", "The three innermost frames only: fewer, larger groups."],
  ]),
  ...group("Tools", [
    ["tcp-sends", "Who sends what where", "Each send over IPv4, with both ends read from the socket."],
    ["off-cpu", "Off the CPU", "How long threads wait, where they left, and who woke them."],
    ["opened-files", "Opened files", "Every path that a program opens."],
    ["commands", "Commands", "Each program that is started, with its arguments."],
    ["read-latency", "Slow reads", "Time in vfs_read, a histogram per program."],
    ["run-queue", "Run queue", "How long threads that may run wait for a CPU."],
    ["tcp-states", "Connections", "TCP connections as they change state."],
    ["exits", "Exits", "A line for each process that ends."],
  ]),
  ...group("Counting and sampling", [
    ["profile-kernel", "Kernel profile", "Stacks sampled 99 times a second on each CPU."],
    ["user-stacks", "Process profile", "Where programs spend their time, by name and stack."],
    ["syscalls", "System calls", "The ten most frequent, by name."],
    ["read-bytes", "Bytes read", "Who read how much, every five seconds."],
    ["disk-sizes", "Disk requests", "Sizes of disk requests, by kind."],
    ["page-faults", "Page faults", "Faults per program, second by second."],
    ["switches", "Context switches", "A linear histogram over the CPUs."],
    ["timer-functions", "Timers", "Which functions high-resolution timers run."],
  ]),
  ...group("The language", [
    ["typed-arguments", "Typed arguments", "fentry, structs and fields, straight from the kernel's types."],
    ["time-series", "Time series", "Values over time in a ring of intervals."],
    ["loop-over-map", "Loops", "Going through a map in the kernel."],
  ]),
];

/** The example of a file name, if there is one. */
export function exampleNamed(name: string): Example | undefined {
  return examples.find((example) => example.name === name);
}
