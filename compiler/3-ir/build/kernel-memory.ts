/**
 * Reads of memory that is not ours: kernel and user memory through pointers, struct members at offsets that the target's
 * BTF decides, bit-fields.
 */
import type { Expr, MemberPath } from "../../2-check/typed.ts";
import type { CoreKind, CoreReference } from "../../ebpf/insn.ts";
import type { HelperName } from "../../lang/helpers.ts";
import type { Span } from "../../source/span.ts";
import { sizeOf } from "../../types/layout.ts";
import type { AddressSpace } from "../../types/type.ts";
import type { ValueId } from "../ir.ts";
import { address, loadScalar } from "./access.ts";
import type { Place, Size } from "./draft.ts";
import type { Lowering } from "./lowering.ts";
import { countNegative } from "./sites.ts";
import { scalarShape } from "./storage.ts";

export type Member = Extract<Expr, { readonly kind: "member" }>;
export type Read = Extract<Expr, { readonly kind: "read" }>;

const READ: Readonly<Record<AddressSpace, HelperName>> = {
  kernel: "probe_read_kernel",
  user: "probe_read_user",
  none: "probe_read_kernel",
};
const READ_TEXT: Readonly<Record<AddressSpace, HelperName>> = {
  kernel: "probe_read_kernel_str",
  user: "probe_read_user_str",
  none: "probe_read_kernel_str",
};

/** Copies `size` bytes from an address; zeros where that fails. */
export function readBytes(
  cx: Lowering,
  space: AddressSpace,
  to: Place,
  size: ValueId,
  from: ValueId,
  span: Span,
): void {
  readWith(cx, READ[space], to, size, from, span);
}

/** Copies text up to its NUL; the helper's result is the length with the NUL, or -errno. */
export function readText(
  cx: Lowering,
  space: AddressSpace,
  to: Place,
  size: ValueId,
  from: ValueId,
  span: Span,
): ValueId {
  return readWith(cx, READ_TEXT[space], to, size, from, span);
}

function readWith(cx: Lowering, helper: HelperName, to: Place, size: ValueId, from: ValueId, span: Span): ValueId {
  const result = cx.fn.call(helper, [address(cx.fn, to), size, from], { reads: "any", writes: to.memory });
  if (cx.module.env.options.readWarnings) {
    countNegative(cx, { kind: "read", helper, span, warn: true }, result);
  }
  return result;
}

/** A scalar at an address. */
export function readScalar(cx: Lowering, space: AddressSpace, from: ValueId, type: Expr["type"], span: Span): ValueId {
  const size = sizeOf(type);
  return cx.temps.borrow(size, "read", (slot) => {
    readBytes(cx, space, slot, cx.fn.const(size), from, span);
    return loadScalar(cx.fn, slot, type);
  });
}

/** Relocation record of a member; undefined for a script's own struct. */
export function coreReference(path: MemberPath, kind: CoreKind): CoreReference | undefined {
  const { origin, tag, name } = path.root;
  if (origin.kind !== "kernel") return undefined;
  const access = [0, ...path.steps.map((step) => step.index)];
  return { kind, type: origin.id, access, text: `${tag} ${name}.${path.text}` };
}

/** A number about a member, fixed for the script's own structs and relocated for the kernel's. */
function fieldValue(cx: Lowering, path: MemberPath, kind: CoreKind, value: number): ValueId {
  const reference = coreReference(path, kind);
  return reference === undefined ? cx.fn.const(value) : cx.fn.core(reference, BigInt(value));
}

/** Address of a member behind a pointer. */
export function memberAddress(cx: Lowering, base: ValueId, path: MemberPath): ValueId {
  const { fn } = cx;
  if (coreReference(path, "field_byte_offset") === undefined) return fn.binaryImm("add", base, path.offset);
  if (path.steps.length === 0) return base;
  return fn.binary("add", base, fieldValue(cx, path, "field_byte_offset", path.offset));
}

/** A scalar member. */
export function memberScalar(cx: Lowering, expr: Member): ValueId {
  const { fn } = cx;
  const { path } = expr;
  const base = cx.steps.scalar(cx, expr.pointer);
  if (path.bitSize > 0) return bitField(cx, expr, base);
  const shape = scalarShape(expr.type);
  if (expr.direct && shape !== undefined) {
    const place = { base, offset: path.offset, memory: "kernel", align: 8 } as const;
    return fn.load(place, shape.size, shape.signed, { core: coreReference(path, "field_byte_offset") });
  }
  return readScalar(cx, expr.space, memberAddress(cx, base, path), expr.type, expr.span);
}

