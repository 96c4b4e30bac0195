/** Stages: what each stage of the compiler makes of the script, as it prints itself (`tracelet compile --emit STAGE`). */
import type { StageAnswer } from "../worker/protocol.ts";
import { button, el } from "./dom.ts";
import type { Focus, Panel, PanelHost, Workbench } from "./panel.ts";
import { emptyNote } from "./subject.ts";
import { createTabs } from "./tabs.ts";

type Stage = StageAnswer["stage"];

/** One row per stage, so that tsc asks for a new one's title. */
const STAGES: Readonly<Record<Stage, { readonly title: string; readonly doc: string }>> = {
  ast: { title: "AST", doc: "the script as it was read, before names mean anything" },
  typed: { title: "Typed", doc: "names resolved, every expression with its type, each probe with its targets" },
  ir: { title: "IR", doc: "the script as a graph of simple steps, each value assigned once" },
  "ir-opt": { title: "Optimised", doc: "the same after the passes: what is constant, doubled or unused is gone" },
  asm: { title: "Assembly", doc: "eBPF instructions with registers chosen" },
  btf: { title: "Types (BTF)", doc: "the types that the object carries for loader, kernel and debugger" },
  sections: { title: "Sections", doc: "the ELF file" },
};
const ORDER = Object.keys(STAGES) as readonly Stage[]; // its keys are exactly the stages: see the type above

export function mount(root: HTMLElement, host: PanelHost): Panel {
  root.classList.add("p-stages");
  const rows = ORDER.map((id) => ({ id, title: STAGES[id].title, doc: STAGES[id].doc }));
  const tabs = createTabs("stages", "Stages of the compiler", rows, () => ask(host.workbench()));
  const doc = el("p", { class: "p-note" });
  const listing = el("pre", { class: "p-listing", tabindex: 0, role: "region", "aria-label": "Print of the stage" });
  const copy = button("Copy", () => host.copy(listing.textContent ?? "", "the stage's print"), {
    class: "button p-small",
  });
  const body = el("div", { class: "p-stage" }, el("div", { class: "p-bar-row" }, doc, copy), listing);
  const empty = el("div");
  root.append(tabs.element, empty);
  let asked: { readonly key: string; readonly stage: Stage } | undefined;

  function chosen(): Stage {
    return ORDER.find((id) => id === tabs.chosen()) ?? "ast";
  }
  function ask(workbench: Workbench): void {
    if (workbench.dropped !== undefined) {
      asked = undefined;
      tabs.element.hidden = true;
      empty.replaceChildren(emptyNote(`${workbench.dropped.name} is no script: it has no stages`));
      return;
    }
    tabs.element.hidden = false;
    empty.replaceChildren();
    const stage = chosen();
    const panel = tabs.panels.get(stage);
    if (panel !== undefined && body.parentElement !== panel) panel.append(body);
    doc.textContent = STAGES[stage].doc;
    if (workbench.kernel === undefined || workbench.pending) return;
    const { text, kernel, options, name } = workbench.script;
    const key = JSON.stringify([text, kernel, options, name]);
    if (asked?.key === key && asked.stage === stage) return;
    const mine = { key, stage };
    if (asked?.stage !== stage) listing.textContent = "";
    asked = mine;
    void host.ask({ kind: "stage", script: workbench.script, stage }).then((outcome) => {
      if (asked !== mine) return;
      if (outcome.ok) show(outcome.answer);
      else if (outcome.failure.kind === "superseded") asked = undefined;
      else listing.textContent = outcome.failure.message;
    });
  }
  function show(answer: StageAnswer): void {
    const there = answer.text !== undefined;
    listing.classList.toggle("p-absent", !there);
    listing.textContent = answer.text ?? "The compiler did not get that far: see the errors below the script.";
    copy.hidden = !there;
  }
  return { update: ask, focus: (_: Focus | undefined) => undefined, hide: () => undefined };
}
