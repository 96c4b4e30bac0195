/** `tracelet list`: the probes that a kernel snapshot or a binary offers, or those of a script. */
import { existsSync } from "node:fs";

import { createSource, parseScript, renderDiagnostics } from "../index.ts";
import { listProbes, type Snapshot } from "../snapshot/index.ts";
import { debugFolders } from "./build-object.ts";
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
  readonly debuginfo?: string | undefined;
};

export async function listCommand(args: Args): Promise<number> {
  const snapshot = args.kernel === undefined ? nearestSnapshot() : chooseSnapshot(args.kernel);
  const verbose = args.v === true || (typeof args.v === "number" && args.v > 0);
  const { pattern } = args;
  const how = { snapshot, verbose, debuginfo: args.debuginfo };
  if (args.e !== undefined) return listScript(readScript(undefined, args.e), how);
  if (pattern?.endsWith(".bt") === true) {
    if (existsSync(pattern)) return listScript(readScript(pattern, undefined), how);
    process.stderr.write(
      `WARNING: It appears that '${pattern}' is a filename but the file does not exist. Treating '${pattern}' as a search pattern.\n`,
    );
  }
  const text = await listOne(pattern, how);
  if (text === "") {
    process.stderr.write(
      `No probes of kernel ${snapshot.release} match '${pattern ?? "*"}'; --kernel names another kernel\n`,
    );
    return EXIT.refused;
  }
  writeAll(1, Buffer.from(text));
  return EXIT.ok;
}

type How = { readonly snapshot: Snapshot; readonly verbose: boolean; readonly debuginfo: string | undefined };

async function listOne(pattern: string | undefined, { snapshot, verbose, debuginfo }: How): Promise<string> {
  const found = pattern === undefined ? undefined : listBinaries(pattern);
  if (found === undefined) return listProbes(snapshot, pattern, { verbose });
  const wanted = verbose && found.some(({ provider }) => provider === "uprobe");
  const resolve = wanted ? (await import("./binaries.ts")).createBinaryResolver(debugFolders(debuginfo)) : undefined;
  return found
    .map(({ provider, path, name }) => {
      const binary = provider === "uprobe" ? resolve?.(path) : undefined;
      const declared = binary === undefined || "problem" in binary ? [] : binary.declarationsOf(name);
      return `${provider}:${path}:${name}\n${declared.map((one) => `    ${one}\n`).join("")}`;
    })
    .join("");
}

/** What every attach point of a script stands for here; one that stands for nothing is shown as it is written. */
async function listScript(script: Script, how: How): Promise<number> {
  const { snapshot } = how;
  const source = createSource(script.name, script.text);
  const { value, diagnostics } = parseScript(source, { params: [], constants: (name) => snapshot.constant(name) });
  if (diagnostics.some((d) => d.severity === "error")) {
    writeAll(2, Buffer.from(renderDiagnostics(diagnostics, source, { color: useColour(process.stderr) })));
    return EXIT.refused;
  }
  const points = value.items.flatMap((item) => (item.kind === "probe" ? item.attachPoints : []));
  // A time or count is the script's own: "interval:s:" alone is not what it attaches to.
  const lines: string[] = [];
  for (const { text } of points) {
    const listed = await listOne(text, how);
    lines.push(listed === "" || listed.endsWith(":\n") ? `${text}\n` : listed);
  }
  writeAll(1, Buffer.from([...new Set(lines)].join("")));
  return EXIT.ok;
}
