/** `tracelet list`: the probes that a kernel snapshot or a binary offers, or those of a script. */
import { existsSync } from "node:fs";

import { createSource, parseScript, renderDiagnostics } from "../index.ts";
import { listProbes, type Snapshot } from "../snapshot/index.ts";
import { EXIT, useColour, writeAll } from "./io.ts";
import { chooseSnapshot, nearestSnapshot } from "./kernels.ts";
import { listBinaries } from "./list-binaries.ts";
import { readScript, type Script } from "./script.ts";

type Args = {
  readonly pattern?: string | undefined;
  /** A program: its probes are listed. */
  readonly e?: string | undefined;
  readonly v?: boolean | number | undefined;
  readonly kernel?: string | undefined;
};

export async function listCommand(args: Args): Promise<number> {
  const snapshot = args.kernel === undefined ? nearestSnapshot() : chooseSnapshot(args.kernel);
  const verbose = args.v === true || (typeof args.v === "number" && args.v > 0);
  const { pattern } = args;
  if (args.e !== undefined) return listScript(readScript(undefined, args.e), snapshot, verbose);
  if (pattern?.endsWith(".bt") === true) {
    if (existsSync(pattern)) return listScript(readScript(pattern, undefined), snapshot, verbose);
    process.stderr.write(
      `WARNING: It appears that '${pattern}' is a filename but the file does not exist. Treating '${pattern}' as a search pattern.\n`,
    );
  }
  const text = listOne(snapshot, pattern, verbose);
  if (text === "") {
    process.stderr.write(
      `No probes of kernel ${snapshot.release} match '${pattern ?? "*"}'; --kernel names another kernel\n`,
    );
    return EXIT.refused;
  }
  writeAll(1, Buffer.from(text));
  return EXIT.ok;
}

function listOne(snapshot: Snapshot, pattern: string | undefined, verbose: boolean): string {
  const names = pattern === undefined ? undefined : listBinaries(pattern);
  return names === undefined ? listProbes(snapshot, pattern, { verbose }) : names.map((name) => `${name}\n`).join("");
}

/** What every attach point of a script stands for here; one that stands for nothing is shown as it is written. */
function listScript(script: Script, snapshot: Snapshot, verbose: boolean): number {
  const source = createSource(script.name, script.text);
  const { value, diagnostics } = parseScript(source, { params: [], constants: (name) => snapshot.constant(name) });
  if (diagnostics.some((d) => d.severity === "error")) {
    writeAll(2, Buffer.from(renderDiagnostics(diagnostics, source, { color: useColour(process.stderr) })));
    return EXIT.refused;
  }
  const points = value.items.flatMap((item) => (item.kind === "probe" ? item.attachPoints : []));
  // A time or count is the script's own: "interval:s:" alone is not what it attaches to.
  const lines = points.map(({ text }) => {
    const listed = listOne(snapshot, text, verbose);
    return listed === "" || listed.endsWith(":\n") ? `${text}\n` : listed;
  });
  writeAll(1, Buffer.from([...new Set(lines)].join("")));
  return EXIT.ok;
}
