/** A file that is no eBPF object, or a damaged one. The message names the part and the cause. */
export class ElfError extends Error {
  override readonly name = "ElfError";
}
