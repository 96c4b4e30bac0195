/** Bytes that are no object of ours: damaged, foreign, or of a later format. The message says which and what to do. */
export class ObjectError extends Error {
  override readonly name = "ObjectError";
}
