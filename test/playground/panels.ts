/** Serves the panels' own page, and makes what they show from real scripts: compiled here, judged here, rendered here. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import type { StreamRecord } from "../../compiler/index.ts";
import {
  compile,
  createFlamegraphRenderer,
  createHeatmapRenderer,
  defaultOptions,
  inspectObject,
} from "../../compiler/index.ts";
import type { Renderer, Write } from "../../compiler/render/renderer.ts";
import { openSnapshot } from "../../compiler/snapshot/index.ts";
import type { Workbench } from "../../playground/panels/panel.ts";
import { problemsOf } from "../../playground/worker/problems.ts";
import type { CompileAnswer, KernelInfo } from "../../playground/worker/protocol.ts";
import { type Server, serve } from "./server.ts";

const root = join(import.meta.dirname, "../..");

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
POLICY
<link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="style/tokens.css">
<link rel="stylesheet" href="style/shell.css">
<link rel="stylesheet" href="style/panels.css">
<title>panels</title>
</head>
<body>
<main class="work"><section class="pane pane-panels"><h1 class="p-hidden">Panels</h1><div class="panels" id="panels"></div></section></main>
<script type="module" src="panels-page.js"></script>
</body>
</html>
`;
/** One pane alone, as wide as the window. */
const ALONE = "\n.work { display: block; } .pane-panels { height: 100vh; } body { display: block; }\n";

/** The panels' page under the policy of the playground's own. */
export async function servePanels(): Promise<Server> {
  const bundled = await build({
    entryPoints: [join(root, "test/playground/panels-page.ts")],
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
    logLevel: "warning",
  });
  const code = bundled.outputFiles[0]?.contents ?? new Uint8Array();
  const policy = /<meta\s+http-equiv="Content-Security-Policy"[\s\S]*?\/>/.exec(
    readFileSync(join(root, "playground/index.html"), "utf8"),
  )?.[0];
  if (policy === undefined) throw new Error("playground/index.html has no Content-Security-Policy");
  const text = new TextEncoder();
  return serve((path) => {
    if (path === "index.html") return text.encode(PAGE.replace("POLICY", policy));
    if (path === "panels-page.js") return code;
    const style = /^style\/(tokens|shell|panels)\.css$/.exec(path);
    if (style === null) return undefined;
    const rules = readFileSync(join(root, "playground", path), "utf8");
    return text.encode(style[1] === "shell" ? rules + ALONE : rules);
  });
}

export const snapshot = openSnapshot(readFileSync(join(root, "compiler/kernels/debian-6.12-amd64.tls")));

export const kernel: KernelInfo = {
  id: "debian-6.12-amd64",
  release: snapshot.release,
  arch: snapshot.arch,
  functions: 50_000,
  tracepoints: 1_200,
  size: 1_400_000,
};

export function program(name: string): string {
  return readFileSync(join(root, "test/programs", `${name}.bt`), "utf8");
}

/** A workbench whose script is compiled; a script with errors has none of the object's parts. */
export function workbenchOf(name: string, text: string, changes: Partial<Workbench> = {}): Workbench {
  const result = compile(text, { ...defaultOptions(snapshot), name });
  const compiled: CompileAnswer = {
    kind: "compile",
    problems: problemsOf(result.source, result.diagnostics),
    object: result.object,
    inspection: result.object === undefined ? undefined : inspectObject(result.object),
    took: 3,
  };
  return {
    script: { name, text, kernel: kernel.id, options: { unsafe: false, positional: undefined } },
    kernel,
    kernels: [
      { id: kernel.id, label: "Debian 13 (6.12)" },
      { id: "debian-6.1-amd64", label: "Debian 12 (6.1)" },
    ],
    compiled,
    pending: false,
    settled: true,
    events: { kind: "generated", spec: "", seed: 1, rate: 1 },
    cpus: 4,
    dropped: undefined,
    ...changes,
  };
}

/** The picture that a renderer makes of records, a second apart. */
function picture(create: (write: Write) => Renderer, records: readonly StreamRecord[]): string {
  let svg = "";
  const renderer = create((_, bytes) => {
    svg += new TextDecoder().decode(bytes);
  });
  for (const [at, record] of records.entries())
    renderer.record(record, { seconds: 1_700_000_000 + at, nanoseconds: 0 });
  renderer.end();
  return svg;
}
export const flamegraphOf = (records: readonly StreamRecord[]): string => picture(createFlamegraphRenderer, records);
export const heatmapOf = (records: readonly StreamRecord[]): string => picture(createHeatmapRenderer, records);
