/**
 * Completion: probes and their targets from the snapshot, fields from the types of what stands before the dot, everything
 * else from the language's tables and the script's own names.
 */
import {
  type ArgKind,
  aggregations,
  builtins,
  configRows,
  explore,
  type FunctionRow,
  functions,
  hardwareEvents,
  type ProbeRow,
  probes,
  softwareEvents,
} from "../../compiler/index.ts";
import { findProbes, type Snapshot } from "../../compiler/snapshot/index.ts";
import { optionsOf } from "./options.ts";
import type { CompleteAnswer, CompletionItem, CompletionKind, RequestOf } from "./protocol.ts";
import { closeScript, operandStart, type Place, scanScript } from "./script-scan.ts";
import { expressionAt } from "./typed.ts";

/** Names shown at once; the editor asks again with more letters. */
const MOST = 80;

type Code = Extract<Place, { readonly kind: "code" }>;
type Request = RequestOf<"complete">;

export function complete(request: Request, snapshot: Snapshot): CompleteAnswer {
  const { text } = request.script;
  const { position } = request;
  const place = scanScript(text, position);
  switch (place.kind) {
    case "comment":
    case "string":
    case "other":
      return answer(position, position, []);
    case "top":
      return completeProbe(place, position, snapshot);
    case "config":
      return completeConfig(text, position);
    case "code":
      return completeCode(request, place, snapshot);
  }
}

function answer(from: number, to: number, items: readonly CompletionItem[], more = false): CompleteAnswer {
  return { kind: "complete", from, to, items, more };
}

function item(
  label: string,
  kind: CompletionKind,
  detail: string | undefined,
  doc: string | undefined,
  insert?: string,
  boost = 0,
): CompletionItem {
  return { label, kind, detail, doc, insert, boost };
}

// ---- attach points -----------------------------------------------------------------------------------------------

function completeProbe(
  place: Extract<Place, { readonly kind: "top" }>,
  position: number,
  snapshot: Snapshot,
): CompleteAnswer {
  const { head, headFrom } = place;
  const colon = head.indexOf(":");
  if (colon < 0) {
    if (!/^\w*$/.test(head)) return answer(position, position, []);
    const rows = probes
      .filter((row) => row.name !== "test" && row.name !== "bench")
      .map((row) =>
        item(
          row.name,
          "probe",
          row.aliases[0],
          probeDoc(row),
          row.target === "" ? `${row.name} {\n  $0\n}` : `${row.name}:$0`,
          1,
        ),
      );
    const words = [
      item("config", "keyword", "config = { … }", "settings of the script", "config = {\n  $0\n}"),
      item("macro", "keyword", "macro name(…) { … }", "a piece of program under a name"),
      item("struct", "keyword", "struct name { … }", "a C struct of the script's own"),
    ];
    return answer(headFrom, position, [...rows, ...words]);
  }
  const row = rowOf(head.slice(0, colon));
  if (row === undefined) return answer(position, position, []);
  const target = head.slice(colon + 1);
  const from = headFrom + colon + 1;
  if (!/^[\w:.*-]*$/.test(target)) return answer(position, position, []);
  const found = targets(row, target, snapshot);
  return answer(from, position, found.slice(0, MOST), found.length > MOST);
}

function rowOf(name: string): ProbeRow | undefined {
  return probes.find((row) => row.name === name || row.aliases.includes(name));
}

function probeDoc(row: ProbeRow): string {
  return row.target === "" ? row.doc : `${row.doc}: ${row.name}:${row.target}`;
}

function targets(row: ProbeRow, target: string, snapshot: Snapshot): readonly CompletionItem[] {
  const names = (list: readonly string[], doc?: string): readonly CompletionItem[] =>
    list.map((name) => item(name, "probe", doc, undefined));
  switch (row.name) {
    case "kprobe":
    case "kretprobe":
    case "fentry":
    case "fexit": {
      const name = target.slice(target.lastIndexOf(":") + 1).replaceAll("*", "");
      if (name.length < 2) return [];
      const begins = snapshot.functions(`${name}*`);
      const holds = begins.length < MOST ? snapshot.functions(`*${name}*`) : [];
      const typed = row.name === "fentry" || row.name === "fexit";
      const unique = new Map([...begins, ...holds].map((each) => [each.name, each]));
      // What the kernel makes for its own tracepoints is rarely meant.
      const all = [...unique.values()].filter(
        (each) => name.startsWith("_") || !/^__(?:probestub|traceiter|SCT__|bpf_trace)/.test(each.name),
      );
      return all
        .slice(0, MOST + 1)
        .filter((each) => !typed || snapshot.functionType(each.name, each.module ?? "vmlinux") !== undefined)
        .map((each, index) =>
          item(each.name, "probe", each.module, undefined, undefined, index < begins.length ? 1 : 0),
        );
    }
    case "tracepoint":
      return snapshot
        .tracepoints("*", "*")
        .map(({ category, event }) => `${category}:${event}`)
        .filter((name) => name.includes(target.replaceAll("*", "")))
        .sort((a, b) => Number(b.startsWith(target)) - Number(a.startsWith(target)) || (a < b ? -1 : 1))
        .map((name) => item(name, "probe", undefined, undefined));
    case "rawtracepoint":
      return names(snapshot.rawTracepoints(`*${target.slice(target.lastIndexOf(":") + 1)}*`));
    case "iter":
      return names(snapshot.iterators());
    case "software":
      return softwareEvents.map((event) => item(event.name, "probe", event.alias, undefined));
    case "hardware":
      return hardwareEvents.map((event) => item(event.name, "probe", event.alias, undefined));
    case "profile":
      return names(["hz:99", "hz:49", "ms:10", "us:100"], "on every CPU");
    case "interval":
      return names(["s:1", "s:5", "ms:100", "hz:10"], "on one CPU");
    default:
      return [];
  }
}

