/**
 * The object's BTF: functions, maps as libbpf defines them, global data, and through core-types.ts the kernel types
 * that relocations name.
 *
 * A BTF-defined map is a struct of pointers whose pointees carry the numbers: `__uint(type, 1)` is `int (*type)[1]`,
 * `__type(key, u32)` is `u32 *key` (libbpf src/libbpf.c, parse_btf_map_def).
 */
import type { DataSection, MapDef } from "../3-ir/ir.ts";
import type { Code } from "../4-codegen/program.ts";
import { type BtfBuilder, VOID } from "../btf/build.ts";
import type { BtfMember, BtfType, TypeId } from "../btf/types.ts";
import { MAP_TYPE } from "./names.ts";
import { addValueType, integer } from "./value-btf.ts";

/** Bytes of a map's variable in `.maps`: a pointer per attribute. */
export type PlacedMap = { readonly map: MapDef; readonly offset: number; readonly size: number };

export function placeMaps(maps: readonly MapDef[]): PlacedMap[] {
  let offset = 0;
  return maps.map((map) => {
    const size = attributes(map).length * 8;
    offset += size;
    return { map, offset: offset - size, size };
  });
}

type Attribute =
  | { readonly name: string; readonly kind: "uint"; readonly value: number }
  | { readonly name: "key" | "value"; readonly kind: "type" };

function attributes(map: MapDef): Attribute[] {
  const uint = (name: string, value: number): Attribute => ({ name, kind: "uint", value });
  const list = [uint("type", MAP_TYPE[map.type]), uint("max_entries", map.maxEntries)];
  if (map.flags !== 0) list.push(uint("map_flags", map.flags));
  switch (map.type) {
    case "ringbuf":
      break; // has neither keys nor values
    case "stack_trace":
    case "perf_event_array":
      // The kernel takes no BTF for these (map_check_btf is not implemented).
      list.push(uint("key_size", map.keySize), uint("value_size", map.valueSize));
      break;
    default:
      list.push({ name: "key", kind: "type" }, { name: "value", kind: "type" });
  }
  return list;
}

/** Adds `.maps`. */
export function addMaps(btf: BtfBuilder, maps: readonly PlacedMap[]): void {
  const int = btf.int("int", 4, true);
  const vars = maps.map(({ map, offset, size }) => {
    const members = attributes(map).map((attribute, index): BtfMember => {
      const pointee =
        attribute.kind === "uint"
          ? btf.array(int, attribute.value)
          : attribute.name === "key"
            ? addValueType(btf, map.keyType, map.keySize)
            : addValueType(btf, map.valueType, map.valueSize);
      return { name: attribute.name, type: btf.pointer(pointee), bitOffset: index * 64, bitSize: 0 };
    });
    const struct = btf.add({ kind: "struct", name: "", size, members });
    return { type: btf.add({ kind: "var", name: map.symbol, type: struct, linkage: "global" }), offset, size };
  });
  const last = maps.at(-1);
  if (last !== undefined) btf.add({ kind: "datasec", name: ".maps", size: last.offset + last.size, vars });
}

/** Adds `.bss` or `.rodata`. A section without variables is one of bytes, for BTF has no empty ones. */
export function addData(btf: BtfBuilder, section: DataSection, variables: DataSection["vars"]): void {
  const vars = variables
    .toSorted((a, b) => a.offset - b.offset)
    .map(({ name, offset, size, type }) => ({
      type: btf.add({ kind: "var", name, type: addValueType(btf, type, size), linkage: "global" }),
      offset,
      size,
    }));
  btf.add({ kind: "datasec", name: section.name, size: section.size, vars });
}

/** Variables of a section: those given, or one for all of it. */
export function dataVariables(section: DataSection): DataSection["vars"] {
  if (section.vars.length > 0) return section.vars;
  return [{ name: section.name.replace(/^\W*/, "__"), offset: 0, size: section.size, type: undefined }];
}

/** A function with its prototype: `int name(void *ctx)`, or `long name(u64 a1, …)` for callbacks and subprograms. */
export function addFunction(btf: BtfBuilder, code: Code): TypeId {
  const program = code.kind === "program";
  const prototype: BtfType = {
    kind: "func_proto",
    returns: program ? btf.int("int", 4, true) : integer(btf, 8, true).type,
    params: program
      ? [{ name: "ctx", type: btf.pointer(VOID) }]
      : Array.from({ length: code.arguments }, (_, i) => ({ name: `a${i + 1}`, type: integer(btf, 8, false).type })),
    variadic: false,
  };
  // Static, so that the verifier follows calls instead of checking the function for any argument.
  return btf.add({ kind: "func", name: code.name, type: btf.add(prototype), linkage: program ? "global" : "static" });
}
