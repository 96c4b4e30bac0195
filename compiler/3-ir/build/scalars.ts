/** Expressions whose value is a register. */
import type { CompareOp, Expr, ProgramKind } from "../../2-check/typed.ts";
import { builtinRow } from "../../lang/builtins.ts";
import { functionRow } from "../../lang/functions.ts";
import type { Recipe } from "../../lang/recipe.ts";
import type { Type } from "../../types/type.ts";
import { InvariantError, invariant, unreachable } from "../../util/assert.ts";
import type * as Ir from "../ir.ts";
import type { ValueId } from "../ir.ts";
import { address, loadScalar } from "./access.ts";
import { callFunction } from "./calls.ts";
import { lowerCustomScalar } from "./custom.ts";
import { bitFieldOf, memberAddress, memberScalar, readExpr } from "./kernel-memory.ts";
import type { Lowering } from "./lowering.ts";
import { mapAddress, mapAggregate, mapDelete, mapFind, mapGet, mapHas, mapLength, updateMap } from "./map-access.ts";
import { noteArgument } from "./note-argument.ts";
import { paramScalar } from "./params.ts";
import { countFailure } from "./sites.ts";
import { scalarShape } from "./storage.ts";
import { readVariable, variableAddress, writeVariable } from "./variables.ts";

/** A value of a scalar type: sign- or zero-extended to 64 bits as its type says. */
export function lowerScalar(cx: Lowering, expr: Expr): ValueId {
  const { fn } = cx;
  const known = cx.known?.get(expr);
  if (known !== undefined) return known;
  const outer = fn.span;
  fn.span = expr.span;
  const value = lower(cx, expr);
  fn.span = outer;
  return value;
}

function lower(cx: Lowering, expr: Expr): ValueId {
  const { fn } = cx;
  switch (expr.kind) {
    case "constant":
      return fn.const(constantOf(expr.value, expr.type));
    case "var":
      return readVariable(cx, expr.var, expr.type);
    case "param":
      return paramScalar(cx, expr.param);
    case "context":
      return contextLoad(cx, expr);
    case "context-address":
      return fn.binaryImm("add", cx.context(), expr.offset);
    case "context-pointer":
      return cx.context();
    case "note-argument":
      return noteArgument(cx, expr.index, expr.span);
    case "builtin": {
      const row = builtinRow(expr.name);
      invariant(row !== undefined, "3-ir", `no builtin ${expr.name}`);
      return applyRecipe(cx, row.recipe, expr, []);
    }
    case "call": {
      const row = functionRow(expr.name);
      invariant(row !== undefined, "3-ir", `no function ${expr.name}`);
      return applyRecipe(cx, row.recipe, expr, expr.args);
    }
    case "call-fn":
      return callFunction(cx, expr);
    case "unary":
      return unary(cx, expr);
    case "binary":
      return expr.op === "/" || expr.op === "%"
        ? divide(cx, expr)
        : fn.binary(BINARY[expr.op], cx.steps.scalar(cx, expr.left), cx.steps.scalar(cx, expr.right));
    case "compare": {
      const left = comparedLeft(cx, expr);
      return fn.compare(comparison(expr.op, expr.signed), left, cx.steps.scalar(cx, expr.right));
    }
    case "compare-memory":
    case "logical":
      return materialize(cx, expr);
    case "ternary":
      return ternary(cx, expr);
    case "cast":
      return cast(cx, expr.operand, expr.type);
    case "convert":
    case "tuple":
    case "string":
    case "bytes":
      // Only int ← byte array arrives here: the bytes are the integer.
      return cx.temps.borrow(8, "convert", (slot) => {
        cx.steps.into(cx, expr, slot, "value");
        return loadScalar(fn, slot, expr.type);
      });
    case "member":
      return memberScalar(cx, expr);
    case "member-address":
      return memberAddress(cx, cx.steps.scalar(cx, expr.pointer), expr.path);
    case "value-member":
      if (expr.path.bitSize > 0) return bitFieldOf(cx, cx.steps.memory(cx, expr.base), expr.path);
      return loadScalar(fn, cx.steps.memory(cx, expr), expr.type);
    case "read":
      return readExpr(cx, expr);
    case "element":
      return element(cx, expr);
    case "tuple-element":
      return loadScalar(fn, cx.steps.memory(cx, expr), expr.type);
    case "map-get":
      return mapGet(cx, expr);
    case "map-aggregate":
      return mapAggregate(cx, expr);
    case "map-delete":
      return mapDelete(cx, expr);
    case "map-has":
      return mapHas(cx, expr);
    case "map-find":
      return mapFind(cx, expr);
    case "map-length":
      return mapLength(cx, expr);
    case "var-address":
      return variableAddress(cx, expr.var);
    case "map-address":
      return mapAddress(cx, expr);
    case "update-var": {
      const old = readVariable(cx, expr.var, expr.type);
      const now = narrow(cx, fn.binaryImm("add", old, expr.step), expr.type);
      writeVariable(cx, expr.var, expr.type, now);
      return expr.prefix ? now : old;
    }
    case "update-map":
      return updateMap(cx, expr);
    case "block":
      cx.steps.body(cx, expr.body);
      return expr.result === undefined ? fn.const(0) : cx.steps.scalar(cx, expr.result);
    default:
      return unreachable(expr);
  }
}

