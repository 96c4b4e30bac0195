/** A script's options as the compiler takes them. */
import { type CompileOptions, defaultOptions } from "../../compiler/index.ts";
import type { Snapshot } from "../../compiler/snapshot/index.ts";
import type { Script } from "./protocol.ts";

export function optionsOf(script: Script, snapshot: Snapshot): CompileOptions {
  return {
    ...defaultOptions(snapshot),
    name: script.name,
    unsafe: script.options.unsafe,
    positional: script.options.positional,
  };
}
