/** The bar between editor and panels: dragged, or moved with arrow keys, Home and End. */

const LEAST = 20;
const MOST = 80;
const STEP = 2;

/** @param split percent of the width for the editor */
export function createSplitter(
  bar: HTMLElement,
  work: HTMLElement,
  split: number,
  changed: (split: number) => void,
): void {
  let now = split;
  const set = (next: number): void => {
    now = Math.round(Math.max(LEAST, Math.min(MOST, next)) * 10) / 10;
    work.style.setProperty("--split", `${now}fr`);
    work.style.setProperty("--split-rest", `${100 - now}fr`);
    bar.setAttribute("aria-valuenow", String(Math.round(now)));
    changed(now);
  };
  set(split);
  bar.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    bar.setPointerCapture(event.pointerId);
    const move = (moved: PointerEvent): void => {
      const box = work.getBoundingClientRect();
      set(((moved.clientX - box.left) / box.width) * 100);
    };
    bar.addEventListener("pointermove", move);
    bar.addEventListener("pointerup", () => bar.removeEventListener("pointermove", move), { once: true });
    bar.addEventListener("pointercancel", () => bar.removeEventListener("pointermove", move), { once: true });
  });
  bar.addEventListener("dblclick", () => set(46));
  bar.addEventListener("keydown", (event) => {
    const next = { ArrowLeft: now - STEP, ArrowRight: now + STEP, Home: LEAST, End: MOST }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    set(next);
  });
}
