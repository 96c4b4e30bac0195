/**
 * What a helper leaves in R0.
 *
 * Kernel: the end of check_helper_call, do_refine_retval_range in kernel/bpf/verifier.c.
 */
import { sync } from "./bounds";
import {
  E_HELPER_UNKNOWN,
  E_MAP_SPECIAL,
  E_NO_MAP,
  F_MAYBE_NULL,
  F_RINGBUF,
  F_TRUSTED,
  FEAT_TRUSTED,
  H_MAP_LOOKUP,
  R_BTF,
  R_CPU,
  R_DYNPTR_MEM,
  R_INTEGER,
  R_LENGTH,
  R_MAP_VALUE,
  R_MAP_VALUE_OR_NULL,
  R_MEM,
  R_MEM_OR_NULL,
  R_RINGBUF,
  R_VOID,
  T_BTF,
  T_MAP,
  T_MEM,
  T_VALUE,
} from "./codes.gen";
import { dynptrId, dynptrRef } from "./dynptr";
import { cpus, fail, giveUp, has, HelperRow, mapRow, newId, pc } from "./env";
import { facts } from "./helper-facts";
import { markPointer, markUnknown } from "./reg";
import { Frame, pushRef, regOf, State } from "./state";

/** False: refused, or not known. */
export function setResult(state: State, frame: Frame, row: HelperRow, id: i32): bool {
  const r0 = regOf(frame, 0);
  switch (row.ret) {
    case R_INTEGER:
      markUnknown(r0);
      return true;
    case R_CPU:
      // the number of CPUs that the kernel may have is part of its verdict
      markUnknown(r0);
      if (cpus > 0) {
        r0.umin = 0;
        r0.umax = cpus - 1;
        r0.smin = 0;
        r0.smax = cpus - 1;
        r0.umin32 = 0;
        r0.umax32 = cpus - 1;
        r0.smin32 = 0;
        r0.smax32 = cpus - 1;
        sync(r0);
      }
      return true;
    case R_LENGTH:
      // a length of at most what was asked for, or an error
      markUnknown(r0);
      r0.smax = <i64>facts.sizeMax;
      r0.smax32 = <i32>facts.sizeMax;
      r0.smin = -4095;
      r0.smin32 = -4095;
      sync(r0);
      return true;
    case R_VOID:
      return true;
    case R_MAP_VALUE:
    case R_MAP_VALUE_OR_NULL: {
      if (facts.map < 0) return fail(E_NO_MAP);
      const info = mapRow(facts.map);
      if (info.special) return giveUp(E_MAP_SPECIAL);
      let nullable = row.ret == R_MAP_VALUE_OR_NULL;
      if (id == H_MAP_LOOKUP && facts.constKey >= 0 && facts.constKey < <i64>info.maxEntries) nullable = false;
      if (info.inner >= 0) {
        markPointer(r0, T_MAP);
        r0.aux = info.inner;
      } else {
        markPointer(r0, T_VALUE);
        r0.aux = facts.map;
      }
      r0.uid = facts.mapUid;
      if (nullable) {
        r0.type |= F_MAYBE_NULL;
        r0.id = newId();
        // values of different inner maps must not be confused: each lookup is a map of its own
        if (info.inner >= 0) r0.uid = <i32>newId();
      }
      return true;
    }
    case R_RINGBUF: {
      markPointer(r0, T_MEM | F_RINGBUF | F_MAYBE_NULL);
      r0.aux = <i32>facts.memSize;
      r0.id = newId();
      r0.ref = r0.id;
      pushRef(state, r0.id, pc);
      return true;
    }
    case R_DYNPTR_MEM:
      markPointer(r0, T_MEM | F_MAYBE_NULL);
      r0.aux = <i32>facts.memSize;
      r0.id = newId();
      r0.uid = <i32>dynptrId;
      r0.ref = dynptrRef;
      return true;
    case R_BTF:
      markPointer(r0, has(FEAT_TRUSTED) ? T_BTF | F_TRUSTED : T_BTF);
      r0.aux = row.retAux;
      r0.uid = row.retUid;
      return true;
    case R_MEM:
    case R_MEM_OR_NULL:
      return giveUp(E_HELPER_UNKNOWN, id);
    default:
      return giveUp(E_HELPER_UNKNOWN, id);
  }
}
