/** Debug information that is damaged, or of a kind that is not read. */
export class DwarfError extends Error {
  override readonly name = "DwarfError";
}
