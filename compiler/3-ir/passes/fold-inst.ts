/** Folding of single instructions: the rules, by kind. Each gives something simpler or undefined. */
import { evaluateBinary, evaluateCompare, evaluateExtend, evaluateSwap, MIRRORED_COMPARE } from "../evaluate.ts";
import type { BinaryOp, Inst } from "../ir.ts";
import { knownBits } from "../known-bits.ts";
import type { Better, Folding } from "./fold.ts";
import { simplifyComparison } from "./fold-compare.ts";

type Binary = Extract<Inst, { readonly kind: "binary" }>;

export function foldInst(inst: Inst, folding: Folding): Better {
  const { constantOf, constant, definition } = folding;
  switch (inst.kind) {
    case "binary":
      return foldBinary(inst, folding);
    case "negate": {
      const value = constantOf(inst.value);
      if (value !== undefined) return { value: constant(-value) };
      const source = definition(inst.value);
      return source?.kind === "negate" ? { value: source.value } : undefined;
    }
    case "extend":
      return foldExtend(inst, folding);
    case "swap": {
      const value = constantOf(inst.value);
      if (value !== undefined) return { value: constant(evaluateSwap(inst.bits, value)) };
      const source = definition(inst.value);
      if (source?.kind !== "swap" || source.bits !== inst.bits) return undefined;
      if (inst.bits === 64) return { value: source.value };
      if (inst.bits === 32) return { inst: { ...inst, kind: "extend", bits: 32, signed: false, value: source.value } };
      return { inst: { ...inst, kind: "extend", bits: 16, signed: false, value: source.value } };
    }
    case "compare": {
      const left = constantOf(inst.left);
      const right = constantOf(inst.right);
      if (left !== undefined && right !== undefined) {
        return { value: constant(evaluateCompare(inst.op, left, right) ? 1n : 0n) };
      }
      if (left !== undefined) {
        return { inst: { ...inst, op: MIRRORED_COMPARE[inst.op], left: inst.right, right: inst.left } };
      }
      // 0 or 1 already.
      if (inst.op === "ne" && right === 0n && definition(inst.left)?.kind === "compare") return { value: inst.left };
      const simpler = simplifyComparison(inst.op, inst.left, inst.right, folding);
      if (simpler === undefined) return undefined;
      if (simpler.kind === "known") return { value: constant(simpler.value ? 1n : 0n) };
      if (simpler.negated) return undefined;
      return { inst: { ...inst, op: simpler.op, left: simpler.left, right: simpler.right } };
    }
    default:
      return undefined;
  }
}

function foldExtend(inst: Extract<Inst, { readonly kind: "extend" }>, folding: Folding): Better {
  const { constantOf, constant, definition } = folding;
  const value = constantOf(inst.value);
  if (value !== undefined) return { value: constant(evaluateExtend(inst.bits, inst.signed, value)) };
  const bits = knownBits(inst.value, definition);
  if (bits <= inst.bits - (inst.signed ? 1 : 0)) return { value: inst.value };
  const source = definition(inst.value);
  if (source?.kind === "extend" && source.bits >= inst.bits) {
    if (source.bits === inst.bits && source.signed === inst.signed) return { value: inst.value };
    return { inst: { ...inst, value: source.value } };
  }
  // Already sign-extended from fewer bits.
  if (source?.kind === "extend" && source.signed && inst.signed) return { value: inst.value };
  if (source?.kind === "load" && source.signed && inst.signed && source.size * 8 <= inst.bits) {
    return { value: inst.value };
  }
  return undefined;
}

const COMMUTATIVE: ReadonlySet<BinaryOp> = new Set(["add", "mul", "and", "or", "xor"]);

