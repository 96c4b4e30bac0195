/**
 * Object: what is in the .bpf.o, and the way to a host: download, and the command that runs it where there is only the
 * loader.
 */
import type { StageAnswer } from "../worker/protocol.ts";
import { assemblyPrograms } from "./assembly-rows.ts";
import { button, byteSize, type Child, count, el, groupDigits, scrollable, table } from "./dom.ts";
import { answerOf, type Focus, type Panel, type PanelHost } from "./panel.ts";
import { createSubjectReader, emptyNote, type Inspection, type Subject } from "./subject.ts";
import { createTabs } from "./tabs.ts";

type ObjectSubject = Extract<Subject, { readonly kind: "object" }>;

const VIEWS = [
  { id: "programs", title: "Programs" },
  { id: "maps", title: "Maps" },
  { id: "sections", title: "Sections" },
  { id: "types", title: "Types (BTF)" },
  { id: "relocations", title: "Relocations" },
  { id: "outline", title: "ELF" },
];

export function mount(root: HTMLElement, host: PanelHost): Panel {
  root.classList.add("p-object");
  const head = el("div", { class: "p-object-head" });
  const tabs = createTabs("object", "Parts of the object", VIEWS, () => showTypes());
  const empty = el("div");
  root.append(empty, head, tabs.element);
  let shown: Subject | undefined;
  let typesOf: Uint8Array | undefined;

  const read = createSubjectReader(host, "inspect-object", (subject) => {
    root.classList.toggle("p-stale", subject.kind === "object" && subject.old);
    const same = shown?.kind === "object" && subject.kind === "object" && shown.bytes === subject.bytes;
    shown = subject;
    if (same && subject.kind === "object") return;
    show(subject);
  });
  function view(id: string, ...children: readonly Node[]): void {
    tabs.panels.get(id)?.replaceChildren(...children);
  }
  function show(subject: Subject): void {
    const there = subject.kind === "object";
    head.hidden = !there;
    tabs.element.hidden = !there;
    empty.hidden = there;
    typesOf = undefined;
    if (!there) {
      empty.replaceChildren(emptyNote(subject.why));
      return;
    }
    head.replaceChildren(...headParts(subject, host));
    const { inspection, outline } = subject;
    view("types");
    if (inspection !== undefined) {
      view("programs", programTable(inspection));
      view("maps", mapTable(inspection));
      view("sections", sectionTable(inspection));
      view("relocations", relocationTable(inspection, host));
    }
    if (outline !== undefined) view("outline", scrollable("ELF sections", el("pre", { class: "p-listing" }, outline)));
    const ours = inspection === undefined ? [] : ["programs", "maps", "sections", "relocations"];
    tabs.show([...ours, ...(subject.dropped ? [] : ["types"]), ...(outline === undefined ? [] : ["outline"])]);
    showTypes();
  }
  /** Types are printed by the compiler's own stage when somebody looks. */
  function showTypes(): void {
    if (tabs.chosen() !== "types" || shown?.kind !== "object" || shown.dropped || typesOf === shown.bytes) return;
    const { bytes } = shown;
    typesOf = bytes;
    void host
      .ask({ kind: "stage", script: host.workbench().script, stage: "btf" }, { lane: "object-btf" })
      .then((outcome) => {
        if (typesOf !== bytes) return;
        const answer: StageAnswer | undefined = answerOf(outcome);
        if (answer?.text === undefined) {
          typesOf = undefined;
          return;
        }
        view("types", scrollable("Types of the object", el("pre", { class: "p-listing" }, answer.text)));
      });
  }
  return { update: (workbench) => read(workbench), focus: (_: Focus | undefined) => undefined, hide: () => undefined };
}

/** "size.bt" → "size.bpf.o": a name that needs no quotes in a shell. */
export function objectName(script: string): string {
  const base = script
    .replace(/(\.bpf)?\.(bt|o)$/, "")
    .replace(/[^\w.]+/g, "-")
    .replace(/^[-.]+|-+$/g, "");
  return `${base === "" ? "script" : base}.bpf.o`;
}

/** The ways to a host, from the one with our command line here to the one that needs ssh alone. */
export function shipCommands(file: string): readonly { readonly title: string; readonly text: string }[] {
  return [
    {
      title: "from here, output here (needs tracelet here and tracelet-loader on the host)",
      text: `tracelet run ${file} --host root@HOST`,
    },
    {
      title: "with ssh alone; the stream is drawn here later, by tracelet show or by dropping it on this page",
      text: `ssh root@HOST tracelet-loader run - <${file} >${file.replace(/\.bpf\.o$/, "")}.stream`,
    },
    { title: "on the host itself: does its kernel take it?", text: `tracelet-loader check ${file}` },
  ];
}

