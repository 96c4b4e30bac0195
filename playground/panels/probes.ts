/**
 * Probes: the chosen kernel's functions, tracepoints, raw tracepoints, iterators, structs and constants, searched by name;
 * a hit shows its arguments or members, and goes into the script with a click.
 */
import type { DetailAnswer, SearchAnswer, SearchHit, SearchScope } from "../worker/protocol.ts";
import { button, count, el, groupDigits } from "./dom.ts";
import type { Focus, Panel, PanelHost, Workbench } from "./panel.ts";
import { emptyNote } from "./subject.ts";

const SCOPES: Readonly<Record<SearchScope, { readonly one: string; readonly many: string }>> = {
  function: { one: "function", many: "Functions" },
  tracepoint: { one: "tracepoint", many: "Tracepoints" },
  rawtracepoint: { one: "raw tracepoint", many: "Raw tracepoints" },
  iterator: { one: "iterator", many: "Iterators" },
  struct: { one: "struct", many: "Structs" },
  constant: { one: "constant", many: "Constants" },
};
const ORDER = Object.keys(SCOPES) as readonly SearchScope[]; // its keys are exactly the scopes: see the type above
const DEFAULT: readonly SearchScope[] = ["function", "tracepoint", "struct"];
const LIMIT = 200;
const TYPING = 120;

