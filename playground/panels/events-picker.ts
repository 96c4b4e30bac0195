/**
 * What a simulation runs on: events that a seeded generator invents, by a workload of one's own or the usual one, or
 * JSON Lines as a recording writes them. The form shows the workbench's choice and hands changes to the host.
 */
import { defaultEvents, LEAST_RATE, MOST_RATE, sameChoice } from "../state.ts";
import type { EventChoice, GeneratedEvents } from "../worker/protocol.ts";
import { button, el } from "./dom.ts";
import type { PanelHost, Workbench } from "./panel.ts";

export type EventsPicker = {
  readonly element: HTMLElement;
  readonly update: (workbench: Workbench) => void;
  /** Virtual seconds that a run lasts. */
  readonly seconds: () => number;
  /** Virtual seconds per second; undefined: as fast as it goes. */
  readonly pace: () => number | undefined;
  /** Shows the form, and the line of the events that is at fault. */
  readonly reveal: (line: number | undefined) => void;
};

export type EventsPickerOptions = {
  /** The run's length or pace changed. */
  readonly changed: () => void;
  /** Asked for when given events shall start from generated ones. */
  readonly sample: (events: GeneratedEvents) => Promise<string | undefined>;
};

const SECONDS = 10;
const MOST_CPUS = 64;
const TYPING = 400;

