/** Selection of calls: arguments into r1–r5 (copies first, then what is made on the spot), result out of r0. */
import type { Bytes, Inst, ValueId } from "../3-ir/ir.ts";
import type { CallTarget } from "../ebpf/insn.ts";
import { type HelperName, helperRow } from "../lang/helpers.ts";
import { invariant, unreachable } from "../util/assert.ts";
import type { Op, VReg } from "./machine.ts";
import { copy, type Out } from "./operands.ts";
import { isRemade, loadConstant, remake } from "./values.ts";

type Call = Extract<Inst, { readonly kind: "call" | "call-function" | "map-lookup" | "map-update" | "map-delete" }>;

type Argument =
  | { readonly kind: "value"; readonly value: ValueId }
  | { readonly kind: "map"; readonly name: string }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "memory"; readonly base: ValueId; readonly offset: number };

export function selectCall(out: Out, inst: Call): void {
  const result = out.values.demanded(inst.dst);
  switch (inst.kind) {
    case "call":
      if (inst.pure && result === undefined && inst.writes === undefined) return;
      emit(
        out,
        helper(inst.helper),
        inst.args.map((value) => ({ kind: "value", value })),
        result,
      );
      return;
    case "call-function":
      emit(
        out,
        { kind: "function", name: inst.name },
        inst.args.map((value) => ({ kind: "value", value })),
        result,
      );
      return;
    case "map-lookup":
      if (result !== undefined) emit(out, helper("map_lookup_elem"), [map(inst.map), memory(inst.key)], result);
      return;
    case "map-update": {
      const args = [
        map(inst.map),
        memory(inst.key),
        memory(inst.value),
        { kind: "number", value: inst.flags } as const,
      ];
      emit(out, helper("map_update_elem"), args, result);
      return;
    }
    case "map-delete":
      emit(out, helper("map_delete_elem"), [map(inst.map), memory(inst.key)], result);
      return;
    default:
      unreachable(inst);
  }
}

function helper(name: HelperName): CallTarget<VReg> {
  return { kind: "helper", id: helperRow(name).id };
}

function map(name: string): Argument {
  return { kind: "map", name };
}

function memory(bytes: Bytes): Argument {
  invariant(bytes.kind === "memory", "codegen", "a key or value is not in memory: pass key-slots did not run");
  return { kind: "memory", base: bytes.base, offset: bytes.offset };
}

function emit(out: Out, target: CallTarget<VReg>, args: readonly Argument[], result: VReg | undefined): void {
  const { meta } = out;
  const later: Op[] = [];
  args.forEach((arg, i) => {
    place(out, arg, i + 1, later);
  });
  for (const op of later) out.push(op);
  out.push({ kind: "call", target, args: args.length, meta });
  if (result !== undefined) out.push(copy(result, 0, meta));
}

/** Puts an argument into its register: at once if it is copied out of another, `later` if it is made from nothing. */
function place(out: Out, arg: Argument, dst: VReg, later: Op[]): void {
  const { values, meta } = out;
  switch (arg.kind) {
    case "map":
      later.push({ kind: "load64", dst, value: { kind: "map", name: arg.name }, meta });
      return;
    case "number":
      later.push(loadConstant(dst, BigInt(arg.value), meta));
      return;
    case "value": {
      const source = values.definition(arg.value);
      if (source !== undefined && isRemade(source, values)) later.push(remake(values, source, dst, meta));
      else out.push(copy(dst, values.register(arg.value), meta));
      return;
    }
    case "memory": {
      const frame = values.frameOffset(arg.base);
      if (frame !== undefined) {
        later.push({ kind: "address", dst, off: frame + arg.offset, meta });
        return;
      }
      out.push(copy(dst, values.register(arg.base), meta));
      if (arg.offset !== 0) {
        out.push({ kind: "alu", op: "add", width: 64, dst, src: { kind: "imm", value: arg.offset }, meta });
      }
      return;
    }
    default:
      unreachable(arg);
  }
}