/** A member that lives in memory, copied. */
export function memberInto(cx: Lowering, base: ValueId, expr: Member, to: Place): void {
  const size = sizeOf(expr.type);
  // An empty struct: helpers refuse to read nothing.
  if (size > 0) readBytes(cx, expr.space, to, cx.fn.const(size), memberAddress(cx, base, expr.path), expr.span);
}

/**
 * The unit that holds a bit-field and the shifts that cut it out of 64 bits, as libbpf computes them for the target
 * (bpf_core_calc_field_relo in tools/lib/bpf/relo_core.c), for a little-endian machine.
 */
export function bitFieldUnit(path: MemberPath): {
  readonly offset: number;
  readonly size: Size;
  readonly left: number;
  readonly right: number;
} {
  const bit = path.offset * 8 + path.bitOffset;
  let size = Math.max(1, sizeOf(path.type)) as Size;
  let offset = Math.floor(bit / 8 / size) * size;
  while (bit + path.bitSize - offset * 8 > size * 8 && size < 8) {
    size = (size * 2) as Size;
    offset = Math.floor(bit / 8 / size) * size;
  }
  return { offset, size, left: 64 - (bit + path.bitSize - offset * 8), right: 64 - path.bitSize };
}

function bitField(cx: Lowering, expr: Member, base: ValueId): ValueId {
  const { fn } = cx;
  const { path } = expr;
  const unit = bitFieldUnit(path);
  const from = fn.binary("add", base, fieldValue(cx, path, "field_byte_offset", unit.offset));
  const size = fieldValue(cx, path, "field_byte_size", unit.size);
  const word = cx.temps.borrow(8, "bits", (slot) => {
    fn.zero(slot, 8);
    readBytes(cx, expr.space, slot, size, from, expr.span);
    return fn.load(slot, 8, false);
  });
  const left = fn.binary("shl", word, fieldValue(cx, path, "field_lshift_u64", unit.left));
  const signed = scalarShape(expr.type)?.signed === true;
  return fn.binary(signed ? "sar" : "shr", left, fieldValue(cx, path, "field_rshift_u64", unit.right));
}

/** A bit-field of a struct that is already in our memory. */
export function bitFieldOf(cx: Lowering, place: Place, path: MemberPath): ValueId {
  const { fn } = cx;
  const unit = bitFieldUnit(path);
  const word = fn.load({ ...place, offset: place.offset + unit.offset }, unit.size, false);
  const left = fn.binaryImm("shl", word, unit.left);
  const signed = scalarShape(path.type)?.signed === true;
  return fn.binaryImm(signed ? "sar" : "shr", left, unit.right);
}

/** Address that `*p` and `p[i]` read. */
export function readAddress(cx: Lowering, expr: Read): ValueId {
  const { fn } = cx;
  const pointer = cx.steps.scalar(cx, expr.pointer);
  if (expr.index === undefined) return pointer;
  return fn.binary("add", pointer, scaledIndex(cx, expr.index, expr.scale));
}

/** An index in bytes. */
export function scaledIndex(cx: Lowering, index: Expr, scale: number): ValueId {
  if (index.kind === "constant") return cx.fn.const(BigInt.asIntN(64, index.value * BigInt(scale)));
  const value = cx.steps.scalar(cx, index);
  return scale === 1 ? value : cx.fn.binaryImm("mul", value, scale);
}

/** `*p` and `p[i]` of a scalar. */
export function readExpr(cx: Lowering, expr: Read): ValueId {
  const { fn } = cx;
  const shape = scalarShape(expr.type);
  if (expr.direct && shape !== undefined && (expr.index === undefined || expr.index.kind === "constant")) {
    const base = cx.steps.scalar(cx, expr.pointer);
    const offset = expr.index?.kind === "constant" ? Number(expr.index.value) * expr.scale : 0;
    return fn.load({ base, offset, memory: "kernel", align: 8 }, shape.size, shape.signed);
  }
  return readScalar(cx, expr.space, readAddress(cx, expr), expr.type, expr.span);
}
