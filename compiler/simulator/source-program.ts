/** A linked program as functions of decoded instructions: what translation starts from. */
import { decode } from "../ebpf/decode.ts";
import { slotCount } from "../ebpf/encode.ts";
import { EbpfError } from "../ebpf/error.ts";
import type { Insn } from "../ebpf/insn.ts";
import type { RelocationTarget } from "../ebpf/layout.ts";
import { CALL_SOURCE, CONTROL, WIDE, WIDE_SOURCE } from "../ebpf/opcodes.ts";
import type { SourceFunction } from "./cfg.ts";
import { SimulatorError } from "./machine.ts";

export type SourceProgram = {
  readonly name: string;
  /** The program first, then what it calls or hands to helpers. */
  readonly functions: readonly SourceFunction[];
  /** Label of a function → its index. */
  readonly byLabel: ReadonlyMap<string, number>;
};

/**
 * @param code as link/link-program.ts leaves it; maps are named by their index
 * @throws SimulatorError for what does not decode or has no meaning here
 */
export function readProgram(name: string, code: Uint8Array): SourceProgram {
  const { relocations, starts } = scan(name, code);
  let insns: readonly Insn[];
  try {
    insns = decode(code, { relocations, labels: new Map([...starts].map((start) => [start, `function ${start}`])) });
  } catch (error) {
    if (error instanceof EbpfError) throw new SimulatorError(`program ${name}: ${error.message}`);
    throw error;
  }
  return split(name, insns, starts);
}

function scan(
  name: string,
  code: Uint8Array,
): { readonly relocations: ReadonlyMap<number, RelocationTarget>; readonly starts: ReadonlySet<number> } {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  const relocations = new Map<number, RelocationTarget>();
  const starts = new Set([0]);
  for (let slot = 0; slot * 8 + 8 <= code.length; slot++) {
    const opcode = view.getUint8(slot * 8);
    const source = view.getUint8(slot * 8 + 1) >> 4;
    const immediate = view.getInt32(slot * 8 + 4, true);
    if (opcode === CONTROL.call.opcode) {
      if (source === CALL_SOURCE.function) starts.add(slot + 1 + immediate);
      else if (source === CALL_SOURCE.kfunc)
        throw new SimulatorError(`program ${name}, instruction ${slot}: kernel functions are not simulated`);
    } else if (opcode === WIDE.opcode && slot * 8 + 16 <= code.length) {
      if (source === WIDE_SOURCE.map) relocations.set(slot, { kind: "map", name: String(immediate) });
      else if (source === WIDE_SOURCE.mapValue)
        relocations.set(slot, {
          kind: "map-value",
          name: String(immediate),
          offset: view.getInt32(slot * 8 + 12, true),
        });
      else if (source === WIDE_SOURCE.function) starts.add(slot + 1 + immediate);
      slot++;
    }
  }
  return { relocations, starts };
}

function split(name: string, insns: readonly Insn[], starts: ReadonlySet<number>): SourceProgram {
  const functions: SourceFunction[] = [];
  const byLabel = new Map<string, number>();
  let current: { insns: Insn[]; slots: number[]; labels: Map<string, number> } | undefined;
  let slot = 0;
  for (const insn of insns) {
    if (insn.kind === "label" && insn.name === `function ${slot}` && starts.has(slot)) {
      current = { insns: [], slots: [], labels: new Map() };
      byLabel.set(insn.name, functions.length);
      functions.push({ name: functions.length === 0 ? name : `${name}, function at ${slot}`, ...current });
    }
    if (current === undefined) continue;
    if (insn.kind === "label") current.labels.set(insn.name, current.insns.length);
    else {
      current.insns.push(insn);
      current.slots.push(slot);
    }
    slot += slotCount(insn);
  }
  return { name, functions, byLabel };
}
