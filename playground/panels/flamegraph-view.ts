/**
 * The flame graph on the page: drawn at the page's width, a click (or Enter) makes a box as wide as the picture, arrows
 * lead from box to box, a search marks functions.
 */
import { button, byteSize, el, svg } from "./dom.ts";
import { describeBox, type FlameBox, neighbour, type PlacedBox, placeBoxes, shareOf } from "./flamegraph-model.ts";
import { parsePicture } from "./picture.ts";

const ROW = 19;
const CHAR = 6.7;
const THINNEST = 0.4;

export type FlamegraphView = {
  readonly element: HTMLElement;
  /** Another picture, or a new width of the place. */
  readonly draw: (picture: string, width: number) => void;
};

/** Boxes of a picture that compiler/render/flamegraph.ts made; none if it is another. */
function readBoxes(picture: string): readonly FlameBox[] {
  const root = parsePicture(picture);
  if (root === undefined) return [];
  const found = [...root.querySelectorAll("g[data-x]")].map((group) => {
    const of = (name: string): number => Number(group.getAttribute(name) ?? 0);
    const title = group.querySelector("title")?.textContent ?? "";
    return {
      name: group.querySelector("text")?.getAttribute("data-t") ?? "",
      value: Number(/\((\d+), [\d.]+%\)$/.exec(title)?.[1] ?? 0),
      x: of("data-x"),
      width: of("data-w"),
      depth: of("data-d"),
    };
  });
  const whole = found.find((box) => box.depth === 0);
  if (whole === undefined || !(whole.width > 0)) return [];
  return found.map(({ name, value, x, width, depth }) => ({
    name,
    value,
    depth,
    left: (x - whole.x) / whole.width,
    share: width / whole.width,
  }));
}

/** @param download hands the picture to the browser as a file */
export function createFlamegraphView(download: (picture: string) => void): FlamegraphView {
  let source = "";
  let boxes: readonly FlameBox[] = [];
  let zoomed: FlameBox | undefined;
  let current = 0;
  let width = 0;
  const search = el("input", {
    type: "search",
    class: "p-flames-search",
    placeholder: "function",
    "aria-label": "Mark functions in the flame graph",
  });
  const found = el("output", { class: "p-note", "aria-live": "polite" });
  const all = button("Show all", () => zoom(undefined), { class: "button p-small" });
  const save = button("Save as SVG", () => download(source), { class: "button p-small" });
  const place = el("div", { class: "p-flames" });
  const element = el(
    "section",
    { class: "p-section", "aria-label": "Flame graph" },
    el("div", { class: "p-bar-row" }, el("h3", {}, "Flame graph"), search, found, all, save),
    place,
  );
  search.addEventListener("input", () => render());

  function zoom(box: FlameBox | undefined): void {
    zoomed = box?.depth === 0 ? undefined : box;
    render();
  }
  function render(): void {
    const text = search.value.trim();
    const placed = placeBoxes(boxes, zoomed, width).filter((each) => each.width >= THINNEST);
    const deepest = placed.reduce((most, { box }) => Math.max(most, box.depth), 0);
    const height = (deepest + 1) * ROW + 2;
    const hadFocus = place.contains(document.activeElement);
    const picture = svg("svg", {
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "group",
      "aria-label": summary(),
    });
    if (!placed.some((each) => each.index === current)) current = placed[0]?.index ?? 0;
    // Names that are cut stand beside the boxes, not in them: a box is called by its whole name.
    const names = svg("g", { "aria-hidden": "true" });
    for (const each of placed) picture.append(shape(each, height, text, names));
    picture.append(names);
    place.replaceChildren(picture);
    all.hidden = zoomed === undefined;
    found.textContent = text === "" ? "" : `${(100 * shareOf(boxes, text)).toFixed(1)}% in matching functions`;
    if (hadFocus) focusCurrent();
  }
  function shape({ box, index, x, width: wide }: PlacedBox, height: number, text: string, names: Element): Node {
    const y = height - (box.depth + 1) * ROW;
    const marked = text !== "" && box.name.toLowerCase().includes(text.toLowerCase());
    const group = svg("g", {
      class: marked ? "p-flame p-marked" : "p-flame",
      role: "button",
      "aria-label": describeBox(box),
      tabindex: index === current ? 0 : -1,
      "data-index": index,
    });
    group.append(
      svg("title", {}, describeBox(box)),
      svg("rect", { x, y, width: Math.max(THINNEST, wide - 0.6), height: ROW - 1, rx: 2, fill: flameColor(box.name) }),
    );
    const room = Math.floor((wide - 6) / CHAR);
    const label = box.name.length <= room ? box.name : room < 4 ? "" : `${box.name.slice(0, room - 1)}…`;
    if (label !== "") names.append(svg("text", { x: x + 3, y: y + 13 }, label));
    return group;
  }
  function summary(): string {
    const root = boxes.find((box) => box.depth === 0);
    return `flame graph of ${boxes.length} boxes, ${root?.value ?? 0} in all; arrow keys move, Enter widens, Escape shows all`;
  }
  function focusCurrent(): void {
    const group = place.querySelector(`[data-index="${current}"]`);
    if (group instanceof SVGElement) group.focus();
  }
  const indexAt = (target: EventTarget | null): number | undefined => {
    const group = target instanceof Element ? target.closest("[data-index]") : null;
    return group === null ? undefined : Number(group.getAttribute("data-index"));
  };
  place.addEventListener("click", (event) => {
    const index = indexAt(event.target);
    if (index === undefined) return;
    current = index;
    zoom(boxes[index]);
  });
  place.addEventListener("keydown", (event) => {
    const index = indexAt(event.target);
    if (index === undefined) return;
    const to = neighbour(boxes, index, event.key);
    if (event.key === "Enter" || event.key === " ") zoom(boxes[index]);
    else if (event.key === "Escape" && zoomed !== undefined) zoom(undefined);
    else if (to !== undefined) {
      place.querySelector(`[data-index="${current}"]`)?.setAttribute("tabindex", "-1");
      current = to;
      place.querySelector(`[data-index="${to}"]`)?.setAttribute("tabindex", "0");
      focusCurrent();
    } else return;
    event.preventDefault();
  });

  return {
    element,
    draw(picture, wide) {
      if (picture === source && wide === width) return;
      if (picture !== source) {
        source = picture;
        // a running picture keeps what is looked at: by name and depth, for shares change
        const [name, depth] = [zoomed?.name, zoomed?.depth];
        boxes = readBoxes(picture);
        zoomed = name === undefined ? undefined : boxes.find((box) => box.name === name && box.depth === depth);
        save.title = `${byteSize(picture.length)}, opens in any browser`;
      }
      width = Math.max(200, wide);
      render();
    },
  };
}

/** A warm colour by name: neighbours differ, the same function is the same everywhere. It carries no other meaning. */
function flameColor(name: string): string {
  let hash = 2166136261;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 16777619);
  const part = (hash >>> 0) / 2 ** 32;
  return `hsl(${Math.round(16 + 38 * part)},${Math.round(78 + 14 * ((hash >>> 8) / 2 ** 24))}%,${Math.round(62 + 12 * part)}%)`;
}
