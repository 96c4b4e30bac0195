/** Counting what fails at run time: per place in the script, in cold code. */
import type { SiteEntry } from "../../5-object/manifest.ts";
import type { HelperName } from "../../lang/helpers.ts";
import type { Span } from "../../source/span.ts";
import type { ValueId } from "../ir.ts";
import type { Lowering } from "./lowering.ts";

export type Failure = {
  readonly kind: SiteEntry["kind"];
  readonly span: Span;
  /** Index into the manifest's maps. */
  readonly map?: number;
  readonly helper?: HelperName;
  /** Told to the user as it happens, not only in the ledger. */
  readonly warn: boolean;
};

/** Adds one to the failure's counter and notes the helper's result. */
export function countFailure(cx: Lowering, failure: Failure, result: ValueId | undefined): void {
  const { fn } = cx;
  const offset = cx.module.site({ ...failure, program: cx.program.index });
  const place = { base: fn.data(".bss", offset), offset: 0, memory: "data", align: 8 } as const;
  fn.atomicAdd(place, fn.const(1));
  if (result !== undefined) fn.store({ ...place, offset: 8 }, 8, result);
}

/** Counts a helper's negative result; goes on either way. */
export function countNegative(cx: Lowering, failure: Failure, result: ValueId): void {
  const { fn } = cx;
  const failed = fn.block();
  const onward = fn.block();
  fn.branch("slt", result, fn.const(0), failed, onward, { unlikely: "then" });
  fn.enter(failed);
  countFailure(cx, failure, result);
  fn.jump(onward);
  fn.enter(onward);
}
