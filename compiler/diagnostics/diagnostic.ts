/**
 * A diagnostic as plain JSON: what is wrong, where, and the way out. Rendering is in render-text.ts and render-json.ts;
 * message texts live only in catalog/, one row per code.
 */
import type { Span } from "../source/span.ts";

export type Severity = "error" | "warning";

export type Note = { readonly text: string; readonly span: Span | undefined };

/** A way out that an editor can take: `find`, which stands inside the diagnostic's span, becomes `replace`; find "": put before the span. */
export type Replacement = { readonly find: string; readonly replace: string };

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
  /** Absent: nothing that a program could put right. Each is a way of its own. */
  readonly replacements?: readonly Replacement[];
};

/** What a phase returns: a value always, and what it has to say. */
export type Result<T> = { readonly value: T; readonly diagnostics: readonly Diagnostic[] };

/** One row of the catalogue: severity, and text as functions of typed parameters. */
export type Row<P> = {
  readonly severity: Severity;
  readonly message: (p: P) => string;
  readonly hint: ((p: P) => string | undefined) | undefined;
  /** undefined: parameters with `similar` names give one replacement each. */
  readonly replacements: ((p: P) => readonly Replacement[]) | undefined;
};

export function error<P = Record<never, never>>(
  message: (p: P) => string,
  hint?: ((p: P) => string | undefined) | undefined,
  replacements?: (p: P) => readonly Replacement[],
): Row<P> {
  return { severity: "error", message, hint, replacements };
}

export function warning<P = Record<never, never>>(
  message: (p: P) => string,
  hint?: ((p: P) => string | undefined) | undefined,
  replacements?: (p: P) => readonly Replacement[],
): Row<P> {
  return { severity: "warning", message, hint, replacements };
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
    const replacements = row.replacements?.(params) ?? renames(params);
    diagnostics.push({
      code,
      severity: row.severity,
      message: row.message(params),
      hint: row.hint?.(params),
      span,
      notes,
      ...(replacements.length > 0 ? { replacements } : {}),
    });
  };
  return { report, diagnostics };
}

/** The wrong name by each of those that are like it, if the parameters hold them. */
function renames(params: unknown): readonly Replacement[] {
  if (typeof params !== "object" || params === null || !("similar" in params) || !Array.isArray(params.similar))
    return [];
  const wrong = ["field", "name", "key", "target"].map(
    (key) => Object.entries(params).find(([name]) => name === key)?.[1],
  );
  const find = wrong.find((each) => typeof each === "string" && each !== "");
  if (typeof find !== "string") return [];
  return params.similar.filter((name) => typeof name === "string").map((replace: string) => ({ find, replace }));
}
