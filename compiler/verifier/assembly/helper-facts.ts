/** What the arguments of the helper call at hand said: for the arguments behind them, the result and the call's effects. */


@unmanaged
export class Facts {
  sizeMax: u64;
  memSize: i64;
  /** A key that is known, for arrays; -1: it is not. */
  constKey: i64;
  /** Index of the map; -1: none. */
  map: i32;
  mapUid: i32;
  /** Id of the reference that an argument carries; 0: none does. */
  reference: u32;
  /** Number of the register whose reference the call gives up; 0: none. */
  releases: i32;
  /** Number of the register whose memory on the stack the call fills, and how much of it. */
  fills: i32;
  fillSize: i32;
  /** First instruction of the callback; -1: none. */
  callback: i32;
}

export const facts: Facts = changetype<Facts>(memory.data(offsetof<Facts>(), 16));

export function forgetFacts(): void {
  memory.fill(changetype<usize>(facts), 0, offsetof<Facts>());
  facts.map = -1;
  facts.callback = -1;
  facts.constKey = -1;
}