/** A constant as the register holds it. */
function constantOf(value: bigint, type: Type): bigint {
  const shape = scalarShape(type);
  if (shape === undefined) return BigInt.asIntN(64, value);
  const bits = shape.size * 8;
  return BigInt.asIntN(64, shape.signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value));
}

const BINARY: Readonly<Record<"+" | "-" | "*" | "&" | "|" | "^" | "<<" | ">>", Ir.BinaryOp>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "&": "and",
  "|": "or",
  "^": "xor",
  "<<": "shl",
  ">>": "shr",
};

/** The comparison of 64-bit values. */
export function comparison(op: CompareOp, signed: boolean): Ir.CompareOp {
  switch (op) {
    case "==":
      return "eq";
    case "!=":
      return "ne";
    case "<":
      return signed ? "slt" : "ult";
    case "<=":
      return signed ? "sle" : "ule";
    case ">":
      return signed ? "sgt" : "ugt";
    case ">=":
      return signed ? "sge" : "uge";
    default:
      return unreachable(op);
  }
}

function contextLoad(cx: Lowering, expr: Extract<Expr, { readonly kind: "context" }>): ValueId {
  const { fn } = cx;
  const { offset, size, signed, field } = expr;
  const place = { base: cx.context(), offset, memory: "context", align: 8 } as const;
  const tracepoint =
    field === undefined ? undefined : { category: field.category, event: field.event, field: field.name, offset, size };
  const value = fn.load(place, size, signed, { tracepoint });
  // Every word of an iterator's context is a pointer; the first, `meta`, is always there.
  if (cx.probe.program === "iter" && size === 8 && offset > 0) returnWithout(cx, value);
  if (field?.dataLoc !== true) return value;
  return fn.binary("add", cx.context(), fn.binaryImm("and", value, 0xffff));
}

/** An iterator may hand over less than all of its objects; the verifier wants each to be looked at before it is used. */
function returnWithout(cx: Lowering, object: ValueId): void {
  const { fn } = cx;
  const [there, gone] = [fn.block(), fn.block()];
  fn.branch("ne", object, fn.const(0), there, gone, { unlikely: "else" });
  fn.enter(gone);
  cx.exits.onReturn(undefined);
  fn.enter(there);
}

