/**
 * A flame graph, as one SVG file, of the maps whose key holds a stack: the last print of each. A key's other parts (comm,
 * pid) are frames at the root's side, in the key's order; several stacks of a key stand on each other. Width: the value
 * (an integer, the samples of a histogram, the total of stats).
 */
import type { StreamRecord, Value, ValueType } from "../stream/records.ts";
import { fieldOf, isInteger, toNumber } from "./integer.ts";
import { RenderError, type Renderer, type Write } from "./renderer.ts";
import { type RunHeader, readHeader } from "./run-header.ts";
import { frameName } from "./stack.ts";
import { colorOf, escapeXml, readable, svgDocument } from "./svg.ts";

type MapRecord = Extract<StreamRecord, { readonly type: "map" }>;
type Node = { readonly name: string; total: number; readonly children: Map<string, Node> };

const WIDTH = 1200;
const MARGIN = 10;
const ROW = 17;
/** Boxes narrower than this are not drawn. */
const THINNEST = 0.3;
/** A stack is at most 1024 frames; keys with more are cut so that drawing them cannot overflow. */
const DEEPEST = 2100;

/** Collects the stacks of a stream; the picture is written to stdout at the end. */
export function createFlamegraphRenderer(write: Write): Renderer {
  const prints = new Map<string, { readonly record: MapRecord; readonly run: RunHeader }>();
  let run = readHeader(undefined);
  return {
    record(record) {
      if (record.type === "header") run = readHeader(record);
      else if (record.type === "map" && holdsStack(run.mapTypes(record.name).key) && record.entries.length > 0) {
        prints.set(record.name, { record, run });
      }
    },
    flush() {},
    end() {
      const root: Node = { name: "all", total: 0, children: new Map() };
      for (const [name, print] of prints) addMap(root, prints.size > 1 ? [name] : [], print.record, print.run);
      if (root.total === 0) {
        throw new RenderError(
          "no map of this stream has a stack in its key: a flame graph needs one, such as profile:hz:99 { @[kstack] = count(); }",
        );
      }
      write("stdout", new TextEncoder().encode(draw(root, [...prints.keys()].join(" "))));
    },
  };
}

function holdsStack(type: ValueType | undefined): boolean {
  return type?.k === "stack" || (type?.k === "tuple" && type.fields.some((field) => field.type.k === "stack"));
}

function addMap(root: Node, prefix: readonly string[], record: MapRecord, run: RunHeader): void {
  const { key: keyType } = run.mapTypes(record.name);
  for (const entry of record.entries) {
    const weight = weightOf(entry.value);
    if (!(weight > 0)) continue;
    const key = entry.key ?? null;
    const parts: readonly (readonly [ValueType | undefined, Value])[] =
      keyType?.k === "tuple" && Array.isArray(key)
        ? key.map((part, i) => [keyType.fields[i]?.type, part])
        : [[keyType, key]];
    const label = parts
      .filter(([type]) => type?.k !== "stack")
      .map(([type, part]) => readable(run.valueFormatter(type)(part)));
    const frames = parts.filter(([type]) => type?.k === "stack").flatMap(([, part]) => framesOf(part));
    addPath(root, [...prefix, ...label, ...frames].slice(0, DEEPEST), weight);
  }
}

/** Outermost caller first. */
function framesOf(stack: Value): readonly string[] {
  if (!Array.isArray(stack)) return [];
  return stack.map((frame) => readable(frameName(withoutOffset(frame)))).reverse();
}

/** Calls from several places of one function are one box. */
function withoutOffset(frame: Value): Value {
  const symbol = fieldOf(frame, "symbol");
  return typeof symbol === "string" ? { symbol } : frame;
}

function weightOf(value: Value): number {
  if (isInteger(value)) return toNumber(value);
  if (Array.isArray(value))
    return value.reduce((sum: number, bucket: Value) => sum + toNumber(fieldOf(bucket, "count")), 0);
  return toNumber(fieldOf(value, "total"));
}

