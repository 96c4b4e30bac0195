/** The text of a run as it comes: stdout as it is, stderr set apart. */
import type { OutputPiece } from "../worker/protocol.ts";
import { el } from "./dom.ts";

export type RunText = {
  readonly element: HTMLElement;
  readonly append: (pieces: readonly OutputPiece[]) => void;
  /** The next piece begins a new run; until then the old text stays, so that nothing flickers. */
  readonly restart: () => void;
  readonly clear: () => void;
  readonly text: () => string;
  /** Whether the run printed anything but blank lines. */
  readonly printed: () => boolean;
};

/** What the element holds at most; the worker cuts before that and says so. */
const MOST = 4_000_000;

export function createRunText(): RunText {
  const element = el("pre", { class: "p-text", tabindex: 0, role: "region", "aria-label": "Text of the run" });
  let stale = false;
  // as a terminal: the newest is seen, until somebody scrolls up
  let follow = true;
  element.addEventListener("scroll", () => {
    follow = element.scrollTop + element.clientHeight >= element.scrollHeight - 8;
  });
  let length = 0;
  let printed = false;
  const clear = (): void => {
    element.replaceChildren();
    stale = false;
    follow = true;
    length = 0;
    printed = false;
  };
  return {
    element,
    append(pieces) {
      if (stale) clear();
      for (const { stream, text } of pieces) {
        if (text === "" || length >= MOST) continue;
        length += text.length;
        if (stream === "stdout" && text.trim() !== "") printed = true;
        const last = element.lastChild;
        if (stream === "stderr") element.append(el("span", { class: "p-stderr" }, text));
        else if (last instanceof Text) last.appendData(text);
        else element.append(text);
      }
      if (follow) element.scrollTop = element.scrollHeight;
    },
    restart: () => {
      stale = true;
    },
    clear,
    text: () => element.textContent ?? "",
    printed: () => printed,
  };
}
