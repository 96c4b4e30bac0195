/** Fetches and compiles what programs are translated with, ahead of a first run: it is the largest part of its wait. */
export async function prepareSimulator(): Promise<void> {
  await import("binaryen");
}
