/** The virtual clock's agenda: what happens when, earliest first; at the same moment in the order of asking. */

export type Agenda<T> = {
  readonly size: number;
  readonly add: (at: number, what: T) => void;
  /** When the earliest is due; Infinity: nothing is. */
  readonly next: () => number;
  readonly first: () => T | undefined;
  readonly take: () => T | undefined;
};

/** A binary heap. Times are nanoseconds since the run's start, exact to 2^53 (a hundred days). */
export function createAgenda<T>(): Agenda<T> {
  type Item = { readonly at: number; readonly order: number; readonly what: T };
  const heap: Item[] = [];
  let order = 0;
  const before = (a: Item, b: Item): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
  return {
    get size() {
      return heap.length;
    },
    add(at, what) {
      const item = { at, order: order++, what };
      let i = heap.length;
      heap.push(item);
      while (i > 0) {
        const up = (i - 1) >> 1;
        const parent = heap[up];
        if (parent === undefined || !before(item, parent)) break;
        heap[i] = parent;
        i = up;
      }
      heap[i] = item;
    },
    next: () => heap[0]?.at ?? Number.POSITIVE_INFINITY,
    first: () => heap[0]?.what,
    take() {
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined) return undefined;
      if (heap.length > 0) {
        let i = 0;
        for (;;) {
          let child = 2 * i + 1;
          const left = heap[child];
          const right = heap[child + 1];
          if (left === undefined) break;
          if (right !== undefined && before(right, left)) child++;
          const least = heap[child];
          if (least === undefined || !before(least, last)) break;
          heap[i] = least;
          i = child;
        }
        heap[i] = last;
      }
      return first.what;
    },
  };
}
