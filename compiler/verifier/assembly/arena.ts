/**
 * Memory for states: blocks of a few sizes from one growing arena, with a free list per size. Nothing survives a run:
 * `arenaReset` forgets everything at once.
 */
const CLASSES: i32 = 2048; // of 16 bytes each: blocks up to 32 KiB
const freeLists: StaticArray<usize> = new StaticArray<usize>(CLASSES);
let base: usize = 0;
let top: usize = 0;

export function arenaReset(): void {
  // the arrays that modules make at start lie below; nothing else is ever taken from the runtime's heap
  if (base == 0) base = (heap.alloc(16) + 31) & ~15;
  top = base;
  for (let i = 0; i < CLASSES; i++) unchecked((freeLists[i] = 0));
}

/** Zeroed only on request; blocks that are reused hold what was there. */
export function alloc(size: usize): usize {
  const index = <i32>((size + 15) >> 4);
  if (index < CLASSES) {
    const head = unchecked(freeLists[index]);
    if (head != 0) {
      unchecked((freeLists[index] = load<usize>(head)));
      return head;
    }
  }
  const block = top;
  top += <usize>index << 4;
  const pages = <i32>((top + 0xffff) >> 16);
  const have = memory.size();
  if (pages > have) {
    // grows by a quarter at least, so that a long run does not grow page by page
    const want = pages - have;
    const more = have >> 2;
    if (memory.grow(want > more ? want : more) < 0 && memory.grow(want) < 0) unreachable();
  }
  return block;
}

export function free(block: usize, size: usize): void {
  const index = <i32>((size + 15) >> 4);
  if (block == 0 || index >= CLASSES) return;
  store<usize>(block, unchecked(freeLists[index]));
  unchecked((freeLists[index] = block));
}
