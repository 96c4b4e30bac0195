/** What a bad stream is answered with: the cause, the way out, and the byte at which it went wrong. */
export class StreamError extends Error {
  override readonly name = "StreamError";
  /** Bytes from the stream's beginning to the first one that cannot be accounted for. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(`${message} (byte ${offset})`);
    this.offset = offset;
  }
}