/** What a row of lang/builtins or lang/functions says, for a scalar result. */
function applyRecipe(
  cx: Lowering,
  recipe: Recipe,
  expr: Extract<Expr, { readonly kind: "builtin" | "call" }>,
  args: readonly Expr[],
): ValueId {
  const { fn } = cx;
  switch (recipe.kind) {
    case "helper": {
      const values = recipe.args.map((arg) => {
        if (arg.kind === "constant") return fn.const(arg.value);
        if (arg.kind === "context") return cx.context();
        const operand = args[arg.index];
        invariant(operand !== undefined, "3-ir", `${expr.name} lacks argument ${arg.index}`);
        return cx.steps.scalar(cx, operand);
      });
      let value = fn.call(recipe.helper, values, { pure: recipe.pure });
      if (recipe.shift > 0) value = fn.binaryImm("shr", value, recipe.shift);
      const bits = recipe.bits;
      if (bits + recipe.shift >= 64) return value;
      return bits === 8 || bits === 16 || bits === 32
        ? fn.extend(bits, false, value)
        : fn.binaryImm("and", value, (1n << BigInt(bits)) - 1n);
    }
    case "custom":
      return lowerCustomScalar(cx, recipe.name, expr);
    case "checked":
      throw new InvariantError(`${expr.name} has no scalar value`);
    default:
      return unreachable(recipe);
  }
}

function unary(cx: Lowering, expr: Extract<Expr, { readonly kind: "unary" }>): ValueId {
  const { fn } = cx;
  const operand = cx.steps.scalar(cx, expr.operand);
  switch (expr.op) {
    case "-":
      return narrow(cx, fn.negate(operand), expr.type);
    case "~":
      return narrow(cx, fn.binaryImm("xor", operand, -1), expr.type);
    case "!":
      return fn.compare("eq", operand, fn.const(0));
    default:
      return unreachable(expr.op);
  }
}

/** Unsigned; a divisor of zero counts as one (L2.11). */
function divide(cx: Lowering, expr: Extract<Expr, { readonly kind: "binary" }>): ValueId {
  const { fn } = cx;
  const op = expr.op === "/" ? "udiv" : "umod";
  const left = cx.steps.scalar(cx, expr.left);
  const right = cx.steps.scalar(cx, expr.right);
  if (expr.right.kind === "constant" && expr.right.value !== 0n) return fn.binary(op, left, right);
  const divisor = fn.local();
  fn.write(divisor, right);
  const zero = fn.block();
  const onward = fn.block();
  fn.branch("eq", right, fn.const(0), zero, onward, { unlikely: "then" });
  fn.enter(zero);
  countFailure(cx, { kind: "divide-by-zero", span: expr.span, warn: true }, undefined);
  fn.write(divisor, fn.const(1));
  fn.jump(onward);
  fn.enter(onward);
  return fn.binary(op, left, fn.read(divisor));
}

/** 0 or 1 from a condition that is made of jumps. */
function materialize(cx: Lowering, expr: Expr): ValueId {
  const { fn } = cx;
  const result = fn.local();
  const yes = fn.block();
  const no = fn.block();
  const onward = fn.block();
  cx.steps.condition(cx, expr, yes, no);
  fn.enter(yes);
  fn.write(result, fn.const(1));
  fn.jump(onward);
  fn.enter(no);
  fn.write(result, fn.const(0));
  fn.jump(onward);
  fn.enter(onward);
  return fn.read(result);
}

function ternary(cx: Lowering, expr: Extract<Expr, { readonly kind: "ternary" }>): ValueId {
  const { fn } = cx;
  const result = fn.local();
  const yes = fn.block();
  const no = fn.block();
  const onward = fn.block();
  cx.steps.condition(cx, expr.condition, yes, no);
  for (const [block, arm] of [[yes, expr.then] as const, [no, expr.else] as const]) {
    fn.enter(block);
    fn.write(result, cx.steps.scalar(cx, arm));
    fn.jump(onward);
  }
  fn.enter(onward);
  return fn.read(result);
}

