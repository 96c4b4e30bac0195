/**
 * Tabs as the ARIA practices have them: one tab stop, arrows and Home/End move and choose, each tab names its panel. Used
 * for views inside a panel; choosing is cheap, so it follows the focus.
 */
import { el } from "./dom.ts";

export type TabRow = { readonly id: string; readonly title: string; readonly doc?: string };

export type Tabs = {
  readonly element: HTMLElement;
  readonly panels: ReadonlyMap<string, HTMLElement>;
  readonly chosen: () => string;
  readonly choose: (id: string) => void;
  /** Takes tabs away that have nothing to show; the chosen one moves to the first that is left. */
  readonly show: (ids: readonly string[]) => void;
};

/** @param prefix makes ids unique on the page */
export function createTabs(
  prefix: string,
  label: string,
  rows: readonly TabRow[],
  changed: (id: string) => void = () => undefined,
): Tabs {
  let chosen = rows[0]?.id ?? "";
  const tabs = new Map<string, HTMLElement>();
  const panels = new Map<string, HTMLElement>();
  for (const row of rows) {
    const ids = { tab: `${prefix}-tab-${row.id}`, panel: `${prefix}-panel-${row.id}` };
    const tab = el(
      "button",
      { type: "button", role: "tab", id: ids.tab, "aria-controls": ids.panel, title: row.doc },
      row.title,
    );
    tab.addEventListener("click", () => choose(row.id));
    tabs.set(row.id, tab);
    panels.set(row.id, el("div", { role: "tabpanel", id: ids.panel, "aria-labelledby": ids.tab, class: "p-view" }));
  }
  const list = el("div", { role: "tablist", "aria-label": label, class: "p-tabs" }, ...tabs.values());
  list.addEventListener("keydown", (event) => {
    const shown = rows.filter((row) => tabs.get(row.id)?.hidden !== true);
    const at = shown.findIndex((row) => row.id === chosen);
    const to = target(event.key, at, shown.length);
    const row = to === undefined ? undefined : shown[to];
    if (row === undefined) return;
    event.preventDefault();
    choose(row.id);
    tabs.get(row.id)?.focus();
  });

  function mark(): void {
    for (const [id, tab] of tabs) {
      tab.setAttribute("aria-selected", String(id === chosen));
      tab.tabIndex = id === chosen ? 0 : -1;
    }
    for (const [id, panel] of panels) panel.hidden = id !== chosen;
  }
  function choose(id: string): void {
    if (id === chosen || !tabs.has(id)) return;
    chosen = id;
    mark();
    changed(id);
  }
  mark();
  return {
    element: el("div", { class: "p-tabbed" }, list, ...panels.values()),
    panels,
    chosen: () => chosen,
    choose,
    show(ids) {
      for (const [id, tab] of tabs) tab.hidden = !ids.includes(id);
      const first = ids[0];
      if (first !== undefined && !ids.includes(chosen)) choose(first);
    },
  };
}

/** Where a key leads among `length` tabs; undefined: nowhere. */
export function target(key: string, at: number, length: number): number | undefined {
  if (length === 0) return undefined;
  switch (key) {
    case "ArrowRight":
      return (at + 1) % length;
    case "ArrowLeft":
      return (at + length - 1) % length;
    case "Home":
      return 0;
    case "End":
      return length - 1;
    default:
      return undefined;
  }
}
