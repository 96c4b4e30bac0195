/** The gallery: every example with its sentence, in a dialog. */
import { type Example, examples } from "./examples/index.ts";
import { button, el } from "./panels/dom.ts";

export type Gallery = { readonly open: (current: string) => void };

export function createGallery(choose: (example: Example) => void): Gallery {
  const dialog = el("dialog", { class: "dialog", "aria-labelledby": "gallery-title" });
  const body = el("div", { class: "gallery" });
  const close = button("Close", () => dialog.close(), { class: "button" });
  dialog.append(el("div", { class: "dialog-head" }, el("h2", { id: "gallery-title" }, "Examples"), close), body);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);

  const groups = new Map<string, Example[]>();
  for (const example of examples) groups.set(example.group, [...(groups.get(example.group) ?? []), example]);
  return {
    open(current) {
      body.replaceChildren(
        ...[...groups].flatMap(([group, list]) => [
          el("h3", {}, group),
          el("ul", {}, ...list.map((example) => el("li", {}, card(example, example.name === current)))),
        ]),
      );
      dialog.showModal();
    },
  };

  function card(example: Example, current: boolean): HTMLElement {
    const made = button(
      "",
      () => {
        dialog.close();
        choose(example);
      },
      { class: "example", "aria-current": current ? "true" : undefined },
    );
    made.append(el("strong", {}, example.title), el("span", {}, example.sentence));
    return made;
  }
}
