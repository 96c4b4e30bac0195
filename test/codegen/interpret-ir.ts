/** Runs a function of the intermediate form in a World. Written apart from the compiler's own folding, on purpose. */
import { eachOperand } from "../../compiler/3-ir/edit.ts";
import type { BinaryOp, Bytes, CompareOp, Function as Fn, Inst, ValueId } from "../../compiler/3-ir/ir.ts";
import { CONTEXT, DATA, mapAddress, SLOTS, type World } from "./world.ts";

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const s64 = (value: bigint): bigint => BigInt.asIntN(64, value);

export function binary(op: BinaryOp, a: bigint, b: bigint): bigint {
  const table: Readonly<Record<BinaryOp, () => bigint>> = {
    add: () => a + b,
    sub: () => a - b,
    mul: () => a * b,
    udiv: () => (b === 0n ? 0n : a / b),
    umod: () => (b === 0n ? a : a % b),
    and: () => a & b,
    or: () => a | b,
    xor: () => a ^ b,
    shl: () => a << (b & 63n),
    shr: () => a >> (b & 63n),
    sar: () => s64(a) >> (b & 63n),
  };
  return u64(table[op]());
}

export function compare(op: CompareOp, width: 32 | 64, a: bigint, b: bigint): boolean {
  const [ua, ub] = [BigInt.asUintN(width, a), BigInt.asUintN(width, b)];
  const [sa, sb] = [BigInt.asIntN(width, a), BigInt.asIntN(width, b)];
  const table: Readonly<Record<CompareOp, boolean>> = {
    eq: ua === ub,
    ne: ua !== ub,
    ult: ua < ub,
    ule: ua <= ub,
    ugt: ua > ub,
    uge: ua >= ub,
    slt: sa < sb,
    sle: sa <= sb,
    sgt: sa > sb,
    sge: sa >= sb,
    set: (ua & ub) !== 0n,
  };
  return table[op];
}

/** @returns what the function returns; throws on what a valid program never does */
export function interpretIr(fn: Fn, world: World, maxSteps = 20_000): bigint {
  const values = new Map<ValueId, bigint>();
  const get = (value: ValueId): bigint => {
    const found = values.get(value);
    if (found === undefined) throw new Error(`v${value} has no value`);
    return found;
  };
  const slotAt = new Map(fn.slots.map((slot) => [slot.id, SLOTS + BigInt(slot.id) * 0x1000n]));
  for (const slot of fn.slots) world.add(slotAt.get(slot.id) ?? 0n, new Uint8Array(slot.size).fill(0xa5));
  let scratch = 0x400_0000n;
  const address = (bytes: Bytes): bigint => {
    if (bytes.kind === "memory") return u64(get(bytes.base) + BigInt(bytes.offset));
    scratch += 0x100n;
    world.add(scratch, new Uint8Array(bytes.size));
    for (const part of bytes.parts) world.store(scratch + BigInt(part.offset), part.size, get(part.value));
    return scratch;
  };

  const run = (inst: Inst): bigint | undefined => {
    switch (inst.kind) {
      case "const":
      case "core":
        return u64(inst.value);
      case "binary":
        return binary(inst.op, get(inst.left), get(inst.right));
      case "negate":
        return u64(-get(inst.value));
      case "extend":
        return u64(
          inst.signed ? BigInt.asIntN(inst.bits, get(inst.value)) : BigInt.asUintN(inst.bits, get(inst.value)),
        );
      case "swap": {
        const digits = BigInt.asUintN(inst.bits, get(inst.value))
          .toString(16)
          .padStart(inst.bits / 4, "0");
        return BigInt(`0x${(digits.match(/../g) ?? []).reverse().join("")}`);
      }
      case "compare":
        return compare(inst.op, 64, get(inst.left), get(inst.right)) ? 1n : 0n;
      case "context":
        return CONTEXT;
      case "slot":
        return (slotAt.get(inst.slot) ?? 0n) + BigInt(inst.offset);
      case "map":
        return mapAddress(inst.map);
      case "data":
        return DATA + BigInt(inst.offset);
      case "load": {
        const raw = world.load(u64(get(inst.base) + BigInt(inst.offset)), inst.size);
        return inst.signed ? u64(BigInt.asIntN(inst.size * 8, raw)) : raw;
      }
      case "store":
        world.store(u64(get(inst.base) + BigInt(inst.offset)), inst.size, get(inst.value));
        return undefined;
      case "atomic-add": {
        const at = u64(get(inst.base) + BigInt(inst.offset));
        world.store(at, inst.size, world.load(at, inst.size) + get(inst.value));
        return undefined;
      }
      case "zero":
        world.bytes(u64(get(inst.base) + BigInt(inst.offset)), inst.size).fill(0);
        return undefined;
      case "copy": {
        const from = world.bytes(u64(get(inst.from) + BigInt(inst.fromOffset)), inst.size).slice();
        world.bytes(u64(get(inst.to) + BigInt(inst.toOffset)), inst.size).set(from);
        return undefined;
      }
      case "map-lookup":
        return world.call("map_lookup_elem", [mapAddress(inst.map), address(inst.key)]);
      case "map-delete":
        return u64(world.call("map_delete_elem", [mapAddress(inst.map), address(inst.key)]));
      case "map-update": {
        const args = [mapAddress(inst.map), address(inst.key), address(inst.value), BigInt(inst.flags)];
        return u64(world.call("map_update_elem", args));
      }
      case "call":
        return u64(world.call(inst.helper, inst.args.map(get)));
      default:
        throw new Error(`${inst.kind} is not simulated`);
    }
  };

  let id = fn.entry;
  for (let steps = 0; ; ) {
    const block = fn.blocks.get(id);
    if (block === undefined) throw new Error(`no block b${id}`);
    for (const inst of block.insts) {
      if (steps++ > maxSteps) throw new Error("runs too long");
      eachOperand(inst, get);
      const value = run(inst);
      if (value !== undefined && "dst" in inst) values.set(inst.dst, value);
    }
    const { end } = block;
    if (end.kind === "return") return get(end.value);
    const taken = end.kind === "jump" || compare(end.op, end.width, get(end.left), get(end.right));
    const jump = end.kind === "jump" ? end.target : taken ? end.then : end.else;
    const args = jump.args.map(get);
    fn.blocks.get(jump.to)?.params.forEach((param, i) => {
      values.set(param, args[i] ?? 0n);
    });
    id = jump.to;
  }
}
