/** Elements of index.html by their id, and the two places where the page says something. */

/** @throws if the page has no such element: index.html and the modules disagree */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

export function inputById(id: string): HTMLInputElement {
  const found = byId(id);
  if (!(found instanceof HTMLInputElement)) throw new Error(`#${id} is no input`);
  return found;
}

const TOAST_MS = 4000;
let timer = 0;

/** Something short that goes away by itself; screen readers hear it. */
export function announce(text: string): void {
  const toast = byId("toast");
  toast.textContent = text;
  toast.toggleAttribute("data-shown", true);
  clearTimeout(timer);
  timer = window.setTimeout(() => toast.toggleAttribute("data-shown", false), TOAST_MS);
}

/** Something that can be seen anyway: for screen readers only. */
export function say(text: string): void {
  byId("said").textContent = text;
}

/** Something that stays above the editor until it no longer holds; undefined: nothing. */
export function note(text: string | undefined): void {
  const line = byId("note");
  line.textContent = text ?? "";
  line.hidden = text === undefined;
}
