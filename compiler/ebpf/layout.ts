/**
 * A function with names → bytes with offsets, and the relocations that are left.
 *
 * Guarantees: every jump stays inside the function and within its field; `slots` tells where each instruction went.
 * A call or function address whose name is a label of the same list is resolved here, anything else is a relocation.
 */
import { branded } from "../util/brand.ts";
import { ByteWriter } from "../util/bytes.ts";
import { encodeInsn, slotCount } from "./encode.ts";
import { EbpfError } from "./error.ts";
import type { CoreReference, Insn, SlotIndex } from "./insn.ts";

export type RelocationTarget =
  | { readonly kind: "map"; readonly name: string }
  | { readonly kind: "map-value"; readonly name: string; readonly offset: number }
  | { readonly kind: "function-address"; readonly name: string }
  | { readonly kind: "ksym"; readonly name: string }
  | { readonly kind: "call"; readonly name: string }
  | { readonly kind: "kfunc"; readonly name: string };
export type Relocation = { readonly slot: SlotIndex; readonly target: RelocationTarget };
export type CoreRelocation = { readonly slot: SlotIndex; readonly reference: CoreReference };

export type Layout = {
  readonly bytes: Uint8Array;
  /** Per element of the input, labels included: its first slot. */
  readonly slots: readonly SlotIndex[];
  /** In order of slots. */
  readonly relocations: readonly Relocation[];
  readonly core: readonly CoreRelocation[];
};

/** @throws EbpfError for a label that is missing or twice, a jump too far, a field that overflows */
export function layout(insns: readonly Insn[]): Layout {
  const slots: SlotIndex[] = [];
  const labels = new Map<string, number>();
  let slot = 0;
  for (const insn of insns) {
    slots.push(branded<SlotIndex>(slot));
    if (insn.kind === "label") {
      if (labels.has(insn.name)) throw new EbpfError(`label ${insn.name} is defined twice`);
      labels.set(insn.name, slot);
    }
    slot += slotCount(insn);
  }

  const out = new ByteWriter("little", slot * 8);
  const relocations: Relocation[] = [];
  const core: CoreRelocation[] = [];
  insns.forEach((insn, index) => {
    const at = slots[index] ?? branded<SlotIndex>(0);
    const external = relocationOf(insn, labels);
    if (external !== undefined) relocations.push({ slot: at, target: external });
    if (insn.meta.core !== undefined) core.push({ slot: at, reference: insn.meta.core });
    encodeInsn(out, insn, displacementOf(insn, at, slot, labels));
  });
  return { bytes: out.finish(), slots, relocations, core };
}

/** Slots from the instruction after this one to its target, if it has one in this function. */
function displacementOf(insn: Insn, at: number, end: number, labels: ReadonlyMap<string, number>): number | undefined {
  switch (insn.kind) {
    case "jump":
    case "goto":
    case "may-goto": {
      const target = labels.get(insn.target);
      if (target === undefined) throw new EbpfError(`jump at slot ${at}: no label ${insn.target} in this function`);
      if (target >= end)
        throw new EbpfError(`jump at slot ${at}: label ${insn.target} stands after the last instruction`);
      const displacement = target - at - 1;
      const long = insn.kind === "goto" && insn.long;
      if (!long && (displacement < -0x8000 || displacement > 0x7fff)) {
        throw new EbpfError(
          `jump at slot ${at}: ${insn.target} is ${displacement} slots away, beyond the 16 bits of a jump's offset`,
        );
      }
      return displacement;
    }
    case "call": {
      const target = insn.target.kind === "function" ? labels.get(insn.target.name) : undefined;
      return target === undefined ? undefined : target - at - 1;
    }
    case "load64": {
      // The kernel counts from the first of the two slots (check_ld_imm in kernel/bpf/verifier.c: insn + imm + 1).
      const target = insn.value.kind === "function" ? labels.get(insn.value.name) : undefined;
      return target === undefined ? undefined : target - at - 1;
    }
    default:
      return undefined;
  }
}

function relocationOf(insn: Insn, labels: ReadonlyMap<string, number>): RelocationTarget | undefined {
  if (insn.kind === "load64") {
    switch (insn.value.kind) {
      case "map":
      case "map-value":
      case "ksym":
        return insn.value;
      case "function":
        return labels.has(insn.value.name) ? undefined : { kind: "function-address", name: insn.value.name };
      case "imm":
        return undefined;
    }
  }
  if (insn.kind === "call") {
    const { target } = insn;
    if (target.kind === "kfunc") return { kind: "kfunc", name: target.name };
    if (target.kind === "function" && !labels.has(target.name)) return { kind: "call", name: target.name };
  }
  return undefined;
}
