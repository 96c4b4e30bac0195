/**
 * The editor: CodeMirror in a shadow root, where its style sheets are adopted ones, so that the page's security policy
 * needs no exception for styles. What it knows of the language beyond colours it asks of the worker.
 */
import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  placeholder,
} from "@codemirror/view";
import type { Ask } from "../worker/client.ts";
import type { Fix, Problem, Script } from "../worker/protocol.ts";
import { completion } from "./completion.ts";
import { hoverDocs } from "./hover.ts";
import { bpftrace } from "./language.ts";
import { linkedLine, setLinkedLine } from "./linked.ts";
import { theme } from "./theme.ts";

export type EditorHost = {
  readonly script: () => Script;
  readonly ask: Ask;
  readonly changed: (text: string) => void;
  /** The cursor went to another line (1-based). */
  readonly moved: (line: number) => void;
  readonly allowUnsafe: () => void;
};

export type Editor = {
  readonly setText: (text: string) => void;
  /** As an edit that can be undone. */
  readonly replaceText: (text: string) => void;
  readonly setProblems: (problems: readonly Problem[]) => void;
  readonly applyFix: (fix: Fix) => void;
  /** 1-based; undefined: none. */
  readonly markLine: (line: number | undefined, scroll: boolean) => void;
  readonly goTo: (line: number, column: number) => void;
  readonly insert: (text: string, where: "end" | "cursor") => void;
  readonly focus: () => void;
};

/**
 * A letter typed over a selection. Left to itself the browser would keep the old text's looks by an inline style, which the
 * page's security policy forbids (and says so in the console).
 */
const replaceTyped = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { main } = view.state.selection;
    const { data } = event;
    if (event.inputType !== "insertText" || data === null || main.empty || view.composing) return false;
    const insert = () => view.state.update(view.state.replaceSelection(data), { userEvent: "input.type" });
    const handled = view.state
      .facet(EditorView.inputHandler)
      .some((each) => each(view, main.from, main.to, data, insert));
    if (!handled) view.dispatch(insert());
    return true;
  },
});

export function createEditor(parent: HTMLElement, text: string, host: EditorHost): Editor {
  const root = parent.attachShadow({ mode: "open", delegatesFocus: true });
  const search = new Compartment();
  /** Searching is loaded when somebody searches. */
  const openSearch = (view: EditorView): boolean => {
    void import("./search.ts").then(({ searching, openSearchPanel }) => {
      view.dispatch({ effects: search.reconfigure(searching()) });
      openSearchPanel(view);
    });
    return true;
  };
  let line = 1;
  /** Set while the text is put in from outside. */
  let quiet = false;
  const listen = EditorView.updateListener.of((update) => {
    if (update.docChanged && !quiet) host.changed(update.state.doc.toString());
    if (update.selectionSet || update.docChanged) {
      const now = update.state.doc.lineAt(update.state.selection.main.head).number;
      if (now !== line) {
        line = now;
        if (!quiet) host.moved(line);
      }
    }
  });
  const extensions: Extension = [
    lineNumbers(),
    lintGutter(),
    highlightActiveLineGutter(),
    highlightSpecialChars(),
    history(),
    drawSelection(),
    EditorState.allowMultipleSelections.of(true),
    indentUnit.of("  "),
    EditorState.tabSize.of(4),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    highlightActiveLine(),
    placeholder("kprobe:vfs_read { @bytes = hist(arg2); }"),
    bpftrace(),
    search.of(keymap.of([{ key: "Mod-f", run: openSearch, preventDefault: true }])),
    theme(),
    linkedLine(),
    completion(host),
    hoverDocs(host),
    EditorView.contentAttributes.of({
      "aria-label": "bpftrace script; Escape, then Tab leaves the editor",
      autocapitalize: "off",
      autocorrect: "off",
      spellcheck: "false",
      // Editable text can be reached by keyboard anyway; this says so to tools that look.
      tabindex: "0",
    }),
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...lintKeymap, indentWithTab]),
    replaceTyped,
    listen,
  ];
  const view = new EditorView({ state: EditorState.create({ doc: text, extensions }), parent: root, root });

  const applyFix = (fix: Fix): void => {
    if (fix.allowUnsafe) host.allowUnsafe();
    if (fix.edits.length > 0) view.dispatch({ changes: [...fix.edits], userEvent: "input.fix" });
    view.focus();
  };
  const clamp = (offset: number): number => Math.max(0, Math.min(offset, view.state.doc.length));

  return {
    setText(next) {
      quiet = true;
      line = 1;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next }, selection: { anchor: 0 } });
      quiet = false;
      view.scrollDOM.scrollTop = 0;
    },
    replaceText(next) {
      const { head } = view.state.selection.main;
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: next },
        selection: { anchor: Math.min(head, next.length) },
        userEvent: "input.format",
      });
    },
    setProblems(problems) {
      const diagnostics = problems.map((problem): Diagnostic => {
        const from = clamp(problem.from);
        return {
          from,
          to: Math.max(from, clamp(problem.to)),
          severity: problem.severity,
          message: problem.hint === undefined ? problem.message : `${problem.message}\n${problem.hint}`,
          actions: problem.fixes.map((fix) => ({ name: fix.label, apply: () => applyFix(fix) })),
        };
      });
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    applyFix,
    markLine(marked, scroll) {
      const known = marked !== undefined && marked >= 1 && marked <= view.state.doc.lines ? marked : undefined;
      const effects = [setLinkedLine.of(known)];
      view.dispatch({ effects });
      if (known !== undefined && scroll) {
        view.dispatch({
          effects: EditorView.scrollIntoView(view.state.doc.line(known).from, { y: "nearest", yMargin: 40 }),
        });
      }
    },
    goTo(target, column) {
      const row = view.state.doc.line(Math.max(1, Math.min(target, view.state.doc.lines)));
      const anchor = Math.min(row.from + Math.max(0, column - 1), row.to);
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
      view.focus();
    },
    insert(more, where) {
      const { doc } = view.state;
      if (where === "cursor") {
        view.dispatch(view.state.replaceSelection(more));
      } else {
        const gap = doc.length === 0 ? "" : doc.toString().endsWith("\n") ? "\n" : "\n\n";
        const insert = `${gap}${more}\n`;
        view.dispatch({
          changes: { from: doc.length, insert },
          selection: { anchor: doc.length + insert.length - 1 },
          scrollIntoView: true,
        });
      }
      view.focus();
    },
    focus: () => view.focus(),
  };
}
