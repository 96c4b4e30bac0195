/** A resolved attach point, and what resolving one needs. */
import type * as Ast from "../1-parse/ast.ts";
import type { Attach } from "../5-object/manifest.ts";
import type { ProbeRow } from "../lang/probes.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { Span } from "../source/span.ts";
import { unreachable } from "../util/assert.ts";
import type { CheckReport } from "./context.ts";
import type { Settings } from "./settings.ts";

export type Target = {
  readonly row: ProbeRow;
  readonly attach: Attach;
  /** Text of the `probe` builtin. */
  readonly text: string;
  /** What follows the provider in an ELF section name; "" for none. */
  readonly section: string;
  /** Holds a `*`. */
  readonly pattern: boolean;
  readonly span: Span;
  /** A pattern that nothing of this kernel matches, kept for what stands beside it: what to say about it. */
  readonly unmatched:
    | { readonly provider: string; readonly target: string; readonly similar: readonly string[] }
    | undefined;
};

export type ResolveEnv = {
  readonly snapshot: Snapshot;
  readonly settings: Settings;
  readonly unsafe: boolean;
  readonly report: CheckReport;
};

/** For one probe: whether it has more than one attach point. */
export type ProbeEnv = ResolveEnv & { readonly listed: boolean };

type Part = Ast.AttachPoint["parts"][number];

export type Point = {
  readonly env: ProbeEnv;
  readonly row: ProbeRow;
  readonly parts: readonly Part[];
  readonly span: Span;
  readonly make: (attach: Attach, text: string, section?: string, pattern?: boolean) => Target;
};

export function isPattern(text: string): boolean {
  return text.includes("*");
}

export function wrongShape(point: Point): undefined {
  point.env.report("target-parts", point.span, { provider: point.row.name, shape: point.row.target });
  return undefined;
}

export function missing(point: Point, text: string): undefined {
  point.env.report("target-missing", point.span, { text });
  return undefined;
}

/**
 * Reports an absent target as `missing_probes` says; the target is kept unless that is an error: the host may have it.
 * Of a list, a pattern that matches nothing is no error as long as the probe has another target (see check.ts).
 */
export function absent(point: Point, shown: string, names: readonly string[], target: Target): Target | undefined {
  const params = { provider: point.row.name, target: shown, similar: names };
  switch (point.env.settings.missingProbes) {
    case "error":
      if (target.pattern && point.env.listed) return { ...target, unmatched: { ...params, similar: [] } };
      point.env.report("no-match", point.span, params);
      return undefined;
    case "warn":
      point.env.report("no-match-warning", point.span, params);
      return target;
    case "ignore":
      return target;
    default:
      return unreachable(point.env.settings.missingProbes);
  }
}
