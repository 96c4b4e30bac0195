/** A kernel whose types are not to be used: functions, tracepoint formats and constants stay. Pure; shares the snapshot. */
import type { Btf } from "../btf/types.ts";
import type { Snapshot } from "./snapshot.ts";

const nothing: Btf = {
  count: 1,
  pointerSize: 8,
  type: (id) => {
    if (id !== 0) throw new RangeError(`no BTF type ${id}`);
    return { kind: "void" };
  },
  find: () => undefined,
  findEnumerator: () => undefined,
};

export function withoutBtf(snapshot: Snapshot): Snapshot {
  return {
    release: snapshot.release,
    arch: snapshot.arch,
    version: snapshot.version,
    btf: nothing,
    modules: snapshot.modules,
    moduleBtf: () => undefined,
    functionType: () => undefined,
    isTraceable: (name, module) => snapshot.isTraceable(name, module),
    functions: (pattern, modulePattern) => snapshot.functions(pattern, modulePattern),
    tracepoint: (category, event) => snapshot.tracepoint(category, event),
    tracepoints: (category, event) => snapshot.tracepoints(category, event),
    rawTracepoints: () => [],
    iterators: () => [],
    typeNames: () => [],
    constant: (name) => snapshot.constant(name),
    suggest: (kind, name) => (kind === "struct" || kind === "rawtracepoint" ? [] : snapshot.suggest(kind, name)),
  };
}
