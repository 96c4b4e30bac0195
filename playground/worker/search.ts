/** The Probes panel's questions: what a kernel has by a name or part of one, and one of these in full. */
import { findProbes, listProbes, type Snapshot } from "../../compiler/snapshot/index.ts";
import type { DetailAnswer, RequestOf, SearchAnswer, SearchHit, SearchScope } from "./protocol.ts";

const scopes: readonly SearchScope[] = ["function", "tracepoint", "rawtracepoint", "iterator", "struct", "constant"];

/** Best first within each scope: equal, then beginning with the query, then holding it. A query may hold `*`. */
export function search(request: RequestOf<"search">, snapshot: Snapshot): SearchAnswer {
  const query = cleanQuery(request.query);
  const pattern = query.includes("*") ? query : `*${query}*`;
  const totals: Record<SearchScope, number> = {
    function: 0,
    tracepoint: 0,
    rawtracepoint: 0,
    iterator: 0,
    struct: 0,
    constant: 0,
  };
  const hits: SearchHit[] = [];
  for (const scope of scopes) {
    if (!request.scopes.includes(scope)) continue;
    const found = rank(find(scope, pattern, query, snapshot), query);
    totals[scope] = found.length;
    hits.push(...found.slice(0, request.limit));
  }
  return { kind: "search", hits, totals };
}

/** What people paste: a whole attach point, a struct with its keyword. */
function cleanQuery(query: string): string {
  return query
    .trim()
    .replace(/^(?:kprobe|kretprobe|fentry|fexit|k|kr|f|fr|kfunc|kretfunc|rawtracepoint|rt|iter|it):(?:vmlinux:)?/, "")
    .replace(/^(?:tracepoint|t):/, "")
    .replace(/^(?:struct|union|enum)\s+/, "");
}

function find(scope: SearchScope, pattern: string, query: string, snapshot: Snapshot): readonly SearchHit[] {
  const hit = (name: string, insert: string, module?: string): SearchHit => ({ scope, name, insert, module });
  switch (scope) {
    case "function":
      return snapshot.functions(pattern).map(({ name, module }) => hit(name, `kprobe:${name}`, module));
    case "tracepoint": {
      const [category, event] = query.includes(":") ? query.split(":", 2) : [undefined, undefined];
      const all =
        category === undefined
          ? snapshot.tracepoints("*", "*").filter((each) => matches(`${each.category}:${each.event}`, pattern))
          : snapshot.tracepoints(category || "*", event?.includes("*") ? event : `*${event ?? ""}*`);
      return all.map((each) => hit(`${each.category}:${each.event}`, `tracepoint:${each.category}:${each.event}`));
    }
    case "rawtracepoint":
      return snapshot.rawTracepoints(pattern).map((name) => hit(name, `rawtracepoint:${name}`));
    case "iterator":
      return snapshot
        .iterators()
        .filter((name) => matches(name, pattern))
        .map((name) => hit(name, `iter:${name}`));
    case "struct":
      return (["struct", "union", "enum"] as const).flatMap((tag) =>
        snapshot.typeNames(tag, pattern).map((name) => hit(`${tag} ${name}`, `${tag} ${name}`)),
      );
    case "constant": {
      const value = query === "" ? undefined : snapshot.constant(query);
      return value === undefined ? [] : [hit(`${query} = ${value}`, query)];
    }
  }
}

function matches(name: string, pattern: string): boolean {
  const parts = pattern.split("*");
  let at = 0;
  for (const [index, part] of parts.entries()) {
    const found = name.indexOf(part, at);
    if (found < 0 || (index === 0 && found !== 0)) return false;
    at = found + part.length;
  }
  return parts.at(-1) === "" || name.endsWith(parts.at(-1) ?? "");
}

function rank(hits: readonly SearchHit[], query: string): readonly SearchHit[] {
  const score = ({ name }: SearchHit): number => {
    const bare = name.replace(/^(?:struct|union|enum) /, "");
    return bare === query ? 0 : bare.startsWith(query) ? 1 : 2;
  };
  return hits
    .map((hit) => ({ hit, score: score(hit) }))
    .sort((a, b) => a.score - b.score || a.hit.name.length - b.hit.name.length || (a.hit.name < b.hit.name ? -1 : 1))
    .map(({ hit }) => hit);
}

/** Arguments of a probe, definition of a type, and a program to start from. */
export function detail({ hit }: RequestOf<"detail">, snapshot: Snapshot): DetailAnswer {
  const answer = (lines: readonly string[], example: string | undefined): DetailAnswer => ({
    kind: "detail",
    lines,
    example,
  });
  switch (hit.scope) {
    case "function": {
      const lines = verbose(snapshot, hit.insert);
      const returns = verbose(snapshot, `kretprobe:${hit.name}`);
      const example = `kprobe:${hit.name} {\n  @[comm] = count();\n}`;
      return answer([...lines, ...returns.map((line) => `→ ${line}`)], example);
    }
    case "tracepoint":
    case "rawtracepoint": {
      const lines = verbose(snapshot, hit.insert);
      const name = /([A-Za-z_]\w*)(?:\[.*\])?$/.exec(lines[0] ?? "")?.[1];
      const key = name === undefined || hit.scope === "rawtracepoint" ? "comm" : `args.${name}`;
      return answer(lines, `${hit.insert} {\n  @[${key}] = count();\n}`);
    }
    case "iterator":
      return answer(verbose(snapshot, hit.insert), `${hit.insert} {\n  @ = count();\n}`);
    case "struct":
      return answer(
        listProbes(snapshot, hit.name, { verbose: true })
          .replace(/^vmlinux: /, "")
          .trimEnd()
          .split("\n"),
        undefined,
      );
    case "constant":
      return answer([hit.name], undefined);
  }
}

function verbose(snapshot: Snapshot, probe: string): readonly string[] {
  return findProbes(snapshot, probe, { verbose: true })[0]?.args ?? [];
}
