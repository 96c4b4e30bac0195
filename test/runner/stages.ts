/** Section name → text, for one case: compiles once, runs at most once. */
import { spawnSync } from "node:child_process";
import {
  type CompileOptions,
  type CompileResult,
  compile,
  defaultOptions,
  renderDiagnostics,
  type Stage,
} from "../../compiler/index.ts";
import { compareObject } from "../verifier/agreement.ts";
import type { CaseFile } from "./case-file.ts";
import { defaultSnapshot } from "./kernels.ts";
import { LOADER, TRACELET } from "./machine.ts";

export type CaseOptions = {
  readonly kernel: string;
  readonly compile: Partial<CompileOptions>;
  /** Words for the command line when the case is run. */
  readonly flags: readonly string[];
  readonly params: readonly string[];
};

/**
 * Lines of `=== options`: `kernel: 6.1`, `unsafe`, `isa: v2`, `buffer: perf`, `pid-filter`, `runtime-params`,
 * `params: WORDS`, `env: NAME=VALUE`, `flags: WORDS` (command line only),
 * `file: NAME=TEXT` (a file to import, \n for a new line; with none, imports are refused).
 */
export function caseOptions(file: CaseFile): CaseOptions {
  let kernel = "6.12";
  const flags: string[] = [];
  let params: string[] = [];
  const environment = new Map<string, string>();
  const extra: { -readonly [K in keyof CompileOptions]?: CompileOptions[K] } = {};
  const files = new Map<string, string>();
  let runtime = false;
  for (const line of (file.sections.find((s) => s.name === "options")?.text ?? "").split("\n")) {
    const [word = "", rest = ""] = line.split(/:\s*(.*)/s);
    switch (word) {
      case "":
        break;
      case "kernel":
        kernel = rest;
        break;
      case "unsafe":
        extra.unsafe = true;
        flags.push("--unsafe");
        break;
      case "isa":
        extra.isa = rest === "v2" ? "v2" : "v3";
        break;
      case "buffer":
        extra.buffer = rest === "perf" ? "perf" : "ring";
        break;
      case "pid-filter":
        extra.pidFilter = true;
        break;
      case "runtime-params":
        runtime = true;
        break;
      case "read-warnings":
        extra.readWarnings = true;
        flags.push("-k");
        break;
      case "params":
        params = rest.split(" ").filter((p) => p !== "");
        break;
      case "env": {
        const [name = "", value = ""] = rest.split(/=(.*)/s);
        environment.set(name, value);
        break;
      }
      case "file": {
        const [name = "", text = ""] = rest.split(/=(.*)/s);
        files.set(name, text.replaceAll("\\n", "\n"));
        break;
      }
      case "flags":
        flags.push(...rest.split(" "));
        break;
      default:
        throw new Error(`unknown option line: ${line}`);
    }
  }
  const dashes = params.indexOf("--");
  const words = dashes < 0 ? params : params.slice(0, dashes);
  const named = new Map<string, string>();
  for (const word of dashes < 0 ? [] : params.slice(dashes + 1)) {
    const match = /^--([^=]+)(?:=(.*))?$/s.exec(word);
    if (match?.[1] !== undefined) named.set(match[1], match[2] ?? "true");
    else words.push(word);
  }
  if (!runtime) {
    extra.positional = words;
    extra.named = named;
  }
  if (files.size > 0) {
    extra.imports = (name) => {
      const text = files.get(name);
      return text === undefined ? { problem: "missing", name } : [{ name, text }];
    };
  }
  if (environment.size > 0) extra.environment = environment;
  return { kernel, compile: extra, flags, params };
}

export type Compiled = { readonly result: CompileResult; readonly stages: ReadonlyMap<Stage, string> };

export function compileCase(file: CaseFile, options: CaseOptions): Compiled {
  const program = file.sections.find((s) => s.name === "program")?.text ?? "";
  const stages = new Map<Stage, string>();
  const trace = (stage: Stage, print: () => string) => stages.set(stage, print().trimEnd());
  const result = compile(program, { ...defaultOptions(defaultSnapshot(options.kernel)), ...options.compile, trace });
  return { result, stages };
}

export function diagnosticsText({ result }: Compiled): string {
  return renderDiagnostics(result.diagnostics, result.source, { color: false }).trimEnd();
}

export type Run = { readonly stdout: string; readonly stderr: string; readonly status: number | null };

/** Runs the program through the whole command line, on this kernel; text or JSON. */
export function runCase(file: CaseFile, options: CaseOptions, format: "text" | "json"): Run {
  const program = file.sections.find((s) => s.name === "program")?.text ?? "";
  const environment = Object.fromEntries(options.compile.environment ?? []);
  const run = spawnSync(TRACELET, [...options.flags, "-f", format, "-e", program, ...options.params], {
    encoding: "latin1",
    timeout: 20_000,
    env: { ...process.env, TZ: "UTC", BPFTRACE_COLOR: "never", ...environment },
  });
  return { stdout: run.stdout, stderr: run.stderr, status: run.status };
}

/**
 * The kernel's verdict on an object; undefined when it accepts all programs, and the verifier model agrees. `name` is for
 * the notes of the comparison.
 */
export function verifierRefusal(object: Uint8Array, name: string): string | undefined {
  const check = spawnSync(LOADER, ["check", "-"], {
    input: object,
    encoding: "utf8",
    timeout: 60_000,
    maxBuffer: 1 << 26,
  });
  const difference = compareObject(name, object, check);
  if (difference !== undefined) return `the verifier model differs from this kernel\n${difference}`;
  return check.status === 0 ? undefined : `status ${check.status}\n${check.stdout}${check.stderr}`;
}
