/** A blob that is no BTF, or damaged BTF. The message names the part and the cause. */
export class BtfError extends Error {
  override readonly name = "BtfError";
}
