/**
 * Loops, and what is not known yet inside them. A path that ends because it came round to a state still being walked says
 * nothing of what that state will rely on: until the whole loop has been walked, marks of its states are incomplete.
 *
 * Kernel: compute_scc, maybe_enter_scc, maybe_exit_scc, propagate_backedges in kernel/bpf/verifier.c; for callbacks since 6.19.
 * A loop is a strongly connected component of the control flow, or a call whose callback comes back to it, together with
 * the calls that lead there. Older kernels took the marks of callbacks' loops for complete.
 */
import { alloc } from "./arena";
import { CallChain, isChain, setChain } from "./call-chain";
import { count } from "./env";
import { successorOf } from "./flow";
import { callsCallback, isSecond } from "./marks";
import { changedMarks, everything, propagatePrecision, resetChanged } from "./precise";
import { propagateReads } from "./stack";
import { copyState, copySteps, frameOf, freeState, State } from "./state";

/** Rounds of propagation after which every number of every path back is taken for precise. */
const MAX_ROUNDS: i32 = 64;

/** A path that came round: its state, and the one on record that covers it. */
@unmanaged
class Backedge {
  next: Backedge | null;
  state: State;
  covering: State;
}

/** One loop as reached by one chain of calls. */
@unmanaged
export class Visit extends CallChain {
  next: Visit | null;
  component: i32;
  /** The first state recorded in the loop; the loop is walked when that is. null: nobody is inside. */
  entry: State | null;
  backedges: Backedge | null;
}

/** Component of each instruction; 0: in no loop. */
let components: usize = 0;
let visits: Visit | null = null;

function componentAt(i: i32): i32 {
  return load<i32>(components + (<usize>i << 2));
}

function word(table: usize, i: i32): i32 {
  return load<i32>(table + (<usize>i << 2));
}
function setWord(table: usize, i: i32, value: i32): void {
  store<i32>(table + (<usize>i << 2), value);
}

/** Tarjan's algorithm, with a stack of its own. */
export function findLoops(): void {
  visits = null;
  const size = <usize>(count + 1) * 4;
  components = alloc(size);
  memory.fill(components, 0, size);
  const order = alloc(size);
  memory.fill(order, 0, size);
  const low = alloc(size);
  const open = alloc(size);
  const path = alloc(size);
  const way = alloc(size);
  memory.fill(way, 0, size);
  let openCount = 0;
  let last = 0;
  let found = 0;
  for (let root = 0; root < count; root++) {
    if (isSecond(root) || word(order, root) != 0) continue;
    let depth = 0;
    setWord(path, 0, root);
    while (depth >= 0) {
      const at = word(path, depth);
      if (word(order, at) == 0) {
        last++;
        setWord(order, at, last);
        setWord(low, at, last);
        setWord(open, openCount, at);
        openCount++;
      }
      const n = word(way, at);
      if (n < 2) {
        setWord(way, at, n + 1);
        const next = successorOf(at, n);
        if (next < 0 || next >= count) continue;
        if (word(order, next) == 0) {
          depth++;
          setWord(path, depth, next);
        } else if (word(order, next) != i32.MAX_VALUE && word(low, next) < word(low, at)) {
          setWord(low, at, word(low, next));
        }
        continue;
      }
      if (word(low, at) == word(order, at)) {
        const alone = word(open, openCount - 1) == at;
        const inLoop = !alone || successorOf(at, 0) == at || successorOf(at, 1) == at || callsCallback(at);
        if (inLoop) found++;
        while (true) {
          openCount--;
          const member = word(open, openCount);
          // what is done is no longer open: no path joins it to another component
          setWord(order, member, i32.MAX_VALUE);
          setWord(components, member, inLoop ? found : 0);
          if (member == at) break;
        }
      }
      depth--;
      if (depth >= 0) {
        const up = word(path, depth);
        if (word(order, at) != i32.MAX_VALUE && word(low, at) < word(low, up)) setWord(low, up, word(low, at));
      }
    }
  }
}

/** The loop that a state about to be recorded is in, outermost frame first; null: none. */
export function visitOf(state: State): Visit | null {
  let depth = 0;
  let component = 0;
  for (let f = 0; f <= state.top && component == 0; f++) {
    component = componentAt(f == state.top ? state.insn : frameOf(state, f + 1).callsite);
    depth = f;
  }
  if (component == 0) return null;
  let visit = visits;
  while (visit != null) {
    if (visit.component == component && isChain(visit, state, depth)) return visit;
    visit = visit.next;
  }
  const made = changetype<Visit>(alloc(offsetof<Visit>()));
  made.next = visits;
  made.component = component;
  made.entry = null;
  made.backedges = null;
  setChain(made, state, depth);
  visits = made;
  return made;
}

/** Nobody knows yet all that the paths from this state on rely on. */
export function isIncomplete(state: State): bool {
  const visit = changetype<Visit | null>(state.visit);
  return visit != null && visit.backedges != null;
}
/** `record` stands on record from now on. */
export function enterLoop(record: State): void {
  const visit = visitOf(record);
  record.visit = changetype<usize>(visit);
  if (visit != null && visit.entry == null) visit.entry = record;
}
/** `state` ends here, in favour of `covering`, which is in a loop that is not walked to its end. */
export function addBackedge(covering: State, state: State): void {
  const visit = changetype<Visit | null>(covering.visit);
  if (visit == null) return;
  const edge = changetype<Backedge>(alloc(offsetof<Backedge>()));
  edge.state = copyState(state);
  copySteps(edge.state, state);
  edge.covering = covering;
  edge.next = visit.backedges;
  visit.backedges = edge;
}
/** All paths from `state` on have ended: if the loop began there, what its states rely on goes round until it is settled. */
export function leaveLoop(state: State): void {
  const visit = changetype<Visit | null>(state.visit);
  if (visit == null || visit.entry != state) return;
  visit.entry = null;
  for (let round = 0; visit.backedges != null; round++) {
    resetChanged();
    let edge: Backedge | null = visit.backedges;
    while (edge != null) {
      propagateReads(edge.covering, edge.state);
      if (round == MAX_ROUNDS) everything(edge.state);
      else propagatePrecision(edge.covering, edge.state, edge.state.insn);
      edge = edge.next;
    }
    if (round == MAX_ROUNDS || !changedMarks) break;
  }
  let done: Backedge | null = visit.backedges;
  while (done != null) {
    freeState(done.state);
    done = done.next;
  }
  visit.backedges = null;
}
