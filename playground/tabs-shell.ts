/**
 * The tabs of the page's panels. A panel's module is loaded and mounted when it is first chosen; a hidden one hears of
 * nothing, and gets the newest workbench when it is shown again.
 */
import { el } from "./panels/dom.ts";
import { panelRows } from "./panels/index.ts";
import type { Focus, Panel, PanelHost, PanelId, Workbench } from "./panels/panel.ts";
import { target } from "./panels/tabs.ts";

export type PanelTabs = {
  readonly update: (workbench: Workbench) => void;
  readonly focus: (focus: Focus | undefined) => void;
  readonly choose: (id: PanelId) => void;
  readonly chosen: () => PanelId;
};

export function isPanelId(text: string | undefined): text is PanelId {
  return panelRows.some(({ id }) => id === text);
}

export function createPanelTabs(
  list: HTMLElement,
  body: HTMLElement,
  host: PanelHost,
  first: PanelId,
  changed: (id: PanelId) => void,
): PanelTabs {
  const mounted = new Map<PanelId, Panel>();
  const loading = new Set<PanelId>();
  let chosen = first;
  const rows = panelRows.map((row) => {
    const ids = { tab: `tab-${row.id}`, panel: `panel-${row.id}` };
    const tab = el(
      "button",
      { type: "button", class: "tab", role: "tab", id: ids.tab, "aria-controls": ids.panel, title: row.doc },
      row.title,
    );
    const root = el("div", {
      class: "panel",
      role: "tabpanel",
      id: ids.panel,
      "aria-labelledby": ids.tab,
      tabindex: 0,
    });
    tab.addEventListener("click", () => choose(row.id));
    return { ...row, tab, root };
  });
  list.replaceChildren(...rows.map(({ tab }) => tab));
  body.replaceChildren(...rows.map(({ root }) => root));
  list.addEventListener("keydown", (event) => {
    const at = rows.findIndex(({ id }) => id === chosen);
    const to = target(event.key, at, rows.length);
    const row = to === undefined ? undefined : rows[to];
    if (row === undefined) return;
    event.preventDefault();
    choose(row.id);
    row.tab.focus();
  });

  function mark(): void {
    for (const { id, tab, root } of rows) {
      tab.setAttribute("aria-selected", String(id === chosen));
      tab.tabIndex = id === chosen ? 0 : -1;
      root.hidden = id !== chosen;
    }
  }

  function choose(id: PanelId): void {
    if (id !== chosen) {
      mounted.get(chosen)?.hide();
      chosen = id;
      changed(id);
    }
    mark();
    void show();
  }

  async function show(): Promise<void> {
    const row = rows.find(({ id }) => id === chosen);
    if (row === undefined) return;
    const known = mounted.get(row.id);
    if (known !== undefined) return known.update(host.workbench());
    if (loading.has(row.id)) return;
    loading.add(row.id);
    row.root.replaceChildren(el("p", { class: "panel-wait" }, "Loading …"));
    try {
      const { mount } = await row.load();
      row.root.replaceChildren();
      const panel = mount(row.root, host);
      mounted.set(row.id, panel);
      if (row.id === chosen) panel.update(host.workbench());
    } catch {
      row.root.replaceChildren(
        el(
          "p",
          { class: "panel-wait" },
          "This panel could not be loaded: check the connection and choose its tab again.",
        ),
      );
    } finally {
      loading.delete(row.id);
    }
  }

  choose(first);
  return {
    update: (workbench) => mounted.get(chosen)?.update(workbench),
    focus: (focus) => {
      mounted.get(chosen)?.focus(focus);
    },
    choose,
    chosen: () => chosen,
  };
}