function headParts(subject: ObjectSubject, host: PanelHost): readonly Node[] {
  const file = subject.dropped ? subject.name : objectName(subject.name);
  const { inspection, bytes } = subject;
  const made =
    inspection === undefined
      ? ""
      : `; ${inspection.tool}, for ${inspection.arch}, against Linux ${inspection.kernel}, license ${inspection.license}`;
  const commands = shipCommands(file).map(({ title, text }) =>
    el(
      "li",
      {},
      el("span", { class: "p-note" }, title),
      el(
        "div",
        { class: "p-command" },
        el("code", {}, text),
        button("Copy", () => host.copy(text, "the command"), { "aria-label": `Copy: ${text}` }),
      ),
    ),
  );
  return [
    el(
      "div",
      { class: "p-bar-row" },
      el("strong", { class: "p-file" }, file),
      el("span", { class: "p-note" }, `${byteSize(bytes.length)}${made}`),
      button(`Download ${file}`, () => host.download(file, bytes, "application/octet-stream"), {
        class: "button button-main",
      }),
    ),
    el(
      "details",
      { class: "p-ship" },
      el("summary", {}, "Run it on a host"),
      el("ul", { class: "p-commands" }, ...commands),
    ),
  ];
}

function programTable(inspection: Inspection): HTMLElement {
  const rows = [...inspection.programs, ...inspection.functions].map((fn): readonly Child[] => [
    fn.probe ?? "(function)",
    code(fn.name),
    code(fn.section),
    String(fn.instructions),
    fn.attach.map((attach) => attach.kind).join(", "),
  ]);
  return table("Programs and functions", ["probe", "symbol", "section", "instructions", "attached as"], rows, [3]);
}

function mapTable(inspection: Inspection): Node {
  if (inspection.maps.length === 0) return emptyNote("the script has no maps");
  const rows = inspection.maps.map((map): readonly Child[] => [
    map.name ?? "",
    code(map.symbol),
    map.type,
    map.keySize === 0 ? "" : byteSize(map.keySize),
    map.valueSize === 0 ? "" : byteSize(map.valueSize),
    groupDigits(map.maxEntries),
  ]);
  return table("Maps", ["script", "symbol", "kind", "key", "value", "entries"], rows, [3, 4, 5]);
}

function sectionTable(inspection: Inspection): HTMLElement {
  const rows = inspection.sections
    .filter(({ name }) => name !== "")
    .map(({ name, size }): readonly Child[] => [code(name), groupDigits(size), sectionPurpose(name)]);
  return table("Sections", ["section", "bytes", "what for"], rows, [1]);
}

/** What standard sections are for, in a few words. */
export function sectionPurpose(name: string): string {
  const known: Readonly<Record<string, string>> = {
    ".text": "functions that programs call",
    license: "what the kernel asks of programs that use GPL helpers",
    ".maps": "maps, described by their BTF",
    ".rodata": "constants, parameters and what the loader fills in",
    ".bss": "counters and single values, zero at the start",
    ".data": "values with a start",
    ".BTF": "types, names and strings",
    ".BTF.ext": "functions, lines of the script, CO-RE relocations",
    ".tracelet": "what the loader needs beyond: probes, formats, value types",
    ".symtab": "symbols",
    ".strtab": "names of symbols and sections",
    ".shstrtab": "names of sections",
  };
  if (name.startsWith(".rel")) return `references from ${name.replace(/^\.rela?/, "")} to maps and functions`;
  return known[name] ?? (name.startsWith(".") ? "" : "a program for each probe of this kind");
}

function relocationTable(inspection: Inspection, host: PanelHost): Node {
  const rows = assemblyPrograms(inspection).flatMap(({ title, rows: each }) =>
    each.flatMap((row): readonly (readonly Child[])[] => {
      if (row.kind !== "insn" || row.relocation === undefined) return [];
      const { line, slot, text, relocation } = row;
      const where = line === undefined ? "" : button(`line ${line}`, () => host.goTo(line, 1), { class: "p-link" });
      return [[title, String(slot), code(text), relocation, where]];
    }),
  );
  if (rows.length === 0) return emptyNote("no instruction depends on the kernel's types: nothing is relocated");
  const shown = table(
    `${count(rows.length, "relocation")}`,
    ["program", "slot", "instruction", "the loader puts in", "script"],
    rows,
    [1],
  );
  return shown;
}

function code(text: string): HTMLElement {
  return el("code", {}, text);
}
