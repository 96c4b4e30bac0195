/**
 * Tracelet's public API: compile, format, inspect, decode and render. Pure: no Node, no file system, no clock, so that it
 * runs in a browser as it does on a server. Kernels come from compiler/snapshot.
 */

export { parse as parseScript } from "./1-parse/parse.ts";
export {
  type InspectedFunction,
  type InspectedInsn,
  type InspectedMap,
  type Inspection,
  inspectObject,
  ObjectError,
  outlineObject,
  printInspection,
} from "./5-object/inspect.ts";
export type { Manifest } from "./5-object/manifest.ts";
export type { Diagnostic, Replacement } from "./diagnostics/diagnostic.ts";
export { renderJson as renderDiagnosticsJson } from "./diagnostics/render-json.ts";
export { renderText as renderDiagnostics } from "./diagnostics/render-text.ts";
export type { BinarySource } from "./dwarf/read-binary.ts";
export { readBinary } from "./dwarf/read-binary.ts";
export type { Inflate, ReadAt } from "./elf/binary.ts";
export { type Explored, type ExploredExpression, type ExploredField, explore } from "./explore.ts";
export { type FormatResult, formatScript } from "./format.ts";
export { checkObject, explainLog } from "./judge.ts";
export { type Aggregation, aggregations } from "./lang/aggregations.ts";
export { type Builtin, builtins } from "./lang/builtins.ts";
export { type ConfigRow, configRows } from "./lang/config.ts";
export { type ArgKind, type FunctionRow, functions } from "./lang/functions.ts";
export { helpers } from "./lang/helpers.ts";
export { hardwareEvents, type ProbeRow, probes, softwareEvents } from "./lang/probes.ts";
export {
  type CompileOptions,
  defaultOptions,
  type ImportProblem,
  type ImportResolver,
  STAGES,
  type Stage,
} from "./options.ts";
export { type CompileResult, compile, VERSION } from "./pipeline.ts";
export { type ChartData, createChartCollector } from "./render/charts.ts";
export { createFlamegraphRenderer } from "./render/flamegraph.ts";
export { createHeatmapRenderer } from "./render/heatmap.ts";
export { createJsonRenderer } from "./render/json.ts";
export { RenderError, type Renderer } from "./render/renderer.ts";
export { createTextRenderer } from "./render/text.ts";
export {
  EventError,
  type EventProblem,
  printProblem,
  type RecordedScript,
  type Setup,
  type SimulatedEvent,
} from "./simulator/event.ts";
export { ParameterError } from "./simulator/fill-globals.ts";
export { generateEvents } from "./simulator/generate.ts";
export { durationOf as parseDuration } from "./simulator/integers.ts";
export { SimulatorError } from "./simulator/machine.ts";
export type { GenerateOptions, SimulateOptions, Workload } from "./simulator/options.ts";
export { type ParsedEvents, parseEvents } from "./simulator/parse-events.ts";
export { type ParsedWorkload, parseWorkload } from "./simulator/parse-workload.ts";
export { prepareSimulator } from "./simulator/prepare.ts";
export { printEvent } from "./simulator/print-events.ts";
export { simulate } from "./simulator/simulate.ts";
export type { Span } from "./source/span.ts";
export { createSource, type NamedText, type Source } from "./source/text.ts";
export { createStreamDecoder, decodeStream, StreamError, type StreamItem } from "./stream/decode.ts";
export { encodeMessage } from "./stream/encode.ts";
export type { StreamRecord } from "./stream/records.ts";
export type { BinaryFunction, BinaryProblem, BinaryResolver, BinaryTypes } from "./types/binary.ts";
export { bytesText } from "./verifier/bytes-text.ts";
export {
  CheckError,
  type CheckedKernel,
  type CheckedLine,
  type CheckOptions,
  type KernelCheck,
  type KernelVerdict,
  type MapCheck,
  type ObjectCheck,
  type ProgramBudget,
  type ProgramCheck,
} from "./verifier/checked.ts";
export type { ExplainedLog, ExplainLogOptions } from "./verifier/explain-log.ts";
export type { KernelLog, KernelReport } from "./verifier/kernel-log.ts";
export { renderSarif, type SarifInput } from "./verifier/sarif.ts";