export function mount(root: HTMLElement, host: PanelHost): Panel {
  root.classList.add("p-probes");
  const input = el("input", {
    type: "search",
    id: "probes-query",
    placeholder: "tcp_send*, sched, struct sock …",
    "aria-label": "Search the kernel",
    autocomplete: "off",
    spellcheck: "false",
    autocapitalize: "off",
  });
  const boxes = ORDER.map((scope) => {
    const box = el("input", { type: "checkbox", value: scope });
    box.checked = DEFAULT.includes(scope);
    const amount = el("span", { class: "p-note" });
    box.addEventListener("change", () => search());
    return { scope, box, amount, label: el("label", { class: "p-scope" }, box, ` ${SCOPES[scope].many} `, amount) };
  });
  const status = el("p", { class: "p-status", role: "status" });
  const list = el("ul", { class: "p-hits", "aria-label": "Found" });
  const detail = el("div", { class: "p-detail" });
  root.append(
    el(
      "div",
      { class: "p-search" },
      input,
      el(
        "div",
        { class: "p-scopes", role: "group", "aria-label": "What to search" },
        ...boxes.map(({ label }) => label),
      ),
    ),
    status,
    el("div", { class: "p-found" }, list, detail),
  );
  let kernel: string | undefined;
  let asked = "";
  let opened: HTMLElement | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, TYPING);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    list.querySelector<HTMLElement>(".p-hit-name")?.focus();
  });
  list.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0 || !(event.target instanceof HTMLElement)) return;
    const names = [...list.querySelectorAll<HTMLElement>(".p-hit-name")];
    const row = event.target.closest("li");
    const at = names.findIndex((name) => name.closest("li") === row);
    const next = names[at + step];
    event.preventDefault();
    if (next !== undefined) next.focus();
    else if (step < 0) input.focus();
  });

  function search(): void {
    clearTimeout(timer);
    const workbench = host.workbench();
    if (workbench.kernel === undefined) return;
    const id = workbench.script.kernel;
    const scopes = boxes.filter(({ box }) => box.checked).map(({ scope }) => scope);
    const query = input.value.trim();
    const key = JSON.stringify([id, query, scopes]);
    if (key === asked) return;
    asked = key;
    if (scopes.length === 0) {
      list.replaceChildren();
      status.textContent = "choose what to search";
      return;
    }
    void host.ask({ kind: "search", kernel: id, query, scopes, limit: LIMIT }).then((outcome) => {
      if (key !== asked) return;
      if (outcome.ok) show(outcome.answer, workbench.kernel?.release ?? "", query);
      else if (outcome.failure.kind === "superseded") asked = "";
      else status.textContent = outcome.failure.message;
    });
  }
  function show(answer: SearchAnswer, release: string, query: string): void {
    for (const { scope, amount } of boxes) amount.textContent = groupDigits(answer.totals[scope]);
    const all = boxes.filter(({ box }) => box.checked).reduce((sum, { scope }) => sum + answer.totals[scope], 0);
    const shown = answer.hits.length < all ? `, the first ${answer.hits.length} shown` : "";
    status.textContent =
      answer.hits.length === 0
        ? `nothing in Linux ${release} fits ${query}`
        : `${count(all, "name")} in Linux ${release}${shown}`;
    opened = undefined;
    list.replaceChildren(...answer.hits.map((hit) => hitRow(hit)));
    list.scrollTop = 0;
    detail.replaceChildren(emptyNote("Choose a name to see its arguments or members."));
  }
  function hitRow(hit: SearchHit): HTMLElement {
    const open = el(
      "button",
      { type: "button", class: "p-hit-name", "aria-expanded": "false" },
      el("code", {}, hit.name),
      el(
        "span",
        { class: "p-note" },
        ` ${SCOPES[hit.scope].one}${hit.module === undefined ? "" : ` of ${hit.module}`}`,
      ),
    );
    open.addEventListener("click", () => choose(open, hit));
    const insert = button("Insert", () => put(hit.insert, "cursor"), {
      class: "button p-small",
      "aria-label": `Insert ${hit.insert}`,
    });
    return el("li", { class: "p-hit" }, open, insert);
  }
  function choose(row: HTMLElement, hit: SearchHit): void {
    opened?.setAttribute("aria-expanded", "false");
    opened = row;
    row.setAttribute("aria-expanded", "true");
    const { script } = host.workbench();
    void host.ask({ kind: "detail", kernel: script.kernel, hit }).then((outcome) => {
      if (opened !== row) return;
      if (outcome.ok) showDetail(hit, outcome.answer);
      else if (outcome.failure.kind !== "superseded") detail.replaceChildren(emptyNote(outcome.failure.message));
    });
  }
  function showDetail(hit: SearchHit, { lines, example }: DetailAnswer): void {
    const fields = lines.map((line) => {
      const name = argumentOf(hit, line);
      if (name === undefined) return el("div", { class: "p-declaration" }, line);
      return el(
        "div",
        { class: "p-declaration" },
        button(line, () => put(name, "cursor"), { class: "p-field-name", title: `insert ${name}` }),
      );
    });
    const none =
      hit.scope === "function"
        ? "no arguments are known: the kernel has no types for it"
        : "nothing more is known of it";
    detail.replaceChildren(
      el("h3", {}, hit.insert),
      lines.length === 0
        ? el("p", { class: "p-note" }, none)
        : el(
            "div",
            { class: "p-listing p-declarations", tabindex: 0, role: "region", "aria-label": `Members of ${hit.name}` },
            ...fields,
          ),
      ...(example === undefined
        ? []
        : [
            el("pre", { class: "p-example" }, example),
            button("Add this program", () => put(example, "end"), { class: "button button-main" }),
          ]),
    );
  }
  function put(text: string, where: "end" | "cursor"): void {
    host.insert(text, where);
    host.announce(`put into the script: ${text.split("\n")[0] ?? ""}`);
  }
  return {
    update(workbench: Workbench) {
      if (workbench.kernel === undefined) {
        status.textContent = "the kernel is loading …";
        return;
      }
      if (kernel === workbench.kernel.id) return;
      kernel = workbench.kernel.id;
      asked = "";
      search();
    },
    focus: (_: Focus | undefined) => undefined,
    hide: () => clearTimeout(timer),
  };
}

/** What a line of a probe's arguments is called in a script: "int fd" → "args.fd"; of a struct's members, the member. */
export function argumentOf(hit: SearchHit, line: string): string | undefined {
  const declaration = line
    .replace(/\/\*.*?\*\//g, "")
    .replace(/;\s*$/, "")
    .trim();
  const pointer = /\(\s*\*\s*(\w+)\s*\)\s*\(/.exec(declaration);
  const name = pointer?.[1] ?? /(\w+)\s*(?:\[[^\]]*\]\s*)*(?::\s*\d+)?$/.exec(declaration)?.[1];
  if (name === undefined || !/\s|\*/.test(declaration) || /[{}]/.test(declaration)) return undefined;
  if (name === "retval") return "retval";
  switch (hit.scope) {
    case "function":
      return /^arg\d+$/.test(name) ? name : `args.${name}`;
    case "tracepoint":
      return `args.${name}`;
    case "rawtracepoint":
      return `args.${name}`;
    case "iterator":
      return `ctx.${name}`;
    case "struct":
      return `->${name}`;
    case "constant":
      return undefined;
  }
}