function addPath(root: Node, path: readonly string[], weight: number): void {
  let node = root;
  node.total += weight;
  for (const name of path) {
    let child = node.children.get(name);
    if (child === undefined) {
      child = { name, total: 0, children: new Map() };
      node.children.set(name, child);
    }
    child.total += weight;
    node = child;
  }
}

function draw(root: Node, title: string): string {
  const boxes: { readonly node: Node; readonly x: number; readonly width: number; readonly depth: number }[] = [];
  const scale = (WIDTH - 2 * MARGIN) / root.total;
  // An own stack of work: a graph is as deep as the deepest stack, which may be more than a call stack takes.
  const work = [{ node: root, x: MARGIN, depth: 0 }];
  let deepest = 0;
  for (let job = work.pop(); job !== undefined; job = work.pop()) {
    const { node, depth } = job;
    const width = node.total * scale;
    if (width < THINNEST) continue;
    boxes.push({ node, x: job.x, width, depth });
    deepest = Math.max(deepest, depth);
    let x = job.x;
    for (const child of [...node.children.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      work.push({ node: child, x, depth: depth + 1 });
      x += child.total * scale;
    }
  }
  const height = (deepest + 1) * ROW + 50;
  let body = `<text x="${WIDTH / 2}" y="20" text-anchor="middle" font-size="15">${escapeXml(title)}</text>\n`;
  for (const box of boxes) {
    const y = height - 12 - (box.depth + 1) * ROW;
    const share = ((100 * box.node.total) / root.total).toFixed(2);
    const name = escapeXml(box.node.name);
    body +=
      `<g data-x="${box.x.toFixed(2)}" data-w="${box.width.toFixed(2)}" data-d="${box.depth}"><title>${name} (${box.node.total}, ${share}%)</title>` +
      `<rect x="${box.x.toFixed(2)}" y="${y}" width="${box.width.toFixed(2)}" height="${ROW - 1}" rx="2" fill="${colorOf(box.node.name)}"/>` +
      `<text x="${(box.x + 3).toFixed(2)}" y="${y + 12}" data-t="${name}">${escapeXml(shorten(box.node.name, box.width))}</text></g>\n`;
  }
  return svgDocument(WIDTH, height, body, ZOOM);
}

/** What fits in a box of that width, at 7.2 pixels a character. */
function shorten(name: string, width: number): string {
  const room = Math.floor((width - 6) / 7.2);
  if (name.length <= room) return name;
  return room < 3 ? "" : `${name.slice(0, room - 2)}..`;
}

/** A click on a box makes it as wide as the picture; a click on the lowest box shows all again. */
const ZOOM = `
const boxes = [...document.querySelectorAll("g")], full = ${WIDTH - 2 * MARGIN}, left = ${MARGIN};
for (const g of boxes) g.addEventListener("click", () => {
  const x0 = +g.dataset.x, w0 = +g.dataset.w, d0 = +g.dataset.d;
  for (const b of boxes) {
    const x = +b.dataset.x, w = +b.dataset.w, below = +b.dataset.d < d0;
    const holds = below && x <= x0 + 0.01 && x + w >= x0 + w0 - 0.01;
    const shown = holds || (x >= x0 - 0.01 && x + w <= x0 + w0 + 0.01 && !below);
    b.style.display = shown ? "" : "none";
    if (!shown) continue;
    const nx = holds ? left : left + (x - x0) * full / w0, nw = holds ? full : w * full / w0;
    const [rect, text] = [b.querySelector("rect"), b.querySelector("text")], t = text.dataset.t, room = Math.floor((nw - 6) / 7.2);
    rect.setAttribute("x", nx); rect.setAttribute("width", nw); text.setAttribute("x", nx + 3);
    text.textContent = t.length <= room ? t : room < 3 ? "" : t.slice(0, room - 2) + "..";
  }
});
`;
