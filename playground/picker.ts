/** The kernel picker: the page's own snapshots, those that were dropped on it, and a way to add one. */
import { el } from "./panels/dom.ts";
import type { Workbench } from "./panels/panel.ts";
import type { KernelId } from "./worker/protocol.ts";

const ADD = "+";

export type Picker = { readonly update: (workbench: Workbench) => void };

/** @param add asks for a snapshot file */
export function createPicker(root: HTMLElement, choose: (id: KernelId) => void, add: () => void): Picker {
  const select = el("select", { class: "select", id: "kernel", "aria-label": "Kernel" });
  root.append(select);
  let chosen = "";
  select.addEventListener("change", () => {
    if (select.value === ADD) {
      select.value = chosen;
      add();
    } else choose(select.value);
  });
  let shown: Workbench["kernels"] | undefined;
  return {
    update({ kernels, kernel, script }) {
      if (kernels !== shown) {
        shown = kernels;
        const options = kernels.map(({ id, label }) => el("option", { value: id }, label));
        select.replaceChildren(
          el("optgroup", { label: "Kernels" }, ...options),
          el("optgroup", { label: "Yours" }, el("option", { value: ADD }, "Snapshot file…")),
        );
      }
      chosen = script.kernel;
      select.value = chosen;
      select.title =
        kernel === undefined
          ? "Loading the kernel's types"
          : `Linux ${kernel.release}, ${kernel.functions} functions, ${kernel.tracepoints} tracepoints`;
      select.toggleAttribute("aria-busy", kernel === undefined);
    },
  };
}
