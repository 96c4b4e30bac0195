/** The line at the page's foot: whether the script compiles, to what, for which kernel. */
import { byteSize, count, duration, el } from "./panels/dom.ts";
import type { Workbench } from "./panels/panel.ts";
import type { KernelVerdict } from "./worker/protocol.ts";

export type Status = {
  readonly update: (workbench: Workbench) => void;
  /** What the verifier says of the object as it is now; undefined: not known yet. */
  readonly judged: (verdict: KernelVerdict | undefined) => void;
};

const VERDICTS: Readonly<Record<KernelVerdict["verdict"], { readonly text: string; readonly state: string }>> = {
  accepted: { text: "accepted by the verifier", state: "good" },
  refused: { text: "refused by the verifier", state: "bad" },
  "cannot-attach": { text: "cannot attach", state: "bad" },
  unknown: { text: "not judged in full", state: "warn" },
};

export function createStatus(root: HTMLElement): Status {
  const verdict = el("span", { class: "status-verdict", id: "verdict" });
  const object = el("span", {});
  const judgement = el("span", { class: "status-verdict", id: "judgement", hidden: true });
  const kernel = el("span", { class: "status-end" });
  root.replaceChildren(verdict, object, judgement, kernel);
  let shown: Workbench["compiled"];
  let revision = 0;
  return {
    judged(found) {
      judgement.hidden = found === undefined;
      if (found === undefined) return;
      const { text, state } = VERDICTS[found.verdict];
      judgement.dataset.state = state;
      judgement.textContent = text;
    },
    update({ compiled, pending, kernel: info, script }) {
      root.setAttribute("aria-busy", String(pending));
      const about = info === undefined ? "loading the kernel's types …" : `Linux ${info.release}`;
      if (kernel.textContent !== about) kernel.textContent = about;
      if (compiled === undefined) {
        verdict.dataset.state = "";
        verdict.textContent = script.text.trim() === "" ? "empty" : "compiling …";
        object.textContent = "";
        return;
      }
      if (pending || compiled === shown) return;
      shown = compiled;
      verdict.dataset.revision = String(++revision);
      const errors = compiled.problems.filter(({ severity }) => severity === "error").length;
      const warnings = compiled.problems.length - errors;
      verdict.dataset.state = errors > 0 ? "bad" : warnings > 0 ? "warn" : "good";
      verdict.textContent =
        errors > 0 ? count(errors, "error") : warnings > 0 ? `compiled, ${count(warnings, "warning")}` : "compiled";
      object.textContent = objectText(compiled);
    },
  };
}

function objectText({ object, inspection, took }: NonNullable<Workbench["compiled"]>): string {
  if (object === undefined || inspection === undefined) return "";
  const all = [...inspection.programs, ...inspection.functions];
  const instructions = all.reduce((sum, { instructions: each }) => sum + each, 0);
  return `${count(inspection.programs.length, "program")}, ${count(instructions, "instruction")}, ${byteSize(object.length)} in ${duration(took)}`;
}
