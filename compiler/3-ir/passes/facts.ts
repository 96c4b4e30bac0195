/**
 * What branches on the way to a block have decided, as ranges of values and outcomes of comparisons.
 *
 * A scope is entered with a block and left after the blocks that it dominates; facts of dominating branches hold there.
 */
import { evaluateCompare, INVERSE_COMPARE } from "../evaluate.ts";
import type { CompareOp, ValueId } from "../ir.ts";

type Range = { readonly min: bigint; readonly max: bigint };
const FULL: Range = { min: 0n, max: 0xffffffffffffffffn };

export class Facts {
  readonly #outcomes = new Map<string, boolean>();
  readonly #ranges = new Map<ValueId, Range>();
  /** Undo log of the open scopes. */
  readonly #log: (() => void)[] = [];

  mark(): number {
    return this.#log.length;
  }
  /** Forgets everything learnt since the mark. */
  undo(mark: number): void {
    while (this.#log.length > mark) this.#log.pop()?.();
  }

  /** Learns that a comparison holds. `constant`: the right side's value, if it is one. */
  learn(op: CompareOp, left: ValueId, right: ValueId, constant: bigint | undefined): void {
    this.#set(`${op} ${left} ${right}`, true);
    const inverse = INVERSE_COMPARE[op];
    if (inverse !== undefined) this.#set(`${inverse} ${left} ${right}`, false);
    if (constant === undefined) return;
    const c = BigInt.asUintN(64, constant);
    const old = this.#ranges.get(left) ?? FULL;
    let { min, max } = old;
    const lower = (n: bigint): void => {
      if (n > min) min = n;
    };
    const upper = (n: bigint): void => {
      if (n < max) max = n;
    };
    if (op === "eq" || op === "uge") lower(c);
    if (op === "eq" || op === "ule") upper(c);
    if (op === "ugt") lower(c + 1n);
    if (op === "ult") upper(c - 1n);
    if (op === "ne" && c === min) lower(c + 1n);
    if (op === "ne" && c === max) upper(c - 1n);
    if (min > max) return; // The block cannot be reached; whatever is said of it is true.
    this.#ranges.set(left, { min, max });
    this.#log.push(() => {
      this.#ranges.set(left, old);
    });
  }

  /** The outcome of a comparison if the facts decide it. */
  decide(op: CompareOp, left: ValueId, right: ValueId, constant: bigint | undefined): boolean | undefined {
    const known = this.#outcomes.get(`${op} ${left} ${right}`);
    if (known !== undefined || constant === undefined) return known;
    const range = this.#ranges.get(left);
    if (range === undefined) return undefined;
    const c = BigInt.asUintN(64, constant);
    if (range.min === range.max) return evaluateCompare(op, range.min, c);
    switch (op) {
      case "eq":
        return c < range.min || c > range.max ? false : undefined;
      case "ne":
        return c < range.min || c > range.max ? true : undefined;
      case "ult":
        return range.max < c ? true : range.min >= c ? false : undefined;
      case "ule":
        return range.max <= c ? true : range.min > c ? false : undefined;
      case "ugt":
        return range.min > c ? true : range.max <= c ? false : undefined;
      case "uge":
        return range.min >= c ? true : range.max < c ? false : undefined;
      default:
        return undefined;
    }
  }

  #set(key: string, value: boolean): void {
    const old = this.#outcomes.get(key);
    this.#outcomes.set(key, value);
    this.#log.push(() => {
      if (old === undefined) this.#outcomes.delete(key);
      else this.#outcomes.set(key, old);
    });
  }
}
