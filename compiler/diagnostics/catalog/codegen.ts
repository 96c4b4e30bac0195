/** Messages of code generation: what a correct script may still ask too much of. */
import { error } from "../diagnostic.ts";

export const codegenCatalog = {
  "loop-never-left": error(
    () => "this loop never ends: nothing leaves it",
    () => "give it a bound, as in for ($i : 0..100) { … }, or leave it with break",
  ),
  "loop-unchanging": error(
    () => "infinite loop detected: no turn of this loop differs from the one before, as far as a verifier can see",
    () => "count the turns: $n = 0; while ($n < 1000 && …) { …; $n++; }",
  ),
  "stack-overflow": error(
    (p: { probe: string; bytes: number; limit: number }) =>
      `Looks like the BPF stack limit of ${p.limit} bytes is exceeded: ${p.probe} needs ${p.bytes}`,
    () => "use smaller strings, buffers or keys (max_strlen, on_stack_limit), or split the probe",
  ),
  "call-stack-overflow": error(
    (p: { probe: string; bytes: number; limit: number; chain: string }) =>
      `Looks like the BPF stack limit of ${p.limit} bytes is exceeded: ${p.probe} and what it calls need ${p.bytes} together (${p.chain})`,
    () => "use smaller strings, buffers or keys in the functions and loop bodies named, or keep them in maps",
  ),
};
