/** The editor's looks, all from the page's colours: custom properties reach into its shadow root. */
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const highlight = HighlightStyle.define([
  { tag: [tags.keyword, tags.bool], color: "var(--code-keyword)" },
  { tag: tags.labelName, color: "var(--code-probe)", fontWeight: "600" },
  { tag: tags.function(tags.variableName), color: "var(--code-function)" },
  { tag: tags.standard(tags.variableName), color: "var(--code-builtin)" },
  { tag: tags.special(tags.variableName), color: "var(--code-map)" },
  { tag: tags.variableName, color: "var(--code-variable)" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: tags.number, color: "var(--code-number)" },
  { tag: [tags.comment, tags.meta], color: "var(--code-comment)", fontStyle: "italic" },
  { tag: tags.typeName, color: "var(--code-type)" },
  { tag: [tags.operator, tags.punctuation, tags.bracket], color: "var(--ink-soft)" },
]);

const view = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--surface)", color: "var(--ink)", fontSize: "var(--text-code)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-code)", lineHeight: "var(--line-code)", overflow: "auto" },
  ".cm-content": { padding: "12px 0 40px", caretColor: "var(--accent)" },
  ".cm-line": { padding: "0 16px 0 10px" },
  ".cm-gutters": {
    backgroundColor: "var(--surface)",
    color: "var(--ink-faint)",
    border: "none",
    paddingLeft: "6px",
  },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "2.2em", cursor: "default" },
  ".cm-activeLine": { backgroundColor: "color-mix(in oklab, var(--raised) 55%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--ink)" },
  ".cm-linked": { backgroundColor: "var(--mark) !important" },
  ".cm-cursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--selection) !important",
  },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "var(--accent-wash)",
    outline: "1px solid var(--line-strong)",
  },
  ".cm-nonmatchingBracket, &.cm-focused .cm-nonmatchingBracket": {
    backgroundColor: "transparent",
    color: "var(--bad)",
  },
  ".cm-selectionMatch": { backgroundColor: "var(--accent-wash)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--bad) 1px",
    textUnderlineOffset: "3px",
  },
  ".cm-lintRange-warning": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--warn) 1px",
    textUnderlineOffset: "3px",
  },
  ".cm-lintRange-active": { backgroundColor: "var(--mark)" },
  ".cm-gutter-lint": { width: "8px" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "0 0 0 2px" },
  ".cm-lint-marker": { width: "6px", height: "6px", marginTop: "0.55em", borderRadius: "50%", content: "none" },
  ".cm-lint-marker-error": { backgroundColor: "var(--bad)" },
  ".cm-lint-marker-warning": { backgroundColor: "var(--warn)" },
  ".cm-tooltip": {
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius)",
    backgroundColor: "var(--surface)",
    color: "var(--ink)",
    boxShadow: "var(--shadow)",
    overflow: "hidden",
  },
  ".cm-tooltip-lint": { fontFamily: "var(--font-ui)", fontSize: "var(--text-small)", maxWidth: "34rem" },
  ".cm-diagnostic": { padding: "8px 12px", borderLeftWidth: "3px", whiteSpace: "pre-wrap" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warn)" },
  ".cm-diagnosticAction": {
    margin: "8px 8px 0 0",
    padding: "3px 8px",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius)",
    backgroundColor: "var(--surface)",
    color: "var(--ink)",
    font: "inherit",
    cursor: "pointer",
  },
  ".cm-diagnosticAction:hover": { backgroundColor: "var(--raised)" },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-code)", fontSize: "var(--text-code)", maxHeight: "17em" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "2px 10px 2px 6px", lineHeight: "1.6" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--accent-wash)",
    color: "var(--ink)",
  },
  ".cm-completionDetail": { marginLeft: "1.2em", fontStyle: "normal", color: "var(--ink-faint)" },
  ".cm-completionMatchedText": { textDecoration: "none", color: "var(--accent)", fontWeight: "600" },
  ".cm-completionIcon": { opacity: "1", color: "var(--ink-faint)", width: "1.3em", fontSize: "85%" },
  ".cm-completionInfo": {
    padding: "8px 12px",
    fontFamily: "var(--font-ui)",
    fontSize: "var(--text-small)",
    maxWidth: "22rem",
  },
  ".cm-hover": { padding: "8px 12px", maxWidth: "38rem", fontSize: "var(--text-small)" },
  ".cm-hover-title": { fontFamily: "var(--font-code)", fontWeight: "600" },
  ".cm-hover-doc": { margin: "4px 0 0", color: "var(--ink-soft)", fontFamily: "var(--font-ui)" },
  ".cm-hover-code": {
    margin: "8px 0 0",
    maxHeight: "16em",
    overflow: "auto",
    fontFamily: "var(--font-code)",
    fontSize: "0.75rem",
    color: "var(--ink-soft)",
    whiteSpace: "pre",
    tabSize: "4",
  },
  ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--ink)", borderColor: "var(--line)" },
  ".cm-panel.cm-search": { fontFamily: "var(--font-ui)", padding: "8px 12px" },
  ".cm-textfield": {
    backgroundColor: "var(--surface)",
    border: "1px solid var(--line)",
    borderRadius: "var(--radius)",
  },
  ".cm-button": {
    backgroundImage: "none",
    backgroundColor: "var(--surface)",
    border: "1px solid var(--line)",
    borderRadius: "var(--radius)",
  },
  ".cm-placeholder": { color: "var(--ink-faint)" },
  ".cm-snippetField": { backgroundColor: "var(--accent-wash)" },
});

export function theme(): Extension {
  return [view, syntaxHighlighting(highlight)];
}
