/** Machines of programs that are written as text, for tests of the machine alone. */
import { layout } from "../../compiler/ebpf/layout.ts";
import { parseInsns } from "../../compiler/ebpf/parse.ts";
import type { ObjectMap } from "../../compiler/link/maps.ts";
import { MAP_TYPE } from "../../compiler/simulator/layout.ts";
import type { Machine, MachineOptions } from "../../compiler/simulator/machine.ts";
import { machineOf } from "../../compiler/simulator/make-machine.ts";

export type MapText = {
  readonly type: keyof typeof MAP_TYPE;
  readonly key?: number;
  readonly value?: number;
  readonly entries: number;
};

function objectMap(name: string, { type, key = 0, value = 0, entries }: MapText): ObjectMap {
  return {
    name,
    type: MAP_TYPE[type],
    keySize: key,
    valueSize: value,
    maxEntries: entries,
    flags: 0,
    frozen: undefined,
    unknownBytes: undefined,
    inner: undefined,
    special: [],
  };
}

/** Bytes of a program, as link/link-program.ts leaves them: maps by their place in `names`. */
export function assemble(text: string, names: readonly string[]): Uint8Array {
  const { bytes, relocations } = layout(parseInsns(text));
  const code = bytes.slice();
  const view = new DataView(code.buffer);
  for (const { slot, target } of relocations) {
    if (target.kind !== "map" && target.kind !== "map-value") throw new Error(`unresolved ${target.kind}`);
    view.setUint8(slot * 8 + 1, (view.getUint8(slot * 8 + 1) & 15) | (target.kind === "map" ? 0x10 : 0x20));
    view.setInt32(slot * 8 + 4, names.indexOf(target.name), true);
    if (target.kind === "map-value") view.setInt32(slot * 8 + 12, target.offset, true);
  }
  return code;
}

/** Each program is a section of its own; instruction n of it stands on line n + 1 of "x.bt". */
export async function machineFrom(
  programs: readonly string[],
  maps: Readonly<Record<string, MapText>> = {},
  options: Partial<MachineOptions> = {},
): Promise<Machine> {
  const names = Object.keys(maps);
  return machineOf(
    programs.map((text, index) => {
      const code = assemble(text, names);
      const lines = Array.from({ length: code.length / 8 }, (_, slot) => ({
        offset: slot * 8,
        file: "x.bt",
        text: "",
        line: slot + 1,
        column: 1,
      }));
      return {
        name: `program${index}`,
        section: "kprobe/f",
        code,
        functions: [{ start: 0, section: "kprobe/f", offset: 0 }],
        lines: new Map(lines.map((line, slot) => [slot, line])),
        absent: new Map(),
      };
    }),
    Object.entries(maps).map(([name, map]) => ({ map: objectMap(name, map), contents: undefined })),
    { btf: undefined, cpus: 4, ...options },
  );
}

/** Little-endian bytes of numbers, 8 bytes each. */
export function words(...values: readonly (number | bigint)[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => {
    view.setBigUint64(index * 8, BigInt.asUintN(64, BigInt(value)), true);
  });
  return bytes;
}
export function word32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

/** r0 of a run that must end by itself. */
export function result(machine: Machine, program = 0): bigint {
  const failure = machine.run(program);
  if (failure !== undefined) throw new Error(`stopped: ${failure.message}`);
  return BigInt.asIntN(64, machine.result());
}
