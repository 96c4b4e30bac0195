/** What the host's commands print in cases that run some. */
export const HOST_COMMANDS: ReadonlyMap<string, string> = new Map([
  ["echo 5 x", "5 x\n"],
  ["echo hi", "hi\n"],
  ["echo a-3", "a-3\n"],
]);
