/** Find and replace: a part of its own, since few visits need it. */
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import type { Extension } from "@codemirror/state";
import { keymap } from "@codemirror/view";

export { openSearchPanel } from "@codemirror/search";

export function searching(): Extension {
  return [search({ top: true }), highlightSelectionMatches(), keymap.of([...searchKeymap])];
}