// ---- config ------------------------------------------------------------------------------------------------------

function completeConfig(text: string, position: number): CompleteAnswer {
  const before = text.slice(0, position);
  const value = /(\w+)\s*=\s*"?(\w*)$/.exec(before);
  const row = value === null ? undefined : configRows.find(({ key }) => key === value[1]);
  if (value !== null && row !== undefined) {
    const values = row.values ?? (row.kind === "bool" ? ["true", "false"] : [row.default]);
    return answer(
      position - (value[2] ?? "").length,
      position,
      values.map((each) => item(each, "constant", each === row.default ? "default" : undefined, row.doc)),
    );
  }
  const word = /\w*$/.exec(before)?.[0] ?? "";
  return answer(
    position - word.length,
    position,
    configRows.map((each) => item(each.key, "config", `default ${each.default}`, each.doc, `${each.key} = $0`)),
  );
}

// ---- code --------------------------------------------------------------------------------------------------------

function completeCode(request: Request, place: Code, snapshot: Snapshot): CompleteAnswer {
  const { text } = request.script;
  const { position } = request;
  const before = text.slice(0, position);
  const word = /[$@]?\w*$/.exec(before)?.[0] ?? "";
  const from = position - word.length;
  const lead = before.slice(0, from);
  const dot = /(?:\.|->)\s*$/.exec(lead);
  if (dot !== null && !/\d\.$/.test(lead)) {
    return answer(from, position, fields(request, place, lead.slice(0, dot.index), snapshot));
  }
  const tag = /\b(struct|union|enum)\s+$/.exec(lead)?.[1];
  if (tag === "struct" || tag === "union" || tag === "enum") {
    if (word.length < 2) return answer(from, position, [], true);
    const names = snapshot.typeNames(tag, `${word}*`);
    return answer(
      from,
      position,
      names.slice(0, MOST).map((name) => item(name, "type", tag, undefined)),
      names.length > MOST,
    );
  }
  if (word.startsWith("$") || word.startsWith("@"))
    return answer(from, position, ownNames(request, place, from, snapshot));
  if (word === "" && !request.explicit) return answer(from, position, []);
  return answer(from, position, [...words(place), ...constants(word, snapshot)]);
}

/** Members of what stands before the dot. */
function fields(request: Request, place: Code, lead: string, snapshot: Snapshot): readonly CompletionItem[] {
  if (/(?:^|[^\w.$@>])args$/.test(lead)) {
    return argumentsOf(place.attach, snapshot).map(({ name, type }, index) =>
      item(name, "field", type, undefined, undefined, 50 - Math.min(index, 50)),
    );
  }
  const start = operandStart(lead, lead.length);
  if (start === undefined) return [];
  const expression = expressionAt(request.script, place, { start, end: lead.length }, snapshot);
  return (expression?.fields ?? []).map(({ name, type }) => item(name, "field", type, undefined));
}

export type Argument = { readonly name: string; readonly type: string };

/** Named arguments of the first attach point that has some. */
export function argumentsOf(attach: string, snapshot: Snapshot): readonly Argument[] {
  for (const point of attach.split(",")) {
    const probe = point.trim();
    const returns = /^(?:fexit|fr|kretfunc):/.test(probe);
    const args = findProbes(snapshot, probe.replace(/^(k|kprobe):/, "kprobe:"), { verbose: true })[0]?.args ?? [];
    const found = args.flatMap((text): readonly Argument[] => {
      const match = /^(.*?)\s*\b(\w+)((?:\[[^\]]*\])*)$/.exec(text);
      return match === null ? [] : [{ name: match[2] ?? "", type: `${match[1]}${match[3]}` }];
    });
    const named = found.filter(({ name }) => !(returns && name === "retval"));
    if (named.length > 0) return named;
  }
  return [];
}

