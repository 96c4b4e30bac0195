/** Puts a machine together: programs linked and translated, maps placed, the runtime and the translation instantiated. */
import { BtfError } from "../btf/error.ts";
import type { LineInfo } from "../btf/ext.ts";
import { ElfError } from "../elf/error.ts";
import type { ElfSymbol } from "../elf/format.ts";
import { type Linked, linkProgram, POISON } from "../link/link-program.ts";
import type { ObjectMap } from "../link/maps.ts";
import { type OpenObject, openObject } from "../link/open-object.ts";
import { failureOf, type LinkedPlaces } from "./failure.ts";
import { hostHelpers } from "./host-helpers.ts";
import { AREA, MAP, RECORD, TASK } from "./layout.ts";
import {
  CONTEXT_SIZE,
  DEFAULT_BUDGET,
  DEFAULT_CPUS,
  type Machine,
  type MachineOptions,
  MEMORY_BASE,
  type RunFailure,
  SimulatorError,
} from "./machine.ts";
import { machineBatch } from "./machine-batch.ts";
import { isBuffer, machineMap } from "./machine-maps.ts";
import { machineMemory } from "./machine-memory.ts";
import { machineTask } from "./machine-task.ts";
import {
  DEFAULT_MAP_MEMORY,
  layOutMaps,
  type MapLayout,
  MOST_MAP_MEMORY,
  type PlacedMap,
  writeHeads,
} from "./map-layout.ts";
import { recordedHelpers, recordedImports } from "./recorded-helpers.ts";
import { instantiate, loadRuntime, type WasmMemory, wasm } from "./runtime.ts";
import { readProgram } from "./source-program.ts";
import { translate } from "./translate.ts";

/** A program ready to translate, and where its instructions come from. */
export type LinkedProgram = LinkedPlaces & {
  readonly name: string;
  readonly section: string;
  /** As link/link-program.ts leaves it. */
  readonly code: Uint8Array;
};
/** A map, and what it holds at the start (data sections). */
export type InitialMap = { readonly map: ObjectMap; readonly contents: Uint8Array | undefined };

export async function makeMachine(bytes: Uint8Array, options: MachineOptions): Promise<Machine> {
  const object = open(bytes);
  const programs = object.programs.map((symbol) => linkOne(object, symbol, options));
  const maps = object.maps.maps.map((map, index): InitialMap => {
    const section = [...object.maps.data].find(([, at]) => at === index)?.[0];
    const data = object.elf.sections.find((each) => each.name === section)?.data;
    return { map, contents: data };
  });
  return machineOf(programs, maps, options);
}

function open(bytes: Uint8Array): OpenObject {
  try {
    return openObject(bytes);
  } catch (error) {
    if (error instanceof ElfError || error instanceof BtfError || error instanceof RangeError)
      throw new SimulatorError(`this is no eBPF object that can be simulated: ${error.message}`);
    throw error;
  }
}

function linkOne(object: OpenObject, symbol: ElfSymbol, options: MachineOptions): LinkedProgram {
  const section = symbol.section === undefined ? "" : (object.elf.sections[symbol.section]?.name ?? "");
  let linked: Linked;
  try {
    linked = linkProgram(object, symbol, options.btf);
  } catch (error) {
    if (error instanceof RangeError || error instanceof BtfError)
      throw new SimulatorError(`program ${symbol.name}: ${error.message}`);
    throw error;
  }
  if (linked.unknown !== undefined) throw new SimulatorError(`program ${symbol.name}: ${linked.unknown}`);
  const functions = linked.functions.map(({ symbol: own, start }) => ({
    start,
    section: own.section === undefined ? "" : (object.elf.sections[own.section]?.name ?? ""),
    offset: own.value / 8,
  }));
  const program: LinkedProgram = {
    name: symbol.name,
    section,
    code: linked.code,
    functions,
    lines: new Map<number, LineInfo>(linked.lines),
    absent: linked.absent,
  };
  for (const { section: where, insn, by } of options.moves ?? []) move(program, where, insn, by);
  return program;
}

