/** Completion as the editor wants it, from the worker's answers. */
import {
  acceptCompletion,
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  completionKeymap,
  snippet,
  startCompletion,
} from "@codemirror/autocomplete";
import { type Extension, Prec } from "@codemirror/state";
import { type EditorView, keymap } from "@codemirror/view";
import type { Ask } from "../worker/client.ts";
import type { CompletionItem, CompletionKind, Script } from "../worker/protocol.ts";

type Host = { readonly script: () => Script; readonly ask: Ask };

/** Kinds by the names for which CodeMirror has pictures. */
const pictures: Readonly<Record<CompletionKind, string>> = {
  probe: "class",
  builtin: "constant",
  function: "function",
  aggregation: "method",
  field: "property",
  type: "type",
  constant: "enum",
  variable: "variable",
  map: "namespace",
  keyword: "keyword",
  config: "property",
};

export function completion(host: Host): Extension {
  const source = async (context: CompletionContext): Promise<CompletionResult | null> => {
    const before = context.state.sliceDoc(Math.max(0, context.pos - 40), context.pos);
    if (!context.explicit && !/[\w$@.:*]$|->$|\b(?:struct|union|enum)\s$/.test(before)) return null;
    const script = { ...host.script(), text: context.state.doc.toString() };
    const request = { kind: "complete", script, position: context.pos, explicit: context.explicit } as const;
    const outcome = await host.ask(request);
    if (!outcome.ok || context.aborted || outcome.answer.items.length === 0) return null;
    const { from, items, more } = outcome.answer;
    return { from, options: items.map(option), ...(more ? {} : { validFor: /^[$@]?\w*$/ }) };
  };
  return [
    autocompletion({ override: [source], icons: true, maxRenderedOptions: 60, activateOnTypingDelay: 40 }),
    Prec.highest(keymap.of([{ key: "Tab", run: acceptCompletion }, ...completionKeymap])),
  ];
}

function option(item: CompletionItem): Completion {
  const { label, kind, detail, doc, insert, boost } = item;
  return {
    label,
    type: pictures[kind],
    boost,
    ...(detail === undefined ? {} : { detail }),
    ...(doc === undefined ? {} : { info: doc }),
    ...(insert === undefined ? {} : { apply: applier(insert) }),
  };
}

/** "$0" is where the cursor goes; behind a colon or dot more is to be chosen at once. */
function applier(insert: string) {
  // What the language writes with braces is not a field of the snippet.
  const template = insert.replace(/[{}\\]/g, "\\$&").replace("$0", "#{}");
  const run = snippet(template);
  return (view: EditorView, chosen: Completion, from: number, to: number): void => {
    run(view, chosen, from, to);
    if (/[:.]\$0$/.test(insert)) setTimeout(() => startCompletion(view), 0);
  };
}
