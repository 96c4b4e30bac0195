/**
 * The panels by themselves: a page that mounts one with a workbench and answers given beforehand, and keeps what it asks
 * of the page around it. Bundled by panels.ts and driven by the tests.
 */
import { panelRows } from "../../playground/panels/index.ts";
import type { Focus, Panel, PanelHost, PanelId, Workbench } from "../../playground/panels/panel.ts";
import type { Answers, Outcome, Progresses, RequestKind } from "../../playground/worker/protocol.ts";

export type Given = {
  readonly workbench: Workbench;
  /** By kind of request; one that is missing is refused. */
  readonly answers: Partial<{ readonly [K in RequestKind]: Answers[K] }>;
  /** Comes before an answer of that kind. */
  readonly progress?: Partial<Progresses>;
};
/** What a panel asked of the page, in order. */
export type Said = readonly [what: string, ...args: readonly unknown[]];

export type PanelsPage = {
  readonly mount: (id: PanelId, given: Given) => Promise<void>;
  readonly update: (given: Given) => void;
  readonly focus: (focus: Focus | undefined) => void;
  readonly said: () => readonly Said[];
};

declare global {
  interface Window {
    panelsPage: PanelsPage;
  }
}

let given: Given | undefined;
let panel: Panel | undefined;
let said: Said[] = [];

function note(what: string, ...args: readonly unknown[]): void {
  said.push([what, ...args]);
}

const host: PanelHost = {
  workbench: () => {
    if (given === undefined) throw new Error("no workbench yet");
    return given.workbench;
  },
  async ask<K extends RequestKind>(
    request: { readonly kind: K },
    options?: { readonly progress?: (progress: Progresses[K]) => void },
  ): Promise<Outcome<K>> {
    note("ask", request.kind);
    const progress = given?.progress?.[request.kind] as Progresses[K] | undefined; // as below
    if (progress !== undefined) options?.progress?.(progress);
    // the table has under each kind an answer of that kind; the compiler cannot follow through Partial
    const answer = given?.answers[request.kind] as Answers[K] | undefined;
    if (answer !== undefined) return { ok: true, answer };
    return { ok: false, failure: { kind: "refused", message: `no answer to ${request.kind}`, hint: undefined } };
  },
  focus: (focus) => note("focus", focus),
  goTo: (line, column) => note("goTo", line, column),
  insert: (text, where) => note("insert", text, where),
  setEvents: (events) => note("setEvents", events),
  setCpus: (cpus) => note("setCpus", cpus),
  open: (name) => note("open", name),
  closeDropped: () => note("closeDropped"),
  download: (name, bytes, type) => note("download", name, bytes.length, type),
  copy: (text, what) => note("copy", text, what),
  announce: (text) => note("announce", text),
};

window.panelsPage = {
  async mount(id, first) {
    given = first;
    said = [];
    panel?.hide();
    const root = document.createElement("div");
    root.className = "panel";
    root.setAttribute("role", "tabpanel");
    root.setAttribute("aria-label", id);
    document.querySelector("#panels")?.replaceChildren(root);
    const row = panelRows.find((each) => each.id === id);
    if (row === undefined) throw new Error(`no panel ${id}`);
    const { mount } = await row.load();
    panel = mount(root, host);
    panel.update(first.workbench);
  },
  update(next) {
    given = next;
    panel?.update(next.workbench);
  },
  focus: (focus) => panel?.focus(focus),
  said: () => said,
};
