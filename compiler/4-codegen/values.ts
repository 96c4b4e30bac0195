/**
 * What selection knows of the values of a function: who defines them, how often they are used, which virtual register
 * holds each, and how one that is cheap to make (constants, addresses) is made again at each use.
 *
 * Code is selected backwards, so a value's register exists once something needs it: what nothing needs is never made.
 */
import { definedBy, definitions, jumpsOf, useCounts } from "../3-ir/edit.ts";
import type { Function as Fn, Inst, ValueId } from "../3-ir/ir.ts";
import { type Meta, NO_META } from "../ebpf/insn.ts";
import type { Span } from "../source/span.ts";
import type { Frame } from "./frame.ts";
import { FIRST_VIRTUAL, type Op, type VReg } from "./machine.ts";

export type Isa = "v2" | "v3";

/** Fits an immediate operand, which is sign-extended to 64 bits. */
export function fitsImm(value: bigint): boolean {
  return value >= -0x80000000n && value <= 0x7fffffffn;
}
export function fitsOffset(offset: number): boolean {
  return offset >= -0x8000 && offset <= 0x7fff;
}

export function metaOf(span: Span | undefined): Meta {
  return span === undefined ? NO_META : { span, core: undefined, comment: undefined };
}

export class Values {
  readonly isa: Isa;
  readonly frame: Frame;
  readonly #definitions: readonly (Inst | undefined)[];
  readonly #uses: Uint32Array;
  /** Place of each value's definition in the order of the function; parameters have none. */
  readonly #order: Uint32Array;
  /** What jumps bring for each block parameter. */
  readonly #incoming: (ValueId[] | undefined)[] = [];
  readonly #registers: (VReg | undefined)[] = [];
  #next = FIRST_VIRTUAL;

  constructor(fn: Fn, frame: Frame, isa: Isa) {
    this.isa = isa;
    this.frame = frame;
    this.#definitions = definitions(fn);
    this.#uses = useCounts(fn);
    this.#order = new Uint32Array(fn.nextValue);
    let place = 0;
    for (const block of fn.blocks.values()) {
      for (const jump of jumpsOf(block.end)) this.#noteIncoming(fn.blocks.get(jump.to)?.params ?? [], jump.args);
      for (const inst of block.insts) {
        const dst = definedBy(inst);
        if (dst !== undefined) this.#order[dst] = ++place;
      }
    }
  }

  #noteIncoming(params: readonly ValueId[], args: readonly ValueId[]): void {
    params.forEach((param, i) => {
      const arg = args[i];
      if (arg === undefined) return;
      const list = this.#incoming[param] ?? [];
      this.#incoming[param] = list;
      list.push(arg);
    });
  }

  /** Values that a block parameter may get; none for any other value. */
  incoming(value: ValueId): readonly ValueId[] {
    return this.#incoming[value] ?? [];
  }
  /** Number of registers handed out, physical ones included. */
  get registers(): number {
    return this.#next;
  }
  fresh(): VReg {
    return this.#next++;
  }
  definition(value: ValueId): Inst | undefined {
    return this.#definitions[value];
  }
  /** True if the instruction that asks is the only user. */
  usedOnce(value: ValueId): boolean {
    return this.#uses[value] === 1;
  }
  /** True if the first value is made after the second, and both by instructions. */
  isYounger(a: ValueId, b: ValueId): boolean {
    const older = this.#order[b] ?? 0;
    return older > 0 && (this.#order[a] ?? 0) > older;
  }
  uses(value: ValueId): number {
    return this.#uses[value] ?? 0;
  }
  /** The register that holds a value, made on first demand. */
  register(value: ValueId): VReg {
    const known = this.#registers[value];
    if (known !== undefined) return known;
    const made = this.#next++;
    this.#registers[value] = made;
    return made;
  }
  /** The register if anything asked for the value. */
  demanded(value: ValueId): VReg | undefined {
    return this.#registers[value];
  }
  /** The constant as a signed 64-bit number. */
  constant(value: ValueId): bigint | undefined {
    const inst = this.#definitions[value];
    return inst?.kind === "const" ? BigInt.asIntN(64, inst.value) : undefined;
  }
  /** The constant if it fits an immediate. */
  immediate(value: ValueId): number | undefined {
    const constant = this.constant(value);
    return constant !== undefined && fitsImm(constant) ? Number(constant) : undefined;
  }
  /** Offset from r10 of a slot's byte; undefined for anything but the address of a slot. */
  frameOffset(value: ValueId): number | undefined {
    const inst = this.#definitions[value];
    if (inst?.kind !== "slot") return undefined;
    const start = this.frame.offsets.get(inst.slot);
    return start === undefined ? undefined : start + inst.offset;
  }
}

/** True if a value is made again at each use instead of being kept in a register. */
export function isRemade(inst: Inst | undefined, values: Values): boolean {
  switch (inst?.kind) {
    case "const":
      // Two slots each time: worth a register if wanted more than once.
      return BigInt.asIntN(32, inst.value) === BigInt.asIntN(64, inst.value) || values.uses(inst.dst) <= 1;
    case "core":
    case "slot":
    case "map":
    case "function":
      return true;
    default:
      return false;
  }
}

/** dst = constant, in one slot wherever the value allows. */
export function loadConstant(dst: VReg, value: bigint, meta: Meta): Op {
  const signed = BigInt.asIntN(64, value);
  if (fitsImm(signed))
    return { kind: "alu", op: "mov", width: 64, dst, src: { kind: "imm", value: Number(signed) }, meta };
  // A 32-bit move zero-extends.
  if (signed >= 0n && signed <= 0xffffffffn) {
    return {
      kind: "alu",
      op: "mov",
      width: 32,
      dst,
      src: { kind: "imm", value: Number(BigInt.asIntN(32, signed)) },
      meta,
    };
  }
  return { kind: "load64", dst, value: { kind: "imm", value: BigInt.asUintN(64, signed) }, meta };
}

/** dst = the value of an instruction for which isRemade holds. */
export function remake(values: Values, inst: Inst, dst: VReg, meta: Meta): Op {
  switch (inst.kind) {
    case "const":
      return loadConstant(dst, inst.value, meta);
    case "core": {
      const value = BigInt.asIntN(64, inst.value);
      const relocated = { ...meta, core: inst.reference };
      if (fitsImm(value)) {
        return { kind: "alu", op: "mov", width: 64, dst, src: { kind: "imm", value: Number(value) }, meta: relocated };
      }
      return { kind: "load64", dst, value: { kind: "imm", value: BigInt.asUintN(64, value) }, meta: relocated };
    }
    case "slot":
      return { kind: "address", dst, off: values.frameOffset(inst.dst) ?? 0, meta };
    case "map":
      return { kind: "load64", dst, value: { kind: "map", name: inst.map }, meta };
    case "function":
      return { kind: "load64", dst, value: { kind: "function", name: inst.name }, meta };
    default:
      throw new Error(`${inst.kind} cannot be made again`);
  }
}
