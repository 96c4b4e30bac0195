/** Cases whose text is the host's own, which a simulation cannot know: path below test/cases, and why. */
export const HOST_CASES: Readonly<Record<string, string>> = {
  "builtins/comm-of-pid.case": "walks the kernel's table of process ids, which a simulated kernel has not",
  "limits/pid.case": "a wrong -p is the command line's to refuse",
};

/** What the host's commands print in cases that run some. */
export const HOST_COMMANDS: ReadonlyMap<string, string> = new Map([
  ["echo 5 x", "5 x\n"],
  ["echo hi", "hi\n"],
  ["echo a-3", "a-3\n"],
]);
