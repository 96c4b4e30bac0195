/**
 * Elements made from data: text always as text, attributes by name, never markup. Whatever a script, an object or a
 * stream holds ends up on the page through these functions.
 */

const SVG = "http://www.w3.org/2000/svg";

export type Child = Node | string | undefined;
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** `true` sets an attribute without value, `false` and undefined leave it out. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  append(element, children);
  return element;
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  setAttributes(element, attributes);
  append(element, children);
  return element;
}

export function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) if (child !== undefined) element.append(child);
}

/** A button that says what it does. */
export function button(text: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const element = el("button", { type: "button", class: "button", ...attributes }, text);
  element.addEventListener("click", act);
  return element;
}

/** A table with a caption for screen readers; cells may be nodes. Numbers are set right. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly Child[])[],
  numbers: readonly number[] = [],
): HTMLElement {
  const cell = (tag: "th" | "td", child: Child, at: number): HTMLElement => {
    const scope = tag === "th" ? "col" : undefined;
    return el(tag, { class: numbers.includes(at) ? "number" : undefined, scope }, child);
  };
  const top = el("tr", {}, ...head.map((text, at) => cell("th", text, at)));
  const body = rows.map((row) => el("tr", {}, ...row.map((child, at) => cell("td", child, at))));
  const made = el(
    "table",
    { class: "p-table" },
    el("caption", { class: "p-hidden" }, caption),
    el("thead", {}, top),
    el("tbody", {}, ...body),
  );
  return scrollable(caption, made);
}

/** A box that scrolls by itself and can be reached by keyboard for it. */
export function scrollable(label: string, ...children: readonly Child[]): HTMLElement {
  return el("div", { class: "p-scroll", tabindex: 0, role: "region", "aria-label": label }, ...children);
}

/** "3 programs", "1 program". */
export function count(n: number, noun: string): string {
  return `${groupDigits(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** 12 345 678 with narrow spaces, from five digits on. */
export function groupDigits(n: number): string {
  const text = String(Math.trunc(n));
  return text.length < 5 ? text : text.replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** "512 bytes", "4.6 KiB". */
export function byteSize(n: number): string {
  if (n < 1024) return `${n} byte${n === 1 ? "" : "s"}`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let value = n / 1024;
  let at = 0;
  while (value >= 1024 && at < units.length - 1) {
    value /= 1024;
    at++;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[at]}`;
}

/** "3 µs", "12 ms", "1.4 s" of milliseconds. */
export function duration(ms: number): string {
  if (ms < 1) return `${Math.max(1, Math.round(ms * 1000))} µs`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
