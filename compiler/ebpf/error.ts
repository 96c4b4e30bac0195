/** Bytes or text that are no eBPF, or instructions that eBPF cannot say. The message names the place and the cause. */
export class EbpfError extends Error {
  override readonly name = "EbpfError";
}
