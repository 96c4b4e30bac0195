/** What lowering may still refuse in a checked program: limits of the machine. */
import { error } from "../diagnostic.ts";

export const irCatalog = {
  "program-too-large": error<{ probe: string }>(
    (p) => `${p.probe} is too large: its unrolled loops are more than the kernel takes`,
    () => "use for ($i : 0..100) { … }, which is one copy of the body",
  ),
  "recursive-function": error<{ name: string }>(
    (p) => `function ${p.name} calls itself`,
    () => "functions are expanded where they are called; write a loop instead",
  ),
  "scratch-too-large": error<{ probe: string; bytes: number; limit: number }>(
    (p) => `${p.probe} needs ${p.bytes} bytes of memory for its values, more than a per-CPU map's ${p.limit}`,
    () => "use shorter strings (config max_strlen), or fewer of them in one statement",
  ),
  unrecordable: error<{ what: string; why: string }>(
    (p) => `${p.what} cannot be recorded: ${p.why}`,
    () => "run it without --record",
  ),
  "unsupported-stack-length": error(
    () => "the length of a stored stack is not known to the kernel's program",
    () => "take the length where the stack is captured: len(kstack)",
  ),
};