export function createEventsPicker(host: PanelHost, options: EventsPickerOptions): EventsPicker {
  let choice: EventChoice = defaultEvents;
  // what was typed on the other side is there again when one comes back
  let last: { generated: GeneratedEvents; given: EventChoice } = {
    generated: defaultEvents,
    given: { kind: "given", name: "events.jsonl", text: "" },
  };
  const source = el(
    "select",
    { id: "events-source" },
    el("option", { value: "generated" }, "generated"),
    el("option", { value: "given" }, "my own (JSON Lines)"),
  );
  const seed = numberInput("events-seed", 0, 2 ** 31 - 1, 1);
  const rate = numberInput("events-rate", LEAST_RATE, MOST_RATE, 1);
  rate.step = "any";
  rate.inputMode = "decimal";
  rate.title = "How often things happen: 2 is twice as often as usual";
  const seconds = numberInput("events-seconds", 1, 3600, SECONDS);
  const pace = el(
    "select",
    { id: "events-pace" },
    el("option", { value: "" }, "at once"),
    el("option", { value: "10", selected: true }, "10 × real time"),
    el("option", { value: "1" }, "real time"),
  );
  const cpus = numberInput("events-cpus", 1, MOST_CPUS, 4);
  const spec = textArea("events-spec", "empty: the usual workload for the script's probes");
  const text = textArea(
    "events-text",
    '{"probe": "kprobe:tcp_sendmsg", "at": "1ms", "pid": 42, "args": {"size": 512}}',
  );
  const file = el("input", {
    type: "file",
    accept: ".jsonl,.json,.ndjson,text/plain",
    hidden: true,
    tabindex: -1,
    "aria-label": "Events file",
  });
  const other = button("Other seed", () => {
    seed.value = String((Number(seed.value) || 0) + 1);
    send();
  });
  const generated = el(
    "div",
    { class: "p-fields" },
    field("Seed", seed),
    other,
    field("Rate ×", rate),
    el(
      "details",
      { class: "p-workload" },
      el("summary", {}, "Workload"),
      el("label", { for: spec.id }, "What happens, how often and with which values (spec/simulation.md, JSON)"),
      spec,
    ),
  );
  const given = el(
    "div",
    { class: "p-fields" },
    button("Start from generated events", () => void fill()),
    button("Open a file…", () => file.click()),
    file,
    el("label", { for: text.id, class: "p-wide" }, "One event per line"),
    text,
  );
  const element = el(
    "details",
    { class: "p-events", open: false },
    el("summary", {}, el("span", { class: "p-events-title" }, "Events")),
    el(
      "div",
      { class: "p-fields" },
      field("Source", source),
      field("Seconds", seconds),
      field("Pace", pace),
      field("CPUs", cpus),
    ),
    generated,
    given,
  );
  const title = element.querySelector(".p-events-title");

  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(send, TYPING);
  };
  source.addEventListener("change", () => {
    last = { ...last, [choice.kind]: choice };
    host.setEvents(source.value === "given" ? last.given : last.generated);
  });
  seed.addEventListener("input", soon);
  rate.addEventListener("input", soon);
  spec.addEventListener("input", soon);
  text.addEventListener("input", soon);
  seconds.addEventListener("change", () => {
    label();
    options.changed();
  });
  pace.addEventListener("change", () => options.changed());
  cpus.addEventListener("change", () => host.setCpus(clamp(cpus)));
  file.addEventListener("change", () => void readFile());

  function send(): void {
    clearTimeout(timer);
    const next: EventChoice =
      choice.kind === "generated"
        ? { kind: "generated", spec: spec.value, seed: clamp(seed), rate: within(rate, Number(rate.value)) }
        : { kind: "given", name: choice.name, text: text.value };
    if (!sameChoice(next, choice)) host.setEvents(next);
  }
  async function fill(): Promise<void> {
    const lines = await options.sample(last.generated);
    if (lines !== undefined) host.setEvents({ kind: "given", name: "events.jsonl", text: lines });
  }
  async function readFile(): Promise<void> {
    const chosen = file.files?.[0];
    if (chosen === undefined) return;
    file.value = "";
    host.setEvents({ kind: "given", name: chosen.name, text: await chosen.text() });
  }
  function label(): void {
    const what =
      choice.kind === "generated"
        ? `generated, seed ${choice.seed}${choice.rate === 1 ? "" : `, ${choice.rate} × as often`}${choice.spec.trim() === "" ? "" : ", own workload"}`
        : `${choice.name}, ${choice.text.split("\n").filter((line) => line.trim() !== "").length} lines`;
    if (title !== null) title.textContent = `Events: ${what}; ${clamp(seconds)} s on ${cpus.value} CPUs`;
  }
  return {
    element,
    seconds: () => clamp(seconds),
    pace: () => (pace.value === "" ? undefined : Number(pace.value)),
    update(workbench) {
      if (document.activeElement !== cpus) cpus.value = String(workbench.cpus);
      choice = workbench.events;
      source.value = choice.kind;
      generated.hidden = choice.kind !== "generated";
      given.hidden = choice.kind !== "given";
      if (choice.kind === "generated") {
        setValue(seed, String(choice.seed));
        setValue(rate, String(choice.rate));
        setValue(spec, choice.spec);
        last = { ...last, generated: choice };
      } else {
        setValue(text, choice.text);
        last = { ...last, given: choice };
      }
      label();
    },
    reveal(line) {
      element.open = true;
      if (choice.kind !== "given" || line === undefined) return;
      const lines = text.value.split("\n");
      const from = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
      text.focus();
      text.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0));
      text.scrollTop = (text.scrollHeight / lines.length) * Math.max(0, line - 3);
    },
  };
}

function setValue(input: HTMLInputElement | HTMLTextAreaElement, value: string): void {
  if (document.activeElement !== input && input.value !== value) input.value = value;
}

function numberInput(id: string, min: number, max: number, value: number): HTMLInputElement {
  return el("input", { type: "number", id, min, max, value, step: 1, inputmode: "numeric" });
}

/** A whole number between the input's bounds, whatever was typed. */
function clamp(input: HTMLInputElement): number {
  return within(input, Math.trunc(Number(input.value)));
}

function within(input: HTMLInputElement, value: number): number {
  const [min, max] = [Number(input.min), Number(input.max)];
  return Number.isFinite(value) ? Math.min(max, Math.max(min, value)) : min;
}

function textArea(id: string, placeholder: string): HTMLTextAreaElement {
  return el("textarea", { id, placeholder, rows: 6, spellcheck: "false", autocapitalize: "off", autocomplete: "off" });
}

function field(label: string, input: HTMLElement): HTMLElement {
  return el("label", { class: "p-field", for: input.id }, el("span", {}, label), input);
}
