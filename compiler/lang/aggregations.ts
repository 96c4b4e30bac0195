/** Aggregations: functions whose result lives in a map, one row each, sorted by name. */
import type { AggregateFn } from "../types/type.ts";

export type Aggregation = {
  readonly name: AggregateFn;
  readonly doc: string;
  /** Arguments after the sample; all literals. `optional` of them may be left out. */
  readonly sample: boolean;
  readonly literals: readonly string[];
  readonly optional: number;
  /** Whether reading it gives an integer (L2.112). */
  readonly castable: boolean;
};

export const aggregations: readonly Aggregation[] = [
  { name: "avg", doc: "average", sample: true, literals: [], optional: 0, castable: true },
  { name: "count", doc: "number of calls", sample: false, literals: [], optional: 0, castable: true },
  { name: "hist", doc: "histogram by powers of two", sample: true, literals: ["bits"], optional: 1, castable: false },
  {
    name: "lhist",
    doc: "linear histogram",
    sample: true,
    literals: ["min", "max", "step"],
    optional: 0,
    castable: false,
  },
  { name: "max", doc: "largest value", sample: true, literals: [], optional: 0, castable: true },
  { name: "min", doc: "smallest value", sample: true, literals: [], optional: 0, castable: true },
  { name: "stats", doc: "count, average and total", sample: true, literals: [], optional: 0, castable: false },
  { name: "sum", doc: "total", sample: true, literals: [], optional: 0, castable: true },
  {
    name: "tseries",
    doc: "a ring of time intervals",
    sample: true,
    literals: ["interval", "count", "aggregation"],
    optional: 1,
    castable: false,
  },
];

/** Row of an aggregation, or undefined if there is none of that name. */
export function aggregationRow(name: string): Aggregation | undefined {
  return aggregations.find((row) => row.name === name);
}