/** What the loader patches: the offset of a load, or an addition's immediate. */
function move(program: LinkedProgram, section: string, insn: number, by: number): void {
  const view = new DataView(program.code.buffer, program.code.byteOffset, program.code.byteLength);
  program.functions.forEach(({ start, section: own, offset }, index) => {
    const next = program.functions[index + 1]?.start ?? program.code.length / 8;
    const slot = start + insn - offset;
    if (own !== section || slot < start || slot >= next) return;
    if ((view.getUint8(slot * 8) & 7) === 7) view.setInt32(slot * 8 + 4, view.getInt32(slot * 8 + 4, true) + by, true);
    else view.setInt16(slot * 8 + 2, view.getInt16(slot * 8 + 2, true) + by, true);
  });
}

/** What the runtime throws out of a run. */
class Stopped {
  reason = 0;
  value = 0n;
}

/** The maps' places; an error names the line that first speaks of the map. */
function layOut(
  programs: readonly LinkedProgram[],
  initial: readonly InitialMap[],
  cpus: number,
  { maxEntries = {}, mapMemory = DEFAULT_MAP_MEMORY }: MachineOptions,
): MapLayout {
  try {
    return layOutMaps(
      initial.map(({ map }) => map),
      cpus,
      maxEntries,
      Math.min(mapMemory, MOST_MAP_MEMORY),
    );
  } catch (error) {
    if (!(error instanceof SimulatorError) || error.map === undefined) throw error;
    const line = firstUse(programs, error.map);
    throw line === undefined ? error : new SimulatorError(`line ${line.line}: ${error.message}`, { map: error.map });
  }
}

/** The source line of the first wide load of a map. */
function firstUse(programs: readonly LinkedProgram[], map: number): LineInfo | undefined {
  for (const { code, lines } of programs) {
    const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
    let line: LineInfo | undefined;
    for (let slot = 0; slot * 8 + 16 <= code.length; slot++) {
      line = lines.get(slot) ?? line;
      if (view.getUint8(slot * 8) !== 0x18) continue;
      if (view.getUint8(slot * 8 + 1) >> 4 === 1 && view.getInt32(slot * 8 + 4, true) === map) return line;
      slot++;
    }
  }
  return undefined;
}

