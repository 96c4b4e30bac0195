/**
 * Calls of the kernel's helpers: each argument against its row (helper-argument.ts), what memory it fills, what it gives
 * up, what it returns (helper-result.ts).
 *
 * Kernel: check_helper_call in kernel/bpf/verifier.c.
 */
import { callBack, clearArguments } from "./call";
import {
  E_CALLBACK_MAP,
  E_DYNPTR_DATA,
  E_FORMAT,
  E_HELPER_GPL,
  E_HELPER_ID,
  E_HELPER_PROGRAM,
  E_HELPER_UNKNOWN,
  E_MAP_HELPER,
  E_UNREFERENCED,
  H_DYNPTR_FROM_MEM,
  H_LOOP,
  H_SNPRINTF,
  HELPER_GPL_ONLY,
  HELPER_NOT_HERE,
  HELPER_OK,
  OPT_GPL,
  T_VALUE,
} from "./codes.gen";
import { forgetDynptr, releaseDynptrs } from "./dynptr";
import { fail, giveUp, helperArg, helperCount, helperRow, HelperRow, immAt, mapRow, options, pc } from "./env";
import { checkArg } from "./helper-argument";
import { facts, forgetFacts } from "./helper-facts";
import { setResult } from "./helper-result";
import { formatFits } from "./host";
import { checkAccess } from "./mem";
import { markUnknown } from "./reg";
import { dropRef, frameOf, isSpilled, regOf, REGS, spillOf, State, topFrame } from "./state";

/** Every copy of a released pointer is a mere number from now on. */
function release(state: State, id: u32): bool {
  if (!dropRef(state, id)) return fail(E_UNREFERENCED, facts.releases);
  releaseDynptrs(state, id);
  for (let f = 0; f <= state.top; f++) {
    const fr = frameOf(state, f);
    for (let i = 0; i < REGS; i++) if (regOf(fr, i).ref == id) markUnknown(regOf(fr, i));
    for (let i = 0; i < fr.slots; i++) {
      if (isSpilled(fr, i) && spillOf(fr, i).ref == id) markUnknown(spillOf(fr, i));
    }
  }
  return true;
}

/** There is such a helper, and this program may call it. */
function isCallable(id: i32): bool {
  if (id < 0 || id >= helperCount) return fail(E_HELPER_ID, id);
  const row = helperRow(id);
  if (row.status == HELPER_NOT_HERE) return fail(E_HELPER_PROGRAM, id);
  if (row.status == HELPER_GPL_ONLY || (row.gpl && !(options & OPT_GPL))) return fail(E_HELPER_GPL, id);
  if (row.status != HELPER_OK) return row.status == 0 ? fail(E_HELPER_ID, id) : giveUp(E_HELPER_UNKNOWN, id);
  return true;
}

/** What it is given is as it must be; what it fills and what it gives up, done. */
function takeArguments(state: State, row: HelperRow, id: i32): bool {
  forgetFacts();
  forgetDynptr();
  const frame = topFrame(state);
  for (let n = 1; n <= 5; n++) {
    const before = n > 1 ? helperArg(row, n - 2) : 0;
    if (!checkArg(state, n, helperArg(row, n - 1), before, id)) return false;
  }
  if (id == H_DYNPTR_FROM_MEM && regOf(frame, 1).type != T_VALUE) return fail(E_DYNPTR_DATA, regOf(frame, 1).type);
  if (id == H_SNPRINTF) {
    const format = regOf(frame, 3);
    const length = regOf(frame, 5);
    if (length.tv & 7) return fail(E_FORMAT);
    const fits = formatFits(format.aux, format.off + <i32>format.tv, <i32>(length.tv >> 3));
    if (fits != 1) return fits == 0 ? fail(E_FORMAT) : giveUp(E_FORMAT);
  }
  if (facts.map >= 0) {
    const type = mapRow(facts.map).type;
    const mask = load<u64>(changetype<usize>(row) + 40);
    if (!((mask >> <u64>type) & 1)) {
      return facts.callback >= 0 ? fail(E_CALLBACK_MAP, type) : fail(E_MAP_HELPER, type, id);
    }
  }
  for (let i = 0; i < facts.fillSize; i++) {
    if (!checkAccess(state, facts.fills, i, 1, true, -1, false, false)) return false;
  }
  return facts.releases && facts.reference != 0 ? release(state, facts.reference) : true;
}

/** The next instruction; -1: refused. */
export function doHelper(state: State): i32 {
  const id = immAt(pc);
  if (!isCallable(id)) return -1;
  const row = helperRow(id);
  const frame = topFrame(state);
  if (!takeArguments(state, row, id)) return -1;
  const next = facts.callback < 0 ? pc + 1 : callBack(state, facts.callback, id == H_LOOP);
  if (next < 0) return -1;
  clearArguments(frame);
  return setResult(state, frame, row, id) ? next : -1;
}
