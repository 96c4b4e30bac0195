/** Everything that checking depends on besides the script. */
import type * as Ast from "../1-parse/ast.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { BinaryResolver } from "../types/binary.ts";

export type CheckOptions = {
  /** Allows functions and probes that change the traced system. */
  readonly unsafe: boolean;
  /** Positional parameters: $1 is params[0]. */
  readonly params: readonly string[];
  /** Parameters that were not given become run-time ones, filled in by the loader. */
  readonly runtimeParams: boolean;
  /** `--name=value` for getopt(); a bare `--name` has the value "true". */
  readonly named: Readonly<Record<string, string>>;
  /** BPFTRACE_* of the environment: they win over the script's config block. */
  readonly environment: Readonly<Record<string, string>>;
  /** Compile the filter of -p into kernel probes. */
  readonly pidFilter: boolean;
};

export type CheckEnv = {
  readonly snapshot: Snapshot;
  readonly arch: "x86_64" | "aarch64";
  readonly options: CheckOptions;
  /** Finds traced binaries for their debug information; undefined: none can be read. */
  readonly binaries: BinaryResolver | undefined;
  /** Items of a text of the language, without mistakes: of the library that comes with the compiler. */
  readonly parseLibrary: (text: string) => readonly Ast.Item[];
};

export const defaultCheckOptions: CheckOptions = {
  unsafe: false,
  params: [],
  runtimeParams: false,
  named: {},
  environment: {},
  pidFilter: false,
};
