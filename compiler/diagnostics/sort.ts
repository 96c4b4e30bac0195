/** The order in which diagnostics are shown: errors before warnings, each by place; those without a place come first. */
import type { Diagnostic } from "./diagnostic.ts";

/** A sorted copy; equal places keep the order in which they were reported. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const rank = (d: Diagnostic): number => (d.severity === "error" ? 0 : 1);
  const start = (d: Diagnostic): number => d.span?.start ?? -1;
  const end = (d: Diagnostic): number => d.span?.end ?? -1;
  return [...diagnostics].sort((a, b) => rank(a) - rank(b) || start(a) - start(b) || end(a) - end(b));
}