/** A machine of programs that are linked: makeMachine, for what comes from no object. */
export async function machineOf(
  programs: readonly LinkedProgram[],
  initial: readonly InitialMap[],
  options: MachineOptions,
): Promise<Machine> {
  const cpus = options.cpus ?? DEFAULT_CPUS;
  if (!Number.isInteger(cpus) || cpus < 1 || cpus > 256)
    throw new SimulatorError(`a machine has 1 to 256 processors, not ${cpus}`);
  const budget = options.budget ?? DEFAULT_BUDGET;
  if (!Number.isInteger(budget) || budget < 1 || budget > 0x7fffffff)
    throw new SimulatorError(`a budget is 1 to ${0x7fffffff} instructions, not ${budget}`);
  const layout = layOut(programs, initial, cpus, options);
  const pages = layout.size / 65536 + 1;
  const engine = wasm();
  const memory: WasmMemory = new engine.Memory({ initial: pages, maximum: pages });
  const view = new DataView(memory.buffer);
  writeHeads(layout.maps, view);
  initial.forEach(({ contents }, index) => {
    const place = layout.maps[index];
    if (contents !== undefined && place !== undefined) new Uint8Array(memory.buffer).set(contents, place.nodes);
  });

  const stopped = new Stopped();
  const fail = (reason: number, value: bigint): void => {
    stopped.reason = reason;
    stopped.value = BigInt.asUintN(64, value);
    throw stopped;
  };
  const sources = programs.map(({ name, code }) => readProgram(name, code));
  const { default: binaryen } = await import("binaryen");
  const runtime = loadRuntime(memory, fail);
  runtime.exports.init(layout.end);
  const { table } = runtime.exports;
  const tableBase = table.length;
  const translation = translate(binaryen, sources, {
    maps: layout.maps,
    end: layout.end,
    budget,
    tableBase,
    recorded: recordedImports(options),
    poison: POISON,
  });
  const machineHost = machineMemory(memory.buffer, runtime.exports, layout.end);
  const helpers: Record<string, unknown> = {
    ...hostHelpers({
      memory: machineHost,
      buffer: memory.buffer,
      runtime: runtime.exports,
      maps: layout.maps,
      options,
    }),
  };
  Object.assign(helpers, recordedHelpers(options, memory.buffer, { ...runtime.all, ...helpers }));
  for (const name of translation.helpers) helpers[name] ??= runtime.all[name];
  const exports = instantiate(translation.bytes, {
    env: { memory },
    host: { fail },
    runtime: runtime.all,
    helpers,
  });
  // callbacks, then the programs themselves, which batches call
  const firstEntry = tableBase + translation.callbacks.length;
  const called = [...translation.callbacks, ...programs.map((_, index) => `p${index}`)];
  table.grow(called.length);
  called.forEach((name, index) => {
    table.set(tableBase + index, exports[name]);
  });
  const rings = layout.maps.flatMap((map, index) => (isBuffer(map) ? [{ head: map.head, index }] : []));
  const buffers: Buffers = {
    rings,
    words: new Uint32Array(memory.buffer),
    next: runtime.exports.nextRecord,
  };
  const entries = programs.map((_, index) => exports[`p${index}`] as () => void); // translate.ts exports one per program

  /** What a program was stopped by; whatever else was thrown goes on. */
  const explain = (program: number, error: unknown): RunFailure => {
    runtime.exports.recover();
    const source = programs[program];
    if (source === undefined || (error !== stopped && !(error instanceof engine.RuntimeError))) throw error;
    const trap = error === stopped ? undefined : String(error);
    return failureOf(source, stopped, view.getUint32(AREA.TASK + TASK.INSN, true), trap, budget);
  };
  const heads = rings.map(({ head }) => head);

  return {
    programs: programs.map(({ name, section, code }) => ({ name, section, instructions: code.length / 8 })),
    maps: layout.maps.map((map) =>
      machineMap({ memory, runtime: runtime.exports, cpus, keyRoom: layout.keyRoom }, map),
    ),
    cpus,
    ...globalsOf(layout.maps, memory),
    task: machineTask(memory.buffer, cpus),
    context: new DataView(memory.buffer, AREA.CONTEXT, CONTEXT_SIZE),
    contextAddress: MEMORY_BASE + BigInt(AREA.CONTEXT),
    memory: machineHost,
    run(program) {
      const entry = entries[program];
      if (entry === undefined) throw new RangeError(`there is no program ${program}`);
      try {
        entry();
        return undefined;
      } catch (error) {
        return explain(program, error);
      }
    },
    result: () => view.getBigUint64(AREA.TASK + TASK.RESULT, true),
    drain: (callback) => drain(buffers, callback),
    batch: machineBatch({ buffer: memory.buffer, play: runtime.exports.playBatch, heads, firstEntry, explain }),
  };
}

type Buffers = {
  readonly rings: readonly { readonly head: number; readonly index: number }[];
  readonly words: Uint32Array;
  readonly next: (map: number) => number;
};

function drain({ rings, words, next }: Buffers, callback: Parameters<Machine["drain"]>[0]): number {
  let count = 0;
  for (let n = 0; n < rings.length; n++) {
    const { head, index } = rings[n] ?? NO_RING;
    // positions grow by less than 4 GiB between two looks: their lower halves tell whether there is something
    while (words[(head + MAP.PRODUCER) >> 2] !== words[(head + MAP.CONSUMER) >> 2]) {
      const at = next(head) >>> 0;
      if (at === 0) break;
      callback(new Uint8Array(words.buffer, at, words[(at - RECORD.HEAD) >> 2]), index);
      count++;
    }
  }
  return count;
}
const NO_RING = { head: 0, index: 0 };

function globalsOf(maps: readonly PlacedMap[], memory: WasmMemory): Pick<Machine, "setGlobal" | "global"> {
  const sectionOf = (name: string): PlacedMap | undefined =>
    name.startsWith(".") ? maps.find((map) => map.name === name && map.kind === "array") : undefined;
  return {
    setGlobal(section, offset, bytes) {
      const map = sectionOf(section);
      if (map === undefined || offset < 0 || offset + bytes.length > map.valueSize)
        throw new RangeError(`the object has no ${bytes.length} bytes at ${offset} of ${section}`);
      new Uint8Array(memory.buffer).set(bytes, map.nodes + offset);
    },
    global(section) {
      const map = sectionOf(section);
      return map === undefined ? undefined : new DataView(memory.buffer, map.nodes, map.valueSize);
    },
  };
}
