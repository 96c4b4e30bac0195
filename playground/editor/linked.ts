/** The line that a panel points at, marked in the editor. */
import { type Extension, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";

/** 1-based; undefined: no line. */
export const setLinkedLine = StateEffect.define<number | undefined>();

const mark = Decoration.line({ class: "cm-linked" });

const field = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setLinkedLine)) continue;
      const { doc } = transaction.state;
      const line = effect.value;
      next =
        line === undefined || line < 1 || line > doc.lines
          ? Decoration.none
          : Decoration.set([mark.range(doc.line(line).from)]);
    }
    return next;
  },
  provide: (self) => EditorView.decorations.from(self),
});

export function linkedLine(): Extension {
  return field;
}