function foldBinary(inst: Binary, folding: Folding): Better {
  const { constantOf, constant, definition } = folding;
  const { op, left, right } = inst;
  const l = constantOf(left);
  const r = constantOf(right);
  if (l !== undefined && r !== undefined) return { value: constant(evaluateBinary(op, l, r)) };
  if (l !== undefined && COMMUTATIVE.has(op)) return { inst: { ...inst, left: right, right: left } };
  if (left === right) {
    if (op === "sub" || op === "xor") return { value: constant(0n) };
    if (op === "and" || op === "or") return { value: left };
  }
  if (l === 0n) {
    if (op === "sub") return { inst: { kind: "negate", dst: inst.dst, value: right, span: inst.span } };
    if (op === "shl" || op === "shr" || op === "sar" || op === "udiv") return { value: left };
  }
  if (op === "add" && definition(right)?.kind === "negate") {
    const negated = definition(right);
    if (negated?.kind === "negate") return { inst: { ...inst, op: "sub", right: negated.value } };
  }
  if (op === "or" && r === undefined) return foldByteSwap(inst, folding);
  if (r === undefined) return undefined;
  const source = definition(left);
  const inner = source?.kind === "binary" ? constantOf(source.right) : undefined;

  switch (op) {
    case "add": {
      if (r === 0n) return { value: left };
      if (source?.kind === "slot" && r > 0n && source.offset + Number(r) < folding.slotSize(source.slot)) {
        return { inst: { ...source, dst: inst.dst, offset: source.offset + Number(r), span: inst.span } };
      }
      if (source?.kind === "data" && r > 0n && r < 0x7fffffffn) {
        return { inst: { ...source, dst: inst.dst, offset: source.offset + Number(r), span: inst.span } };
      }
      if (source?.kind === "binary" && source.op === "add" && inner !== undefined) {
        return { inst: { ...inst, left: source.left, right: constant(inner + r) } };
      }
      return undefined;
    }
    case "sub":
      return { inst: { ...inst, op: "add", right: constant(-r) } };
    case "mul": {
      if (r === 0n) return { value: constant(0n) };
      if (r === 1n) return { value: left };
      if (r === -1n) return { inst: { kind: "negate", dst: inst.dst, value: left, span: inst.span } };
      const power = powerOfTwo(r);
      return power === undefined ? undefined : { inst: { ...inst, op: "shl", right: constant(power) } };
    }
    case "udiv": {
      if (r === 0n) return { value: constant(0n) };
      if (r === 1n) return { value: left };
      const power = powerOfTwo(r);
      return power === undefined ? undefined : { inst: { ...inst, op: "shr", right: constant(power) } };
    }
    case "umod": {
      if (r === 0n) return { value: left };
      const power = powerOfTwo(r);
      return power === undefined ? undefined : { inst: { ...inst, op: "and", right: constant((1n << power) - 1n) } };
    }
    case "and": {
      if (r === 0n) return { value: right };
      if (r === -1n) return { value: left };
      if (r === 0xffn || r === 0xffffn || r === 0xffffffffn) {
        const bits = r === 0xffn ? 8 : r === 0xffffn ? 16 : 32;
        return { inst: { kind: "extend", dst: inst.dst, bits, signed: false, value: left, span: inst.span } };
      }
      const bits = knownBits(left, definition);
      if (bits < 64 && (r & ((1n << BigInt(bits)) - 1n)) === (1n << BigInt(bits)) - 1n) return { value: left };
      if (source?.kind === "binary" && source.op === "and" && inner !== undefined) {
        return { inst: { ...inst, left: source.left, right: constant(inner & r) } };
      }
      if (source?.kind === "extend" && BigInt.asUintN(64, r) >> BigInt(source.bits) === 0n) {
        return { inst: { ...inst, left: source.value } };
      }
      return undefined;
    }
    case "or":
    case "xor":
      return r === 0n ? { value: left } : undefined;
    case "shl":
    case "shr":
    case "sar":
      return foldShift(inst, r, folding);
    default:
      return undefined;
  }
}

/** (x >> 8) | ((x << 8) & 0xff00) of a 16-bit x, in either order: how scripts turn ports round. */
function foldByteSwap(inst: Binary, folding: Folding): Better {
  const { constantOf, definition } = folding;
  for (const [high, low] of [
    [inst.left, inst.right],
    [inst.right, inst.left],
  ] as const) {
    const down = definition(high);
    const mask = definition(low);
    if (down?.kind !== "binary" || down.op !== "shr" || constantOf(down.right) !== 8n) continue;
    if (mask?.kind !== "binary" || mask.op !== "and" || constantOf(mask.right) !== 0xff00n) continue;
    const up = definition(mask.left);
    if (up?.kind !== "binary" || up.op !== "shl" || constantOf(up.right) !== 8n || up.left !== down.left) continue;
    if (knownBits(up.left, definition) > 16) continue;
    return { inst: { kind: "swap", dst: inst.dst, bits: 16, value: up.left, span: inst.span } };
  }
  return undefined;
}

function foldShift(inst: Binary, count: bigint, folding: Folding): Better {
  const { constantOf, constant, definition } = folding;
  const by = count & 63n;
  if (by === 0n) return { value: inst.left };
  if (by !== count) return { inst: { ...inst, right: constant(by) } };
  const bits = knownBits(inst.left, definition);
  if (inst.op === "shr" && bits <= Number(by)) return { value: constant(0n) };
  if (inst.op === "sar" && bits < 64) return { inst: { ...inst, op: "shr" } };
  const source = definition(inst.left);
  const inner = source?.kind === "binary" ? constantOf(source.right) : undefined;
  if (source?.kind !== "binary" || inner === undefined) return undefined;
  if (source.op === inst.op && inner + by < 64n) {
    return { inst: { ...inst, left: source.left, right: constant(inner + by) } };
  }
  // (x << n) >> n keeps the low bits.
  if (source.op === "shl" && inner === by && inst.op !== "shl") {
    const kept = 64n - by;
    if (kept === 8n || kept === 16n || kept === 32n) {
      const width = kept === 8n ? 8 : kept === 16n ? 16 : 32;
      const signed = inst.op === "sar";
      return { inst: { kind: "extend", dst: inst.dst, bits: width, signed, value: source.left, span: inst.span } };
    }
  }
  return undefined;
}

/** n with value = 2 ** n, taken as unsigned. */
function powerOfTwo(value: bigint): bigint | undefined {
  const unsigned = BigInt.asUintN(64, value);
  return unsigned !== 0n && (unsigned & (unsigned - 1n)) === 0n ? BigInt(unsigned.toString(2).length - 1) : undefined;
}
