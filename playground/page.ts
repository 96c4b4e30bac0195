/** The page: puts its parts together and lets changes flow, from the editor through the workers to the panels. */

import { saveFile, watchOffline } from "./browser.ts";
import { createEditor } from "./editor/editor.ts";
import { announce, byId, inputById, note, say } from "./elements.ts";
import { exampleNamed, examples } from "./examples/index.ts";
import { createGallery } from "./gallery.ts";
import { createJudge } from "./judge.ts";
import { recall, remember } from "./memory.ts";
import { createOpener } from "./open-files.ts";
import type { Focus, PanelHost, PanelId } from "./panels/panel.ts";
import { createPicker } from "./picker.ts";
import { showProblems } from "./problem-list.ts";
import { readShare, type Shared, writeShare } from "./share.ts";
import { createSplitter } from "./splitter.ts";
import { createStore, defaultEvents, sameChoice } from "./state.ts";
import { createStatus } from "./status.ts";
import { createPanelTabs, isPanelId } from "./tabs-shell.ts";
import { createTheme } from "./theme.ts";
import type { Client } from "./worker/client.ts";
import { defaultKernels } from "./worker/kernels.ts";
import type { CompileAnswer, KernelId, RequestOf } from "./worker/protocol.ts";

/** Typing has stopped: time for what is dear. */
const SETTLE_MS = 300;

