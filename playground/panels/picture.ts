/**
 * SVG documents that the renderer makes, taken apart and built anew: the page shows shapes that it made itself, and of a
 * document only what is listed here. A script inside is never part of the page: DOMParser's documents don't run.
 */
import { setAttributes, svg } from "./dom.ts";

const ELEMENTS = ["g", "rect", "text", "title"] as const;
const ATTRIBUTES = ["x", "y", "width", "height", "rx", "fill", "text-anchor", "font-size"];

/** The document's root; undefined: it is none. */
export function parsePicture(text: string): SVGSVGElement | undefined {
  const root = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  return root instanceof SVGSVGElement ? root : undefined;
}

/** A copy of shapes, texts and titles, scaled to its place; undefined if there is no picture in it. */
export function copyPicture(text: string, label: string): SVGSVGElement | undefined {
  const root = parsePicture(text);
  if (root === undefined) return undefined;
  const [width, height] = [root.getAttribute("width") ?? "0", root.getAttribute("height") ?? "0"];
  const made = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  copyChildren(root, made);
  return made;
}

function copyChildren(from: Element, to: Element): void {
  for (const child of from.children) {
    const name = ELEMENTS.find((each) => each === child.localName);
    if (name === undefined) continue;
    const copy = svg(name);
    setAttributes(copy, Object.fromEntries(ATTRIBUTES.map((key) => [key, child.getAttribute(key) ?? undefined])));
    if (child.children.length === 0) copy.textContent = child.textContent;
    else copyChildren(child, copy);
    to.append(copy);
  }
}
