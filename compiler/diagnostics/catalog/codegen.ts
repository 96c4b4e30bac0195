/** Messages of code generation: what a correct script may still ask too much of. */
import { error } from "../diagnostic.ts";

export const codegenCatalog = {
  "stack-overflow": error(
    (p: { probe: string; bytes: number; limit: number }) =>
      `${p.probe} needs ${p.bytes} bytes of stack, more than the ${p.limit} a BPF program has`,
    () => "use smaller strings, buffers or keys (max_strlen, on_stack_limit), or split the probe",
  ),
  "call-stack-overflow": error(
    (p: { probe: string; bytes: number; limit: number; chain: string }) =>
      `${p.probe} and what it calls need ${p.bytes} bytes of stack together, more than the ${p.limit} a BPF program has (${p.chain})`,
    () => "use smaller strings, buffers or keys in the functions and loop bodies named, or keep them in maps",
  ),
};
