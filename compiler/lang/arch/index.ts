/** The architectures that can be compiled for. */
import { aarch64 } from "./aarch64.ts";
import type { Arch } from "./arch.ts";
import { x86_64 } from "./x86_64.ts";

export type { Arch } from "./arch.ts";

/** Tables of an architecture. */
export function archOf(name: Arch["name"]): Arch {
  return name === "x86_64" ? x86_64 : aarch64;
}
