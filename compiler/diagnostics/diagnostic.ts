/**
 * A diagnostic as plain JSON: what is wrong, where, and the way out. Rendering is in render-text.ts and render-json.ts;
 * message texts live only in catalog/, one row per code.
 */
import type { Span } from "../source/span.ts";

export type Severity = "error" | "warning";

export type Note = { readonly text: string; readonly span: Span | undefined };

export type Diagnostic = {
  /** Kebab-case words, stable for ever; `tracelet explain CODE` tells more. */
  readonly code: string;
  readonly severity: Severity;
  /** Names the thing and, for types, both types. No full stop. */
  readonly message: string;
  readonly hint: string | undefined;
  /** undefined: about the whole input (a file that cannot be read, a snapshot). */
  readonly span: Span | undefined;
  readonly notes: readonly Note[];
};

/** What a phase returns: a value always, and what it has to say. */
export type Result<T> = { readonly value: T; readonly diagnostics: readonly Diagnostic[] };

/** One row of the catalogue: severity, and text as functions of typed parameters. */
export type Row<P> = {
  readonly severity: Severity;
  readonly message: (p: P) => string;
  readonly hint: ((p: P) => string | undefined) | undefined;
};

export function error<P = Record<never, never>>(
  message: (p: P) => string,
  hint?: (p: P) => string | undefined,
): Row<P> {
  return { severity: "error", message, hint };
}

export function warning<P = Record<never, never>>(
  message: (p: P) => string,
  hint?: (p: P) => string | undefined,
): Row<P> {
  return { severity: "warning", message, hint };
}

/** A collector for one phase over one or more catalogue tables: `report("undefined-map", span, { name })`. */
export type Report<Catalog> = <Code extends keyof Catalog & string>(
  code: Code,
  span: Span | undefined,
  params: Catalog[Code] extends Row<infer P> ? P : never,
  notes?: readonly Note[],
) => void;

/** Makes a collector; `diagnostics` grows as codes are reported. Duplicates (same code and span) are dropped. */
export function collector<Catalog extends { readonly [code: string]: Row<never> }>(
  catalog: Catalog,
): { readonly report: Report<Catalog>; readonly diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  const report: Report<Catalog> = (code, span, params, notes = []) => {
    const key = `${code}:${span?.start}:${span?.end}`;
    if (seen.has(key)) return;
    seen.add(key);
    // The collector's own type ties params to the row; the index access loses that tie.
    const row = catalog[code] as Row<unknown> | undefined;
    if (row === undefined) throw new Error(`no catalogue row ${code}`);
    diagnostics.push({
      code,
      severity: row.severity,
      message: row.message(params),
      hint: row.hint?.(params),
      span,
      notes,
    });
  };
  return { report, diagnostics };
}
