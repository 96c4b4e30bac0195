/** Maps of an object: those that `.maps` declares, and those that its data sections become. */
import { resolveType, sizeOf } from "../btf/layout.ts";
import type { Btf, BtfType, TypeId } from "../btf/types.ts";
import type { ElfObject, ElfSection } from "../elf/format.ts";
import { branded } from "../util/brand.ts";

const ARRAY = 2;
const PERF_EVENT_ARRAY = 4;
const RDONLY_PROG = 128;
const MAX_DEPTH = 16;
/** Bytes of .rodata: more than any object has. */
const MAX_CONSTANTS = 1 << 26;

export type ObjectMap = {
  readonly name: string;
  /** enum bpf_map_type. */
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  /** Contents of a frozen read-only map. */
  readonly frozen: Uint8Array | undefined;
  /** Per byte of them: 1 where a loader writes a value that is not known here. */
  readonly unknownBytes: Uint8Array | undefined;
  /** Where in them a loader writes, as a u64, how many CPUs there are. */
  readonly cpuCounts?: readonly number[];
  /** Index of the map that a map of maps holds. */
  readonly inner: number | undefined;
  /** What its value holds that the kernel treats in a way of its own: "bpf_timer", "bpf_spin_lock", "kernel pointer", … */
  readonly special: readonly string[];
};

export type ObjectMaps = {
  readonly maps: readonly ObjectMap[];
  readonly declared: ReadonlyMap<string, number>;
  /** Data section → its map. */
  readonly data: ReadonlyMap<string, number>;
};

/**
 * Bytes of read-only data that a loader will write before it freezes them. `holds`: the value, where it has a name;
 * `is`: a value that stands for all that it may write, of eight bytes.
 */
export type PatchedBytes = {
  readonly section: string;
  readonly offset: number;
  readonly size: number;
  readonly holds?: "cpus" | "parameter" | undefined;
  readonly is?: bigint | undefined;
};

/** The maps as they are on a machine of so many CPUs. */
export function withCpuCount(maps: readonly ObjectMap[], cpus: number): readonly ObjectMap[] {
  return maps.map((map) => {
    if (map.frozen === undefined || map.cpuCounts === undefined || map.cpuCounts.length === 0) return map;
    const frozen = map.frozen.slice();
    const unknownBytes = map.unknownBytes?.slice();
    for (const at of map.cpuCounts) {
      new DataView(frozen.buffer).setBigUint64(at, BigInt(cpus), true);
      unknownBytes?.fill(0, at, at + 8);
    }
    return { ...map, frozen, unknownBytes };
  });
}

export function readObjectMaps(elf: ElfObject, btf: Btf | undefined, patched: readonly PatchedBytes[]): ObjectMaps {
  const maps: ObjectMap[] = [];
  const declared = new Map<string, number>();
  const data = new Map<string, number>();
  if (btf !== undefined) {
    for (const [name, type] of declaredMaps(btf)) {
      const map = readDeclared(btf, name, type);
      if (map === undefined) continue;
      declared.set(name, maps.length);
      maps.push(map);
    }
  }
  for (const section of elf.sections) {
    if (section.flags.exec || !isData(section)) continue;
    data.set(section.name, maps.length);
    const frozen = section.name.startsWith(".rodata");
    if (frozen && section.size > MAX_CONSTANTS) throw new RangeError(`${section.name} of ${section.size} bytes`);
    // only of constants the contents matter: a section of zeros may claim any size
    const size = frozen ? section.size : 0;
    const contents = new Uint8Array(size);
    contents.set(section.data.subarray(0, size));
    const unknown = new Uint8Array(size);
    const own = patched.filter((each) => each.section === section.name && each.offset + each.size <= size);
    for (const { offset, size: length, is } of own) {
      if (is === undefined) unknown.fill(1, offset, offset + length);
      else new DataView(contents.buffer).setBigUint64(offset, is, true);
    }
    maps.push({
      name: section.name,
      type: ARRAY,
      keySize: 4,
      valueSize: section.size,
      maxEntries: 1,
      flags: frozen ? RDONLY_PROG : 0,
      frozen: frozen ? contents : undefined,
      unknownBytes: unknown.includes(1) ? unknown : undefined,
      cpuCounts: own.filter((each) => each.holds === "cpus" && each.size === 8).map((each) => each.offset),
      inner: undefined,
      special: [],
    });
  }
  return { maps, declared, data };
}

function isData({ name, size }: ElfSection): boolean {
  return size > 0 && /^\.(bss|data|rodata)(\.|$)/.test(name);
}

function* declaredMaps(btf: Btf): Generator<readonly [string, TypeId]> {
  for (let id = 1; id < btf.count; id++) {
    const section = btf.type(branded<TypeId>(id));
    if (section.kind !== "datasec" || section.name !== ".maps") continue;
    for (const { type } of section.vars) {
      const variable = btf.type(type);
      if (variable.kind === "var") yield [variable.name, variable.type];
    }
  }
}

function readDeclared(btf: Btf, name: string, id: TypeId): ObjectMap | undefined {
  const struct = resolveType(btf, id);
  if (struct.kind !== "struct") return undefined;
  const member = (key: string): TypeId | undefined => {
    const type = struct.members.find((each) => each.name === key)?.type;
    const pointer = type === undefined ? undefined : resolveType(btf, type);
    return pointer?.kind === "ptr" ? pointer.type : undefined;
  };
  const number = (key: string): number => {
    const target = member(key);
    const array = target === undefined ? undefined : resolveType(btf, target);
    return array?.kind === "array" ? array.length : 0;
  };
  const bytes = (key: string): number => {
    const target = member(key);
    return target === undefined ? number(`${key}_size`) : (sizeOf(btf, target) ?? 0);
  };
  const type = number("type");
  const value = member("value");
  const inner = struct.members.some((each) => each.name === "values");
  const isPerf = type === PERF_EVENT_ARRAY;
  return {
    name,
    type,
    keySize: isPerf ? 4 : bytes("key"),
    valueSize: isPerf ? 4 : bytes("value"),
    maxEntries: number("max_entries"),
    flags: number("map_flags"),
    frozen: undefined,
    unknownBytes: undefined,
    inner: undefined,
    special: [...(inner ? ["map"] : []), ...(value === undefined ? [] : new Set(specialIn(btf, value, 0)))],
  };
}

const SPECIAL = new Set([
  "bpf_spin_lock",
  "bpf_res_spin_lock",
  "bpf_timer",
  "bpf_wq",
  "bpf_list_head",
  "bpf_list_node",
  "bpf_rb_root",
  "bpf_rb_node",
  "bpf_refcount",
  "bpf_task_work",
]);

/** Members of a value that the kernel treats in a way of its own: locks, timers, tagged pointers. */
function specialIn(btf: Btf, id: TypeId, depth: number): readonly string[] {
  if (depth > MAX_DEPTH) return ["value of great depth"];
  const type: BtfType = resolveType(btf, id);
  switch (type.kind) {
    case "struct":
    case "union":
      if (SPECIAL.has(type.name)) return [type.name];
      return type.members.flatMap((member) => specialIn(btf, member.type, depth + 1));
    case "array":
      return specialIn(btf, type.type, depth + 1);
    case "ptr":
      return btf.type(type.type).kind === "type_tag" ? ["kernel pointer"] : [];
    default:
      return [];
  }
}