/** Variables and maps of the script, with their types where it can be checked. */
function ownNames(request: Request, place: Code, from: number, snapshot: Snapshot): readonly CompletionItem[] {
  const { text } = request.script;
  const sigil = text[from];
  const explored = explore(
    closeScript(`${text.slice(0, from)}0`, place),
    optionsOf(request.script, snapshot),
    undefined,
  );
  const found = new Map<string, CompletionItem>();
  if (sigil === "@") {
    const whole = explore(text, optionsOf(request.script, snapshot), undefined);
    for (const map of [...whole.maps, ...explored.maps]) {
      const label = map.key === undefined ? map.value : `[${map.key}] ${map.value}`;
      found.set(map.name, item(map.name, "map", label, undefined, undefined, 1));
    }
  } else {
    for (const one of explored.variables) {
      if (one.span.end >= from) found.set(one.name, item(one.name, "variable", one.type, undefined, undefined, 1));
    }
    for (let n = 1; n <= 3; n++)
      found.set(`$${n}`, item(`$${n}`, "variable", undefined, `the script's argument number ${n}`));
  }
  // What cannot be typed yet is still a name.
  for (const match of text.matchAll(sigil === "@" ? /@[A-Za-z_]\w*/g : /\$[A-Za-z_]\w*/g)) {
    const [name] = match;
    if (match.index !== from && !found.has(name)) {
      found.set(name, item(name, sigil === "@" ? "map" : "variable", undefined, undefined));
    }
  }
  return [...found.values()];
}

const STATEMENTS: readonly (readonly [string, string, string])[] = [
  ["if", "if (…) { … }", "if ($0) {\n}"],
  ["else", "else { … }", "else {\n  $0\n}"],
  ["for", "for ($kv : @map) { … }", "for ($0 : ) {\n}"],
  ["while", "while (…) { … }", "while ($0) {\n}"],
  ["unroll", "unroll(n) { … }", "unroll($0) {\n}"],
  ["let", "let $x: type;", "let $0"],
  ["return", "end this run of the probe", "return"],
  ["break", "leave the loop", "break"],
  ["continue", "next round of the loop", "continue"],
  ["sizeof", "sizeof(type or expression)", "sizeof($0)"],
];

function words(place: Code): readonly CompletionItem[] {
  const rows = place.attach.split(",").flatMap((point) => {
    const row = rowOf(point.trim().split(":")[0] ?? "");
    return row === undefined ? [] : [row];
  });
  const numbered = rows.some((row) => row.numbered !== "none");
  return [
    ...builtins
      .filter((row) => rows.length === 0 || rows.some((probe) => fits(row.where, probe)))
      .map((row) => item(row.name, "builtin", undefined, row.doc)),
    ...(numbered ? ["arg0", "arg1", "arg2", "arg3", "arg4", "arg5"] : []).map((name) =>
      item(name, "builtin", undefined, `argument number ${name.slice(3)} of the function, as an integer`),
    ),
    ...functions.map((row) =>
      item(
        row.name,
        "function",
        signature(row),
        row.doc,
        row.args.length === 0 && !row.variadic ? `${row.name}()` : `${row.name}($0)`,
      ),
    ),
    ...aggregations.map((row) =>
      item(
        row.name,
        "aggregation",
        aggregationSignature(row),
        row.doc,
        row.sample ? `${row.name}($0)` : `${row.name}()`,
      ),
    ),
    ...STATEMENTS.map(([label, detail, insert]) => item(label, "keyword", detail, undefined, insert, -1)),
  ];
}

function fits(where: (typeof builtins)[number]["where"], probe: ProbeRow): boolean {
  switch (where) {
    case "any":
    case "probe":
      return true;
    case "args":
      // No binary is there to read names from.
      return probe.args === "format" || probe.args === "btf";
    case "retval":
      return probe.retval !== "none";
    case "registers":
      return probe.context === "registers";
    case "func":
      return probe.func !== "none";
    case "context":
      return probe.context !== "none";
  }
}

const ARGUMENTS: Readonly<Record<ArgKind, string>> = {
  integer: "number",
  address: "address",
  pointer: "pointer",
  string: "text",
  memory: "memory",
  "integer-literal": "number",
  "string-literal": '"…"',
  map: "@map",
  variable: "$variable",
  word: "word",
  "type-or-expression": "type",
  any: "value",
};

/** "str(value, [number])". */
export function signature(row: FunctionRow): string {
  const needed = row.args.length - row.optional;
  const list = row.args.map((kind, index) => (index < needed ? ARGUMENTS[kind] : `[${ARGUMENTS[kind]}]`));
  if (row.variadic) list.push("…");
  return `${row.name}(${list.join(", ")})`;
}

export function aggregationSignature(row: (typeof aggregations)[number]): string {
  const needed = row.literals.length - row.optional;
  const literals = row.literals.map((name, index) => (index < needed ? name : `[${name}]`));
  return `${row.name}(${[...(row.sample ? ["value"] : []), ...literals].join(", ")})`;
}

/** Macros of the kernel's headers and enumerators: only whole words in capitals are worth a look. */
function constants(word: string, snapshot: Snapshot): readonly CompletionItem[] {
  if (!/^[A-Z][A-Z0-9_]+$/.test(word)) return [];
  return snapshot
    .suggest("constant", word)
    .concat(snapshot.constant(word) === undefined ? [] : [word])
    .map((name) => item(name, "constant", String(snapshot.constant(name) ?? ""), undefined));
}
