/** Rows of figures, each beside bpftrace's from the same run and the target it must meet. */
export type Row = {
  readonly what: string;
  readonly unit: string;
  readonly ours: number | undefined;
  readonly v017: number | undefined;
  readonly v027: number | undefined;
  /** "≤ 5" absolute; "≤ 0.7 × 0.27" relative to 0.27's; "≤ 0.95 × better" relative to the better of both. */
  readonly target: { readonly kind: "absolute" | "of-027" | "of-better"; readonly limit: number } | undefined;
  /** What stands in the way of the target, said where it is missed. */
  readonly why?: string | undefined;
};

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** Whether the target holds; undefined: nothing to say. */
export function met(row: Row): boolean | undefined {
  if (row.target === undefined || row.ours === undefined) return undefined;
  const { kind, limit } = row.target;
  if (kind === "absolute") return row.ours <= limit;
  const references = kind === "of-027" ? [row.v027] : [row.v017, row.v027];
  const known = references.filter((value) => value !== undefined);
  if (known.length === 0) return undefined;
  return row.ours <= limit * Math.min(...known);
}

export function printTable(title: string, rows: readonly Row[]): void {
  const number = (value: number | undefined) =>
    value === undefined
      ? "-"
      : value >= 1000
        ? Math.round(value).toLocaleString("en-US")
        : value >= 100
          ? value.toFixed(0)
          : value.toFixed(value >= 10 ? 1 : 2);
  const ratio = (ours: number | undefined, theirs: number | undefined) =>
    ours === undefined || theirs === undefined ? "-" : (ours / theirs).toFixed(2);
  const cells = rows.map((row) => [
    row.what,
    row.unit,
    number(row.ours),
    number(row.v017),
    number(row.v027),
    ratio(row.ours, row.v017),
    ratio(row.ours, row.v027),
    row.target === undefined
      ? ""
      : row.target.kind === "absolute"
        ? `≤ ${row.target.limit}`
        : `≤ ${row.target.limit} × ${row.target.kind === "of-027" ? "0.27" : "the better"}`,
    met(row) === undefined ? "" : met(row) === true ? "met" : row.why === undefined ? "MISSED" : `MISSED: ${row.why}`,
  ]);
  const head = ["", "unit", "tracelet", "bpftrace 0.17", "bpftrace 0.27", "/0.17", "/0.27", "target", ""];
  const widths = head.map((text, i) => Math.max(text.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (i === 0 || i === 8 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ")
      .trimEnd();
  process.stdout.write(`\n${title}\n${line(head)}\n${cells.map(line).join("\n")}\n`);
}
