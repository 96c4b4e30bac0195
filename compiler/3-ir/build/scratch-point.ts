/**
 * Finds where a program looks up its scratch memory: before the innermost statement that holds all uses, so that an event
 * that is filtered out, or a branch that needs none, does not pay for it. Loops count as one statement.
 */
import type { BlockId } from "../ir.ts";

/** A statement on the way in: the list it stands in, and the anchor before it. */
type Level = { readonly list: number; readonly anchor: BlockId };

export class ScratchPoint {
  #lists = 0;
  #loops = 0;
  /** Statements around the place being lowered, outermost first. */
  #path: readonly Level[];
  /** Statements around every use so far. */
  #common: readonly Level[] | undefined;

  constructor(start: BlockId) {
    this.#path = [{ list: this.#lists++, anchor: start }];
  }

  /** Whether statements may have anchors of their own here. */
  get splits(): boolean {
    return this.#loops === 0;
  }

  /** Runs a list of statements; `each` is told the anchor before each statement. */
  list(run: (each: (anchor: BlockId) => void) => void): void {
    const outer = this.#path;
    const list = this.#lists++;
    run((anchor) => {
      this.#path = [...outer, { list, anchor }];
    });
    this.#path = outer;
  }

  /** Runs what may come around again. */
  loop(run: () => void): void {
    this.#loops++;
    run();
    this.#loops--;
  }

  /** Scratch is needed here. */
  use(): void {
    const common = this.#common;
    if (common === undefined) {
      this.#common = this.#path;
      return;
    }
    let depth = 0;
    while (depth < common.length && common[depth]?.list === this.#path[depth]?.list) {
      depth++;
      // Of two statements of one list the first also stands before the second.
      if (common[depth - 1]?.anchor !== this.#path[depth - 1]?.anchor) break;
    }
    this.#common = common.slice(0, depth);
  }

  /** The anchor to look up at; undefined: never needed. */
  get anchor(): BlockId | undefined {
    return this.#common?.at(-1)?.anchor;
  }
}
