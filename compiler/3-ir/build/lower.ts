/** The recursive steps of lowering, tied together. */
import { lowerCondition } from "./conditions.ts";
import type { Steps } from "./lowering.ts";
import { lowerInto, lowerMemory, prepare } from "./memory.ts";
import { lowerScalar } from "./scalars.ts";
import { lowerBody } from "./statements.ts";

export const STEPS: Steps = {
  scalar: lowerScalar,
  prepare,
  into: lowerInto,
  memory: lowerMemory,
  condition: lowerCondition,
  body: lowerBody,
};
