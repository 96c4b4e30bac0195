/** Runs the passes of the table over every function of a module. */
import { invariant } from "../util/assert.ts";
import type { Function as Fn, Module } from "./ir.ts";
import { type Pass, passes } from "./passes/passes.ts";
import { validate } from "./validate.ts";

export type OptimizeOptions = {
  /** Only what code generation cannot do without. */
  readonly requiredOnly: boolean;
  /** Validate after every pass: a pass that breaks the form is named at once. */
  readonly check: boolean;
  /** Called with each function after each pass that changed it. */
  readonly trace: ((pass: string, fn: Fn) => void) | undefined;
};
const DEFAULTS: OptimizeOptions = { requiredOnly: false, check: false, trace: undefined };

/** The module with better functions, ready for code generation. @throws InvariantError with `check`, for a broken pass */
export function optimize(module: Module, options: Partial<OptimizeOptions> = {}): Module {
  return { ...module, functions: module.functions.map((fn) => optimizeFunction(fn, options)) };
}

export function optimizeFunction(fn: Fn, options: Partial<OptimizeOptions> = {}): Fn {
  const { requiredOnly, check, trace } = { ...DEFAULTS, ...options };
  if (check) requireValid(fn, "build");
  let at = fn;
  /** What each pass last returned: a repetition of it has nothing to do while that still stands. */
  const last = new Map<Pass["run"], Fn>();
  for (const pass of passes) {
    if (requiredOnly && !pass.required) continue;
    if (last.get(pass.run) === at) continue;
    const next = pass.run(at);
    last.set(pass.run, next);
    if (next !== at) {
      trace?.(pass.name, next);
      if (check) requireValid(next, pass.name);
    }
    at = next;
  }
  return at;
}

/** Rows that ask for a pass which does not stand before them. */
export function misplacedPasses(table: readonly Pass[] = passes): readonly string[] {
  const seen = new Set<string>();
  const problems: string[] = [];
  for (const pass of table) {
    for (const name of pass.after) if (!seen.has(name)) problems.push(`${pass.name} must stand after ${name}`);
    if (seen.has(pass.name)) problems.push(`${pass.name} is there twice`);
    seen.add(pass.name);
  }
  return problems;
}

function requireValid(fn: Fn, after: string): void {
  const problems = validate(fn);
  invariant(problems.length === 0, "3-ir", `after ${after}, ${fn.name}: ${problems.join("; ")}`);
}
