/** A flame graph as boxes, where they stand when one of them fills the width, and how the arrow keys lead through them. */

export type FlameBox = {
  readonly name: string;
  readonly value: number;
  /** Parts of the whole, 0 to 1. */
  readonly left: number;
  readonly share: number;
  /** 0: the root. */
  readonly depth: number;
};

export type PlacedBox = { readonly box: FlameBox; readonly index: number; readonly x: number; readonly width: number };

/** Rounding in the picture that the boxes come from. */
const SLACK = 1e-4;

/** Boxes that are seen when `zoomed` is as wide as the picture: what it calls, and the way to it. */
export function placeBoxes(
  boxes: readonly FlameBox[],
  zoomed: FlameBox | undefined,
  width: number,
): readonly PlacedBox[] {
  const [left, share, depth] = zoomed === undefined ? [0, 1, 0] : [zoomed.left, zoomed.share, zoomed.depth];
  const placed: PlacedBox[] = [];
  boxes.forEach((box, index) => {
    if (box.depth < depth) {
      if (box.left <= left + SLACK && box.left + box.share >= left + share - SLACK)
        placed.push({ box, index, x: 0, width });
      return;
    }
    if (box.left < left - SLACK || box.left + box.share > left + share + SLACK) return;
    placed.push({ box, index, x: ((box.left - left) / share) * width, width: (box.share / share) * width });
  });
  return placed;
}

/** The box that an arrow key leads to: up to the widest callee, down to the caller, sideways on the same level. */
export function neighbour(boxes: readonly FlameBox[], at: number, key: string): number | undefined {
  const here = boxes[at];
  if (here === undefined) return undefined;
  const inside = (inner: FlameBox, outer: FlameBox): boolean =>
    inner.left >= outer.left - SLACK && inner.left + inner.share <= outer.left + outer.share + SLACK;
  const best = (rank: (box: FlameBox) => number | undefined): number | undefined => {
    let found: { readonly index: number; readonly rank: number } | undefined;
    boxes.forEach((box, index) => {
      const value = rank(box);
      if (value !== undefined && (found === undefined || value < found.rank)) found = { index, rank: value };
    });
    return found?.index;
  };
  switch (key) {
    case "ArrowUp":
      return best((box) => (box.depth === here.depth + 1 && inside(box, here) ? -box.share : undefined));
    case "ArrowDown":
      return best((box) => (box.depth === here.depth - 1 && inside(here, box) ? 0 : undefined));
    case "ArrowRight":
      return best((box) => (box.depth === here.depth && box.left > here.left + SLACK ? box.left : undefined));
    case "ArrowLeft":
      return best((box) => (box.depth === here.depth && box.left < here.left - SLACK ? -box.left : undefined));
    default:
      return undefined;
  }
}

/** Part of the whole that lies in boxes whose name holds `text`, a box inside such a box not counted again. */
export function shareOf(boxes: readonly FlameBox[], text: string): number {
  const wanted = text.toLowerCase();
  const matches = boxes.filter((box) => box.name.toLowerCase().includes(wanted)).sort((a, b) => a.depth - b.depth);
  const outer: FlameBox[] = [];
  let share = 0;
  for (const box of matches) {
    const covered = outer.some(
      (each) => box.left >= each.left - SLACK && box.left + box.share <= each.left + each.share + SLACK,
    );
    if (covered) continue;
    outer.push(box);
    share += box.share;
  }
  return share;
}

/** "tcp_sendmsg: 42 (12.5%)" */
export function describeBox(box: FlameBox): string {
  return `${box.name}: ${box.value} (${(100 * box.share).toFixed(2)}%)`;
}