/** Scalar to scalar by the rules of C: the value modulo the target's range. */
function cast(cx: Lowering, operand: Expr, to: Type): ValueId {
  const { fn } = cx;
  const target = scalarShape(to);
  const source = scalarShape(operand.type);
  const given = cx.steps.scalar(cx, operand);
  if (target === undefined) return given;
  const value = to.kind !== "pointer" && to.kind !== "bool" && isFollowed(cx, operand) ? asNumber(cx, given) : given;
  if (to.kind === "bool") return operand.type.kind === "bool" ? value : fn.compare("ne", value, fn.const(0));
  if (target.size === 8) return value;
  const kept =
    source !== undefined &&
    (source.signed === target.signed ? source.size <= target.size : !source.signed && source.size < target.size);
  return kept ? value : narrow(cx, value, to);
}

/** The left side of a comparison. A pointer compared with 0 stays one: the verifier learns that it is not null. */
export function comparedLeft(cx: Lowering, expr: Extract<Expr, { readonly kind: "compare" }>): ValueId {
  const { op, left, right } = expr;
  const isNullCheck = (op === "==" || op === "!=") && right.kind === "constant" && right.value === 0n;
  const isWhole = left.kind === "cast" && left.operand.type.kind === "pointer" && scalarShape(left.type)?.size === 8;
  return cx.steps.scalar(cx, isNullCheck && isWhole ? left.operand : left);
}

/** Programs whose context holds pointers to kernel structures that the verifier knows the types of. */
const TYPED_CONTEXT: ReadonlySet<ProgramKind> = new Set<ProgramKind>(["fentry", "fexit", "tp_btf", "iter"]);

/** Whether the verifier may take the value for a pointer, with which it allows little arithmetic. */
function isFollowed(cx: Lowering, expr: Expr): boolean {
  if (expr.type.kind !== "pointer") return false;
  return TYPED_CONTEXT.has(cx.probe.program) || expr.kind === "context-pointer" || expr.kind === "context-address";
}

/** A pointer as a number like any other: what a helper copies, the verifier knows nothing of. */
function asNumber(cx: Lowering, pointer: ValueId): ValueId {
  const { fn } = cx;
  return cx.temps.borrow(8, "pointer", (from) => {
    fn.store(from, 8, pointer);
    return cx.temps.borrow(8, "number", (to) => {
      const args = [address(fn, to), fn.const(8), address(fn, from)];
      fn.call("probe_read_kernel", args, { reads: from.memory, writes: to.memory });
      return fn.load(to, 8, false);
    });
  });
}

/** Cuts a 64-bit value to its type's width. */
export function narrow(cx: Lowering, value: ValueId, type: Type): ValueId {
  const shape = scalarShape(type);
  if (shape === undefined || shape.size === 8) return value;
  return cx.fn.extend((shape.size * 8) as 8 | 16 | 32, shape.signed, value);
}

/** A scalar element of memory of ours; outside of its length: zero, and counted (L2.57). */
function element(cx: Lowering, expr: Extract<Expr, { readonly kind: "element" }>): ValueId {
  const { fn } = cx;
  const base = cx.steps.memory(cx, expr.base);
  if (expr.index.kind === "constant") {
    const offset = Number(expr.index.value) * expr.stride;
    return loadScalar(
      fn,
      { ...base, offset: base.offset + offset, align: scalarShape(expr.type)?.size ?? 1 },
      expr.type,
    );
  }
  const index = cx.steps.scalar(cx, expr.index);
  const result = fn.local();
  const inside = fn.block();
  const outside = fn.block();
  const onward = fn.block();
  fn.branch("ult", index, fn.const(expr.length), inside, outside, { unlikely: "else" });
  fn.enter(inside);
  const scaled = expr.stride === 1 ? index : fn.binaryImm("mul", index, expr.stride);
  const from = { ...base, base: fn.binary("add", base.base, scaled), align: scalarShape(expr.type)?.size ?? 1 };
  fn.write(result, loadScalar(fn, from, expr.type));
  fn.jump(onward);
  fn.enter(outside);
  countFailure(cx, { kind: "out-of-bounds", span: expr.span, warn: true }, undefined);
  fn.write(result, fn.const(0));
  fn.jump(onward);
  fn.enter(onward);
  return fn.read(result);
}
