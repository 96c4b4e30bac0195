/** The panels in the order of their tabs. Each is a module of its own, loaded when it is first shown. */
import type { PanelRow } from "./panel.ts";

export const panelRows: readonly PanelRow[] = [
  {
    id: "output",
    title: "Output",
    doc: "what the script prints on the chosen events, with pictures",
    load: () => import("./output.ts"),
  },
  {
    id: "assembly",
    title: "Assembly",
    doc: "the instructions of each program beside the script's lines",
    load: () => import("./assembly.ts"),
  },
  {
    id: "verifier",
    title: "Verifier",
    doc: "what each kernel's verifier will say, and the way it takes",
    load: () => import("./verifier.ts"),
  },
  {
    id: "object",
    title: "Object",
    doc: "the eBPF object: sections, maps, types, relocations; download and deploy",
    load: () => import("./object.ts"),
  },
  {
    id: "probes",
    title: "Probes",
    doc: "search the kernel: functions, tracepoints, structs",
    load: () => import("./probes.ts"),
  },
  {
    id: "stages",
    title: "Stages",
    doc: "what each stage of the compiler makes of the script",
    load: () => import("./stages.ts"),
  },
];