export function startPage(client: Client): void {
  const { ask } = client;
  client.onNotice(announce);
  createTheme(byId("theme"));

  // ---- what is shown first: a link's script, the draft, or an example that moves at once ---------------------------

  const firstExample = examples[0];
  const linked = readShare(location.hash);
  const draft = linked.kind === "none" ? readShare(recall("draft") ?? "") : linked;
  const start: Shared =
    draft.kind === "shared"
      ? draft.shared
      : {
          name: linked.kind === "bad" ? "script.bt" : (firstExample?.name ?? "script.bt"),
          text: linked.kind === "bad" ? "" : (firstExample?.text ?? ""),
          kernel: undefined,
          unsafe: false,
          positional: undefined,
          events: undefined,
          panel: undefined,
        };
  if (linked.kind === "bad") note(`${linked.note} Here is an empty editor.`);

  const kernels = defaultKernels.map(({ id, label }) => ({ id, label }));
  const knownKernel = (id: KernelId | undefined): KernelId =>
    store.get().kernels.find((kernel) => kernel.id === id)?.id ?? kernels[0]?.id ?? "";

  const store = createStore({
    script: {
      name: start.name,
      text: start.text,
      kernel: kernels.find(({ id }) => id === start.kernel)?.id ?? kernels[0]?.id ?? "",
      options: { unsafe: start.unsafe, positional: start.positional },
    },
    kernel: undefined,
    kernels,
    compiled: undefined,
    pending: true,
    settled: true,
    events: start.events ?? defaultEvents,
    cpus: 4,
    dropped: undefined,
  });

  // ---- editor ------------------------------------------------------------------------------------------------------

  const editor = createEditor(byId("editor"), start.text, {
    script: () => store.get().script,
    ask,
    changed(text) {
      note(undefined);
      store.change({ text, pending: true, settled: false });
    },
    moved: (line) => focus({ line, program: undefined, slot: undefined, from: "editor" }),
    allowUnsafe: () => setUnsafe(true),
  });

  const nameField = inputById("script-name");
  const unsafeField = inputById("unsafe");
  const argumentsField = inputById("arguments");
  nameField.addEventListener("change", () => {
    store.change({ name: cleanName(nameField.value), pending: true });
  });
  unsafeField.addEventListener("change", () => setUnsafe(unsafeField.checked));
  argumentsField.addEventListener("change", () => {
    const words = argumentsField.value.trim();
    const positional = words === "" ? undefined : words.split(/\s+/);
    store.change({ options: { ...store.get().script.options, positional }, pending: true });
  });

  function setUnsafe(unsafe: boolean): void {
    store.change({ options: { ...store.get().script.options, unsafe }, pending: true });
  }
  function cleanName(text: string): string {
    const name = text
      .trim()
      .replace(/[^\w.+-]+/g, "-")
      .slice(0, 60);
    return name === "" ? "script.bt" : name;
  }

  // ---- panels ------------------------------------------------------------------------------------------------------

  const host: PanelHost = {
    workbench: store.get,
    ask,
    focus: (to) => focus(to),
    goTo: editor.goTo,
    insert: editor.insert,
    setEvents: (events) => store.change({ events }),
    setCpus: (cpus) => store.change({ cpus }),
    open: (name, bytes) => open(name, bytes),
    closeDropped: () => store.change({ dropped: undefined }),
    download: saveFile,
    copy(text, what) {
      navigator.clipboard.writeText(text).then(
        () => announce(`Copied ${what}`),
        () => announce("The browser did not allow copying"),
      );
    },
    announce: say,
  };
  const firstPanel: PanelId = isPanelId(start.panel) ? start.panel : "output";
  const tabs = createPanelTabs(byId("tabs"), byId("panels"), host, firstPanel, saveDraft);

  function focus(to: Focus | undefined): void {
    if (to?.from !== "editor") editor.markLine(to?.line, to?.slot === undefined);
    tabs.focus(to);
  }

  // ---- compile, and tell everybody ---------------------------------------------------------------------------------

  let settleTimer = 0;
  let asked: RequestOf<"compile">["script"] | undefined;

  async function compile(): Promise<void> {
    const { script } = store.get();
    asked = script;
    const outcome = await ask({ kind: "compile", script });
    if (asked !== script) return;
    if (outcome.ok) {
      shown(outcome.answer);
      return;
    }
    const { failure } = outcome;
    if (failure.kind === "superseded") return;
    const hint = failure.kind === "refused" ? failure.hint : "change the script, and it is tried again";
    shown({
      kind: "compile",
      problems: [wholeProblem(failure.message, hint)],
      object: undefined,
      inspection: undefined,
      took: 0,
    });
  }

  function wholeProblem(message: string, hint: string | undefined): CompileAnswer["problems"][number] {
    return {
      code: "playground",
      severity: "error",
      message,
      hint,
      from: 0,
      to: 0,
      whole: true,
      line: 1,
      column: 1,
      notes: [],
      fixes: [],
    };
  }

  function shown(compiled: CompileAnswer): void {
    list(compiled.problems);
    store.change({ compiled, pending: false });
  }
  function list(problems: CompileAnswer["problems"]): void {
    editor.setProblems(problems);
    showProblems(byId("problems"), problems, { goTo: editor.goTo, apply: editor.applyFix });
  }

  const judge = createJudge(ask, (verdict) => {
    status.judged(verdict);
    if (verdict !== undefined && verdict.problems.length > 0) {
      list([...(store.get().compiled?.problems ?? []), ...verdict.problems]);
    }
  });

  async function loadKernel(): Promise<void> {
    const { kernel } = store.get().script;
    const outcome = await ask({ kind: "load-kernel", kernel, bytes: undefined }, { lane: `kernel ${kernel}` });
    if (store.get().script.kernel !== kernel) return;
    if (outcome.ok) store.change({ kernel: outcome.answer.info });
    else if (outcome.failure.kind !== "superseded") note(`The kernel cannot be used: ${outcome.failure.message}.`);
  }

  const picker = createPicker(byId("kernel-picker"), chooseKernel, () => chooseFile(".tls"));
  const status = createStatus(byId("status"));

  function chooseKernel(kernelId: KernelId): void {
    store.change({ kernelId, kernel: undefined, pending: true });
  }

  store.subscribe((now, before) => {
    if (now.script !== before.script) {
      clearTimeout(settleTimer);
      settleTimer = window.setTimeout(settle, SETTLE_MS);
      void compile();
      if (now.script.kernel !== before.script.kernel) void loadKernel();
      showFields();
    }
    picker.update(now);
    status.update(now);
    judge.consider(now);
    tabs.update(now);
    if (now.dropped !== before.dropped) showDropped();
  });

  function settle(): void {
    store.change({ settled: true });
    saveDraft();
  }

  function showFields(): void {
    const { script } = store.get();
    if (document.activeElement !== nameField) nameField.value = script.name;
    unsafeField.checked = script.options.unsafe;
    if (document.activeElement !== argumentsField) argumentsField.value = script.options.positional?.join(" ") ?? "";
  }

  function showDropped(): void {
    const bar = byId("dropped");
    const { dropped } = store.get();
    bar.hidden = dropped === undefined;
    byId("dropped-name").textContent =
      dropped === undefined
        ? ""
        : `Looking at ${dropped.name}${dropped.kind === "object" ? ", an object" : ", a stream"}`;
  }

  // ---- examples, links, files --------------------------------------------------------------------------------------

  function sharedNow(): Shared {
    const { script, events } = store.get();
    return {
      name: script.name,
      text: script.text,
      kernel: kernels.some(({ id }) => id === script.kernel) ? script.kernel : undefined,
      unsafe: script.options.unsafe,
      positional: script.options.positional,
      events: sameChoice(events, defaultEvents) ? undefined : events,
      panel: tabs.chosen(),
    };
  }

  function saveDraft(): void {
    const { text } = store.get().script;
    const untouched = examples.some((example) => example.text === text);
    remember("draft", untouched || text.trim() === "" ? undefined : writeShare(sharedNow()));
  }

  function openShared(shared: Shared): void {
    note(undefined);
    editor.setText(shared.text);
    store.change({
      name: shared.name,
      text: shared.text,
      kernelId: knownKernel(shared.kernel),
      options: { unsafe: shared.unsafe, positional: shared.positional },
      events: shared.events ?? defaultEvents,
      dropped: undefined,
      pending: true,
      settled: false,
      ...(knownKernel(shared.kernel) === store.get().script.kernel ? {} : { kernel: undefined }),
    });
    if (isPanelId(shared.panel)) tabs.choose(shared.panel);
  }

  const gallery = createGallery((example) => {
    history.replaceState(undefined, "", location.pathname + location.search);
    openShared({
      name: example.name,
      text: example.text,
      kernel: store.get().script.kernel,
      unsafe: example.unsafe,
      positional: example.positional,
      events: example.workload === "" ? undefined : { ...defaultEvents, spec: example.workload },
      panel: undefined,
    });
    editor.focus();
  });
  byId("open-examples").addEventListener("click", () =>
    gallery.open(exampleNamed(store.get().script.name)?.name ?? ""),
  );

  byId("share").addEventListener("click", () => {
    const hash = writeShare(sharedNow());
    if (hash === undefined) return announce("The script is too long for a link: save it as a file instead.");
    history.replaceState(undefined, "", hash);
    host.copy(location.href, "a link to this script: it holds the script itself");
  });
  window.addEventListener("hashchange", () => {
    const read = readShare(location.hash);
    if (read.kind === "shared") openShared(read.shared);
    if (read.kind !== "bad") return;
    openShared({ ...sharedNow(), name: "script.bt", text: "", events: undefined });
    note(`${read.note} Here is an empty editor.`);
  });

  byId("format").addEventListener("click", () => void format());
  async function format(): Promise<void> {
    const { text } = store.get().script;
    const outcome = await ask({ kind: "format", text });
    if (!outcome.ok || outcome.answer.text === undefined)
      return announce("The script has to be without syntax errors first.");
    if (outcome.answer.text === text) return announce("Already in standard form");
    editor.replaceText(outcome.answer.text);
  }

  const { open, chooseFile } = createOpener({
    client,
    store,
    openScript: (name, text) => openShared({ ...sharedNow(), name: cleanName(name), text, panel: undefined }),
    choosePanel: tabs.choose,
  });
  byId("dropped-close").addEventListener("click", host.closeDropped);

  window.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    saveFile(store.get().script.name, store.get().script.text, "text/plain");
  });

  const split = Number(recall("split") ?? "46");
  createSplitter(byId("splitter"), byId("work"), Number.isFinite(split) ? split : 46, (now) =>
    remember("split", String(now)),
  );

  // ---- go ----------------------------------------------------------------------------------------------------------

  showFields();
  picker.update(store.get());
  status.update(store.get());
  void compile();
  void loadKernel();
  watchOffline();
}
