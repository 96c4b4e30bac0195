/** Where a raw tracepoint is declared: its probes have a typedef, `btf_trace_NAME`. */
import type { Btf, TypeId } from "../btf/types.ts";
import type { Snapshot } from "./snapshot.ts";

/** Undefined: no module's types know it. */
export function rawTracepointType(
  snapshot: Snapshot,
  name: string,
): { readonly module: string; readonly btf: Btf; readonly id: TypeId } | undefined {
  for (const module of ["vmlinux", ...snapshot.modules]) {
    const btf = snapshot.moduleBtf(module);
    const id = btf?.find("typedef", `btf_trace_${name}`);
    if (btf && id !== undefined) return { module, btf, id };
  }
  return undefined;
}
