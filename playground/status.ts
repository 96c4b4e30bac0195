/** The line at the page's foot: whether the script compiles, to what, for which kernel. */
import { byteSize, count, duration, el } from "./panels/dom.ts";
import type { Workbench } from "./panels/panel.ts";

export type Status = { readonly update: (workbench: Workbench) => void };

export function createStatus(root: HTMLElement): Status {
  const verdict = el("span", { class: "status-verdict", id: "verdict" });
  const object = el("span", {});
  const kernel = el("span", { class: "status-end" });
  root.replaceChildren(verdict, object, kernel);
  let shown: Workbench["compiled"];
  let revision = 0;
  return {
    update({ compiled, pending, kernel: info, script }) {
      root.setAttribute("aria-busy", String(pending));
      const about = info === undefined ? "loading the kernel's types …" : `Linux ${info.release}`;
      if (kernel.textContent !== about) kernel.textContent = about;
      verdict.setAttribute("aria-busy", String(pending));
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
