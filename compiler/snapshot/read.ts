/**
 * Opens a snapshot file: the Snapshot interface over lazily unpacked tables.
 *
 * Free of any decompressor, so that a program pays for the one it has: see index.ts for the portable one.
 */
import type { NamedKind } from "../btf/types.ts";
import { openConstants } from "./constant-table.ts";
import { type Container, type Inflate, openContainer } from "./container.ts";
import { type FunctionTable, openFunctions } from "./function-table.ts";
import { hasWildcard, literalPrefix, matcher } from "./glob.ts";
import { lazy } from "./lazy.ts";
import { compareNames, type NameTable, openNames } from "./names.ts";
import { parseRelease } from "./parse-text.ts";
import { openTypes, type PackedBtf } from "./read-types.ts";
import { type Arch, type KernelFunction, type Snapshot, SnapshotError } from "./snapshot.ts";
import { nearest } from "./suggest.ts";
import { openTracepoints } from "./tracepoint-table.ts";

const vmlinux = "vmlinux";

/** uname's machine as one of ours. @throws SnapshotError that names the foreign machine */
export function architectureOf(machine: string): Arch {
  if (machine === "x86_64" || machine === "aarch64") return machine;
  throw new SnapshotError(
    `this kernel is of machine ${machine || "unknown"}; tracelet compiles for x86_64 and aarch64`,
  );
}

type Image = {
  readonly module: string | undefined;
  readonly btf: PackedBtf | undefined;
  readonly functions: FunctionTable;
  readonly rawTracepoints: NameTable;
  readonly iterators: NameTable;
};

/**
 * Reads header and directory; the rest when it is asked for.
 * @throws SnapshotError for anything but an intact snapshot of a known version and machine; later calls too, for damage
 *   in the block that they need
 */
export function readSnapshot(bytes: Uint8Array, inflate: Inflate): Snapshot {
  const file = openContainer(bytes, inflate);
  const arch = architectureOf(file.machine);
  const kernel = openImage(file, "", undefined);
  const btf = kernel.btf;
  if (!btf) throw new SnapshotError("the snapshot is damaged: it has no types");
  const modules = [...new Set(file.sections.map((section) => section.owner))].filter((owner) => owner !== "");
  const images = new Map<string, Image>([[vmlinux, kernel]]);
  const image = (module: string): Image | undefined => {
    if (!images.has(module) && modules.includes(module)) images.set(module, openImage(file, module, btf));
    return images.get(module);
  };
  /** The one that is named, or vmlinux and then all modules. */
  const candidates = (module: string | undefined): readonly Image[] =>
    (module === undefined ? [vmlinux, ...modules] : [module]).flatMap((name) => image(name) ?? []);
  const tracepoints = openTracepoints(file);
  const constants = openConstants(file);
  const matchAll = (pick: (image: Image) => NameTable, pattern: string): readonly string[] =>
    [
      ...new Set(
        candidates(undefined).flatMap((each) =>
          pick(each)
            .match(pattern)
            .map((match) => match.name),
        ),
      ),
    ].sort(compareNames);

  const functionNames = lazy(() => candidates(undefined).flatMap((each) => each.functions.table.all()));

  return {
    release: file.release,
    arch,
    version: parseRelease(file.release),
    btf,
    modules,
    moduleBtf: (module) => image(module)?.btf,
    functionType(name, module) {
      for (const { btf: types, functions, module: owner } of candidates(module)) {
        const func = functions.idOf(name);
        const type = func === undefined ? undefined : types?.type(func);
        if (types && func !== undefined && type?.kind === "func")
          return { func, proto: type.type, btf: types, module: owner };
      }
      return undefined;
    },
    isTraceable: (name, module) =>
      candidates(module).some(({ functions }) => {
        const rank = functions.table.rank(name);
        return rank !== undefined && functions.isTraceable(rank);
      }),
    functions(pattern, modulePattern = "*") {
      const matchesModule = matcher(modulePattern);
      const isMeant = wildcardFilter(pattern);
      const found: KernelFunction[] = [];
      for (const { functions, module } of candidates(undefined)) {
        if (!matchesModule(module ?? vmlinux)) continue;
        let last: string | undefined;
        for (const { rank, name } of functions.table.match(pattern)) {
          if (name !== last && isMeant(name) && functions.isTraceable(rank)) found.push({ name, module });
          last = name;
        }
      }
      return found.sort((a, b) => compareNames(a.name, b.name) || compareNames(a.module ?? "", b.module ?? ""));
    },
    tracepoint: (category, event) => tracepoints.get(category, event),
    tracepoints(categoryPattern, eventPattern) {
      const matchesEvent = matcher(eventPattern);
      const matchesCategory = matcher(categoryPattern);
      return tracepoints.names
        .match(`${categoryPattern}:*`)
        .map(({ name }) => ({ category: name.slice(0, name.indexOf(":")), event: name.slice(name.indexOf(":") + 1) }))
        .filter(({ category, event }) => matchesCategory(category) && matchesEvent(event));
    },
    rawTracepoints: (pattern) => matchAll((each) => each.rawTracepoints, pattern),
    iterators: () => matchAll((each) => each.iterators, "*"),
    typeNames(kind, pattern, module = vmlinux) {
      const names = (image(module)?.btf?.names([kind]) ?? []).map((each) => each.name).filter(matcher(pattern));
      return [...new Set(names)].sort(compareNames);
    },
    constant: (name) => constants.get(name),
    suggest(kind, name) {
      switch (kind) {
        case "function":
          return nearest(name, functionNames());
        case "tracepoint":
          return nearest(
            name,
            name.includes(":")
              ? tracepoints.names.all()
              : tracepoints.names.all().map((each) => each.slice(each.indexOf(":") + 1)),
          );
        case "struct":
          return nearest(name, structNames(btf));
        case "constant":
          return nearest(name, constants.names.all());
        case "rawtracepoint":
          return nearest(
            name,
            matchAll((each) => each.rawTracepoints, "*"),
          );
      }
    },
  };
}

/** What a wildcard leaves out: see Snapshot.functions. */
function wildcardFilter(pattern: string): (name: string) => boolean {
  if (!hasWildcard(pattern)) return () => true;
  const prefix = literalPrefix(pattern);
  const shunned = ["rcu_", "bpf_dispatcher_xdp_func"].filter((start) => !prefix.startsWith(start));
  const parts = !pattern.includes(".");
  return (name) => !(parts && name.includes(".part.")) && !shunned.some((start) => name.startsWith(start));
}

function structNames(btf: PackedBtf): readonly string[] {
  const wanted: readonly NamedKind[] = ["struct", "union"];
  return btf.names(wanted).map((each) => each.name);
}

function openImage(file: Container, owner: string, base: PackedBtf | undefined): Image {
  const functions = openFunctions(file, owner);
  return {
    module: owner === "" ? undefined : owner,
    btf: file.section("types", owner) ? openTypes(file, owner, base, functions) : undefined,
    functions,
    rawTracepoints: openNames(file.section("raw-tracepoints", owner)),
    iterators: openNames(file.section("iterators", owner)),
  };
}
