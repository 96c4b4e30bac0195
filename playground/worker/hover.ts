/** What the thing under the pointer is: a probe with its arguments, a field's type, a builtin's or function's sentence. */
import { aggregations, builtins, configRows, explore, functions, probes } from "../../compiler/index.ts";
import { findProbes, listProbes, type Snapshot } from "../../compiler/snapshot/index.ts";
import { aggregationSignature, argumentsOf, signature } from "./complete.ts";
import { optionsOf } from "./options.ts";
import type { HoverAnswer, RequestOf } from "./protocol.ts";
import { operandStart, type Place, scanScript } from "./script-scan.ts";
import { expressionAt } from "./typed.ts";

type Found = NonNullable<HoverAnswer["found"]>;
type Code = Extract<Place, { readonly kind: "code" }>;

/** Structs are shown up to so many lines. */
const MOST_LINES = 40;

export function hover(request: RequestOf<"hover">, snapshot: Snapshot): HoverAnswer {
  return { kind: "hover", found: find(request, snapshot) };
}

function find(request: RequestOf<"hover">, snapshot: Snapshot): Found | undefined {
  const { text } = request.script;
  const { position } = request;
  const start = position - (/[$@]?\w*$/.exec(text.slice(0, position))?.[0].length ?? 0);
  const end = start + (/^[$@]?\w*/.exec(text.slice(start))?.[0].length ?? 0);
  const place = scanScript(text, start);
  const at = { from: start, to: end };
  switch (place.kind) {
    case "top":
      return probeAt(text, place, position, snapshot);
    case "config": {
      const row = configRows.find(({ key }) => key === text.slice(start, end));
      return row && { ...at, title: `${row.key} = ${row.default}`, doc: row.doc, code: undefined };
    }
    case "code":
      return end > start ? wordAt(request, place, start, end, snapshot) : undefined;
    default:
      return undefined;
  }
}

function probeAt(
  text: string,
  place: Extract<Place, { readonly kind: "top" }>,
  position: number,
  snapshot: Snapshot,
): Found | undefined {
  const from = place.headFrom;
  const to = position + (/^[\w:.*+-]*/.exec(text.slice(position))?.[0].length ?? 0);
  const point = text.slice(from, to);
  const row = probes.find(({ name, aliases }) => [name, ...aliases].includes(point.split(":")[0] ?? ""));
  if (row === undefined) return undefined;
  const args = point.includes("*") ? [] : (findProbes(snapshot, point, { verbose: true })[0]?.args ?? []);
  const title =
    row.target === ""
      ? row.name
      : `${row.name}:${point.includes(":") ? point.slice(point.indexOf(":") + 1) : row.target}`;
  return { from, to, title, doc: row.doc, code: args.length === 0 ? undefined : args.join("\n") };
}

function wordAt(
  request: RequestOf<"hover">,
  place: Code,
  start: number,
  end: number,
  snapshot: Snapshot,
): Found | undefined {
  const { text } = request.script;
  const word = text.slice(start, end);
  const lead = text.slice(0, start);
  const at = { from: start, to: end };
  const options = optionsOf(request.script, snapshot);
  const isField = /(?:\.|->)\s*$/.test(lead);

  if (isField && /(?:^|[^\w.$@>])args\s*(?:\.|->)\s*$/.test(lead)) {
    const arg = argumentsOf(place.attach, snapshot).find(({ name }) => name === word);
    if (arg !== undefined) return { ...at, title: `${arg.type} ${word}`, doc: undefined, code: undefined };
  }
  if (isField || word.startsWith("$") || word.startsWith("@")) {
    if (word.startsWith("@")) {
      const map = explore(text, options, undefined).maps.find(({ name }) => name === word);
      if (map === undefined) return undefined;
      const key = map.key === undefined ? "" : `[${map.key}]`;
      return { ...at, title: `${word}${key}: ${map.value}`, doc: "a map", code: undefined };
    }
    const from = operandStart(text, end) ?? start;
    const expression = expressionAt(request.script, place, { start: from, end }, snapshot);
    const variables = expression === undefined ? explore(text, options, undefined).variables : [];
    const type = expression?.type ?? variables.findLast(({ name }) => name === word)?.type;
    if (type === undefined) return undefined;
    const code = expression === undefined ? undefined : fieldsText(expression.fields);
    return { ...at, title: `${word}: ${type}`, doc: undefined, code };
  }
  const tag = /\b(struct|union|enum)\s+$/.exec(lead)?.[1];
  if (tag !== undefined) {
    const code = listProbes(snapshot, `${tag} ${word}`, { verbose: true })
      .replace(/^vmlinux: /, "")
      .trimEnd();
    return code === "" ? undefined : { ...at, title: `${tag} ${word}`, doc: undefined, code: shorten(code) };
  }
  const call = /^\s*\(/.test(text.slice(end));
  const fn = functions.find(({ name }) => name === word);
  const builtin = builtins.find(({ name }) => name === word);
  if (fn !== undefined && (call || builtin === undefined)) {
    const doc = fn.unsafe ? `${fn.doc} (unsafe)` : fn.doc;
    return { ...at, title: signature(fn), doc, code: undefined };
  }
  if (word === "args") {
    const list = argumentsOf(place.attach, snapshot);
    const code = list.map(({ name, type }) => `${type} ${name}`).join("\n");
    return { ...at, title: "args", doc: builtin?.doc, code: code === "" ? undefined : code };
  }
  if (builtin !== undefined) return { ...at, title: word, doc: builtin.doc, code: undefined };
  const aggregation = aggregations.find(({ name }) => name === word);
  if (aggregation !== undefined) {
    return { ...at, title: aggregationSignature(aggregation), doc: aggregation.doc, code: undefined };
  }
  const numbered = /^arg(\d)$/.exec(word);
  if (numbered !== null)
    return { ...at, title: word, doc: `argument number ${numbered[1]}, as an integer`, code: undefined };
  const constant = /^[A-Z_]\w*$/.test(word) ? snapshot.constant(word) : undefined;
  return constant === undefined
    ? undefined
    : { ...at, title: `${word} = ${constant}`, doc: undefined, code: undefined };
}

function fieldsText(fields: readonly { readonly name: string; readonly type: string }[]): string | undefined {
  if (fields.length === 0) return undefined;
  return shorten(fields.map(({ name, type }) => `${type}${type.endsWith("*") ? "" : " "}${name}`).join("\n"));
}

function shorten(code: string): string {
  const lines = code.split("\n");
  return lines.length <= MOST_LINES
    ? code
    : [...lines.slice(0, MOST_LINES), `… ${lines.length - MOST_LINES} more`].join("\n");
}
