/** A bug of ours: carries the stage, never a user's mistake. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** @throws InvariantError if the condition does not hold */
export function invariant(condition: unknown, stage: string, message: string): asserts condition {
  if (!condition) throw new InvariantError(`${stage}: ${message}`);
}

/** Ends a switch over a union: tsc proves it is never reached. */
export function unreachable(value: never): never {
  throw new InvariantError(`unreachable: ${JSON.stringify(value)}`);
}
