/** What the worker knows of the thing under the pointer, shown beside it. Ctrl-I (Cmd-I) shows it for the cursor. */
import { type Extension, StateEffect, StateField } from "@codemirror/state";
import { type EditorView, hoverTooltip, keymap, showTooltip, type Tooltip } from "@codemirror/view";
import { el } from "../panels/dom.ts";
import type { Ask } from "../worker/client.ts";
import type { HoverAnswer, Script } from "../worker/protocol.ts";

type Host = { readonly script: () => Script; readonly ask: Ask };
type Found = NonNullable<HoverAnswer["found"]>;

export function hoverDocs(host: Host): Extension {
  const find = async (view: EditorView, position: number): Promise<Tooltip | null> => {
    const script = { ...host.script(), text: view.state.doc.toString() };
    const outcome = await host.ask({ kind: "hover", script, position });
    return outcome.ok && outcome.answer.found !== undefined ? tooltip(outcome.answer.found) : null;
  };
  const asked = keymap.of([
    {
      key: "Mod-i",
      run: (view) => {
        void find(view, view.state.selection.main.head).then((found) => view.dispatch({ effects: show.of(found) }));
        return true;
      },
    },
    {
      key: "Escape",
      run: (view) => {
        if (view.state.field(shown, false) === null) return false;
        view.dispatch({ effects: show.of(null) });
        return true;
      },
    },
  ]);
  return [hoverTooltip(find, { hoverTime: 250 }), shown, asked];
}

const show = StateEffect.define<Tooltip | null>();
const shown = StateField.define<Tooltip | null>({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(show)) return effect.value;
    return transaction.docChanged || transaction.selection !== undefined ? null : value;
  },
  provide: (self) => showTooltip.from(self),
});

function tooltip(found: Found): Tooltip {
  return {
    pos: found.from,
    end: found.to,
    above: true,
    create: () => ({
      dom: el(
        "div",
        { class: "cm-hover" },
        el("div", { class: "cm-hover-title" }, found.title),
        found.doc === undefined ? undefined : el("p", { class: "cm-hover-doc" }, found.doc),
        found.code === undefined ? undefined : el("pre", { class: "cm-hover-code", tabindex: 0 }, found.code),
      ),
    }),
  };
}
