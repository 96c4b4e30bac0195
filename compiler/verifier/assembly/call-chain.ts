/** The calls that lead to a function, outermost first: what is known of a function is known for one chain of them. */
import { frameOf, MAX_FRAMES, State } from "./state";

/** What a chain of calls has for itself begins with it. */
@unmanaged
export class CallChain {
  /** Calls; 0 in the program itself. */
  depth: i32;
  /** Instruction of each call: MAX_FRAMES of them. */
  c0: i32;
  c1: i32;
  c2: i32;
  c3: i32;
  c4: i32;
  c5: i32;
  c6: i32;
  c7: i32;
}

export function callOf(chain: CallChain, n: i32): i32 {
  return load<i32>(changetype<usize>(chain) + offsetof<CallChain>("c0") + (<usize>n << 2));
}

/** Takes the first `depth` calls of a state. */
export function setChain(chain: CallChain, state: State, depth: i32): void {
  chain.depth = depth;
  for (let f = 0; f < MAX_FRAMES; f++) {
    const site = f < depth ? frameOf(state, f + 1).callsite : 0;
    store<i32>(changetype<usize>(chain) + offsetof<CallChain>("c0") + (<usize>f << 2), site);
  }
}

/** Whether the first `depth` calls of a state are this chain. */
export function isChain(chain: CallChain, state: State, depth: i32): bool {
  if (chain.depth != depth) return false;
  for (let f = 0; f < depth; f++) if (callOf(chain, f) != frameOf(state, f + 1).callsite) return false;
  return true;
}
