/**
 * What a probe receives: registers, tracepoint fields, typed arguments of functions and raw tracepoints, return values.
 * All become loads from the program's context at fixed offsets.
 */
import type { Btf, TypeId } from "../btf/types.ts";
import { I8, I64, U8, U64 } from "../lang/types.ts";
import type { TracepointField } from "../snapshot/snapshot.ts";
import type { Span } from "../source/span.ts";
import { scalarType } from "../types/c-names.ts";
import { type BtfSource, fromBtf, resolve } from "../types/from-btf.ts";
import { isMemory, sizeOf } from "../types/layout.ts";
import type { AddressSpace, IntegerType, Type } from "../types/type.ts";
import { binaryArgument, binaryArguments } from "./binary-types.ts";
import type { Context } from "./context.ts";
import { contextWord, register, stackAddress } from "./context-words.ts";
import { trust } from "./fields.ts";
import { cast, errorExpr, readAt } from "./nodes.ts";
import { similar } from "./similar.ts";
import { defaultSpace } from "./type-names.ts";
import type * as Typed from "./typed.ts";

/** `arg0` … : registers of a function's arguments, words of a raw tracepoint. */
export function numberedArgument(ctx: Context, name: string, index: number, span: Span): Typed.Expr {
  const row = ctx.unit.row;
  if (row === undefined || row.numbered === "none") {
    if (row === undefined) ctx.report("outside-probe", span, { name });
    else ctx.report("argument-builtin", span, { name, provider: row.name });
    return errorExpr(span);
  }
  // The note gives each argument's width and sign; the loader extends it so, and the reference shows it as a signed number.
  if (row.numbered === "note") return { kind: "note-argument", index, type: { ...I64, space: row.space }, span };
  if (row.numbered === "array") return contextWord(index * 8, defaultSpace(ctx), span);
  const argument = ctx.arch.fnArgs[index];
  const value = argument === undefined ? undefined : register(ctx, argument, span);
  if (value !== undefined) return value;
  ctx.report("argument-register", span, { name, arch: ctx.arch.name });
  return errorExpr(span);
}

/** `sarg0` … : arguments on the stack, at function entry. */
export function stackArgument(ctx: Context, name: string, index: number, span: Span): Typed.Expr {
  const row = ctx.unit.row;
  const pointer = stackAddress(ctx, 8 * index, row?.space ?? "none", span);
  if (row === undefined || row.numbered !== "registers" || pointer === undefined) {
    ctx.report("argument-builtin", span, { name, provider: row?.name ?? "" });
    return errorExpr(span);
  }
  return readAt(pointer, { ...U64, space: row.space }, row.space, span);
}

/** A probe that `missing_probes` lets stand although this kernel has not what it traces, nor its arguments' types. */
export function isElsewhere(ctx: Context): boolean {
  const attach = ctx.unit.target?.attach;
  const { snapshot } = ctx.env;
  if (attach?.kind === "tracepoint")
    return ctx.unit.target?.pattern !== true && snapshot.tracepoint(attach.category, attach.event) === undefined;
  if (attach?.kind !== "fentry" && attach?.kind !== "fexit") return false;
  return ctx.unit.target?.pattern !== true && snapshot.functionType(attach.function, attach.module) === undefined;
}

/** Reports that the probe has no named arguments; true if it has. */
function checkArgs(ctx: Context, span: Span): boolean {
  const row = ctx.unit.row;
  if (row === undefined) ctx.report("outside-probe", span, { name: "args" });
  else if (row.args !== "none") return true;
  else {
    const attach = ctx.unit.target?.attach;
    const traced = attach?.kind === "kprobe" || attach?.kind === "kretprobe" ? attach.function : undefined;
    const known = traced !== undefined && ctx.env.snapshot.functionType(traced, undefined) !== undefined;
    ctx.report("args-builtin", span, { provider: row.name, target: known ? traced : undefined });
  }
  return false;
}

/** `args.name`. */
export function namedArgument(ctx: Context, name: string, span: Span, nameSpan: Span): Typed.Expr {
  if (!checkArgs(ctx, span)) return errorExpr(span);
  ctx.unit.uses.add("args");
  const attach = ctx.unit.target?.attach;
  if (attach?.kind === "uprobe") return binaryArgument(ctx, name, span);
  if (isElsewhere(ctx)) {
    ctx.unit.uses.add("arguments-elsewhere");
    return errorExpr(span); // reported when the target was resolved
  }
  if (attach?.kind === "tracepoint") return tracepointField(ctx, attach.category, attach.event, name, span, nameSpan);
  const found = prototype(ctx);
  if (found === undefined) {
    ctx.report("rawtracepoint-btf", span, {});
    return errorExpr(span);
  }
  const place = found.params.find((param) => param.name === name);
  if (place !== undefined) return argumentAt(ctx, found.source, place.type, place.slot, span);
  ctx.report("unknown-parameter", span, {
    name,
    similar: similar(
      name,
      found.params.map((param) => param.name),
    ),
  });
  return errorExpr(span);
}

/** All named arguments in order, for `print(args)`. */
export function allArguments(ctx: Context, span: Span): Typed.Expr {
  if (!checkArgs(ctx, span)) return errorExpr(span);
  ctx.unit.uses.add("args");
  const attach = ctx.unit.target?.attach;
  if (attach?.kind === "uprobe") return binaryArguments(ctx, span);
  const names =
    attach?.kind === "tracepoint"
      ? (ctx.env.snapshot.tracepoint(attach.category, attach.event)?.fields ?? [])
          .filter(isVisible)
          .map((field) => field.name)
      : (prototype(ctx)?.params ?? []).map((param) => param.name);
  const elements = names.map((name) => namedArgument(ctx, name, span, span));
  const fields = names.map((name, i) => ({ name, type: elements[i]?.type ?? { kind: "error" as const } }));
  return { kind: "tuple", elements, type: { kind: "record", fields }, span };
}

function isVisible(field: TracepointField): boolean {
  return !field.name.startsWith("common_") && field.name !== "__syscall_nr";
}

// --- Typed arguments ------------------------------------------------------------------------------------------------

type Prototype = {
  readonly source: BtfSource;
  readonly params: readonly { readonly name: string; readonly type: TypeId; readonly slot: number }[];
  readonly returns: TypeId;
  /** Words of the context that arguments take; the return value follows. */
  readonly slots: number;
};

/** The traced function's or raw tracepoint's prototype out of BTF. */
function prototype(ctx: Context): Prototype | undefined {
  const attach = ctx.unit.target?.attach;
  const { snapshot } = ctx.env;
  if (attach?.kind === "fentry" || attach?.kind === "fexit") {
    const found = snapshot.functionType(attach.function, attach.module);
    return found === undefined
      ? undefined
      : readPrototype({ kind: "kernel", btf: found.btf, module: found.module }, found.proto, 0);
  }
  if (attach?.kind !== "rawtracepoint") return undefined;
  const modules = [undefined, ...(attach.module === undefined ? snapshot.modules : [attach.module])];
  for (const module of modules) {
    const btf = module === undefined ? snapshot.btf : snapshot.moduleBtf(module);
    const id = btf?.find("typedef", `btf_trace_${attach.event}`);
    if (btf === undefined || id === undefined) continue;
    // typedef void (*btf_trace_x)(void *, …): the first parameter is the tracepoint's own data.
    const pointer = resolve(btf, id).type;
    if (pointer.kind === "ptr") {
      const found = readPrototype({ kind: "kernel", btf, module }, resolve(btf, pointer.type).id, 1);
      return found === undefined ? undefined : withNames(found, parameterNames(btf, attach.event));
    }
  }
  return undefined;
}

/** The typedef's parameters have no names; functions that the kernel generates beside it do (include/trace/*.h). */
function parameterNames(btf: Btf, event: string): readonly string[] {
  for (const prefix of ["__bpf_trace_", "__probestub_", "__traceiter_"]) {
    const id = btf.find("func", prefix + event);
    const func = id === undefined ? undefined : btf.type(id);
    const proto = func?.kind === "func" ? btf.type(func.type) : undefined;
    const names = proto?.kind === "func_proto" ? proto.params.slice(1).map((param) => param.name) : [];
    if (names.length > 0 && names.every((name) => name !== "")) return names;
  }
  return [];
}

function withNames(prototype: Prototype, names: readonly string[]): Prototype {
  if (names.length !== prototype.params.length) return prototype;
  return { ...prototype, params: prototype.params.map((param, i) => ({ ...param, name: names[i] ?? param.name })) };
}

function readPrototype(source: BtfSource, proto: TypeId, skip: number): Prototype | undefined {
  const type = source.btf.type(proto);
  if (type.kind !== "func_proto") return undefined;
  let slot = 0;
  const params = type.params.slice(skip).map((param, index) => {
    const at = slot;
    slot += Math.max(1, Math.ceil(btfSize(source.btf, param.type) / 8));
    return { name: param.name === "" ? `arg${index}` : param.name, type: param.type, slot: at };
  });
  return { source, params, returns: type.returns, slots: slot };
}

function btfSize(btf: Btf, id: TypeId): number {
  const { type } = resolve(btf, id);
  return type.kind === "struct" || type.kind === "union" ? type.size : 8;
}

function argumentAt(ctx: Context, source: BtfSource, id: TypeId, slot: number, span: Span): Typed.Expr {
  const type = fromBtf(source, id);
  if (isMemory(type)) {
    ctx.report("unsupported-expression", span, { what: "an argument passed as a whole struct" });
    return errorExpr(span);
  }
  const word = contextWord(slot * 8, "kernel", span);
  // Registers are saved whole: above a narrow argument stands anything. Casts cut it off; a bool is its low byte.
  const operand = type.kind === "bool" ? cast(word, U8) : word;
  const value: Typed.Expr =
    type.kind === "opaque" || type.kind === "none" ? word : { kind: "cast", operand, type, span };
  const typed = type.kind === "pointer" && type.to.kind === "struct" && type.space === "kernel";
  return typed ? trust(ctx, value) : value;
}

/** `retval`: a register, or the function's typed result. */
export function returnValue(ctx: Context, span: Span): Typed.Expr {
  const row = ctx.unit.row;
  ctx.unit.uses.add("retval");
  if (row?.retval === "register") return register(ctx, ctx.arch.retval, span) ?? errorExpr(span);
  if (row?.retval === "btf") {
    const found = prototype(ctx);
    if (found !== undefined) return argumentAt(ctx, found.source, found.returns, found.slots, span);
  }
  if (row === undefined) ctx.report("outside-probe", span, { name: "retval" });
  else ctx.report(row.name === "tracepoint" ? "retval-tracepoint" : "retval-builtin", span, {});
  return errorExpr(span);
}

/** `ctx.field` of an iterator: members of struct bpf_iter__NAME, all of them words of the context. */
export function iteratorContext(ctx: Context, name: string, span: Span, nameSpan: Span): Typed.Expr {
  const attach = ctx.unit.target?.attach;
  if (attach?.kind !== "iter") return errorExpr(span);
  const source = ctx.types.source;
  const id = source.btf.find("struct", `bpf_iter__${attach.target}`);
  const type = id === undefined ? undefined : source.btf.type(id);
  if (type === undefined || type.kind !== "struct") {
    ctx.report("iter-missing", span, { name: attach.target, known: [] });
    return errorExpr(span);
  }
  for (const member of type.members) {
    const direct = member.name === name;
    const inner = member.name === "" ? resolve(source.btf, member.type).type : undefined;
    // __bpf_md_ptr(type, name): an anonymous union of the pointer and a u64.
    const through =
      inner?.kind === "union" || inner?.kind === "struct" ? inner.members.find((one) => one.name === name) : undefined;
    if (!direct && through === undefined) continue;
    const fieldType = fromBtf(source, (through ?? member).type);
    const word = contextWord(Math.floor((member.bitOffset + (through?.bitOffset ?? 0)) / 8), "kernel", span);
    return trust(ctx, { kind: "cast", operand: word, type: fieldType, span });
  }
  ctx.report("unknown-field", nameSpan, { type: `struct bpf_iter__${attach.target}`, field: name, similar: [] });
  return errorExpr(span);
}

// --- Tracepoint records ---------------------------------------------------------------------------------------------

function tracepointField(
  ctx: Context,
  category: string,
  event: string,
  name: string,
  span: Span,
  nameSpan: Span,
): Typed.Expr {
  const tracepoint = ctx.env.snapshot.tracepoint(category, event);
  if (tracepoint === undefined) return errorExpr(span);
  const field = tracepoint.fields.find((one) => one.name === name && !one.name.startsWith("common_"));
  if (field === undefined) {
    const names = tracepoint.fields.filter(isVisible).map((one) => one.name);
    const type = `struct _tracepoint_${category}_${event}`;
    ctx.report("unknown-field", nameSpan, { type, field: name, similar: similar(name, names) });
    return errorExpr(span);
  }
  const user = category === "syscalls" && event.startsWith("sys_enter_");
  return recordField(ctx, category, event, field, user ? "user" : "kernel", span);
}

function recordField(
  ctx: Context,
  category: string,
  event: string,
  field: TracepointField,
  space: AddressSpace,
  span: Span,
): Typed.Expr {
  const use = { category, event, name: field.name };
  const location = /^__data_loc (.*)\[\]$/.exec(field.type);
  if (location !== null) {
    const element = fieldType(ctx, (location[1] ?? "").trim(), 1, false, "kernel");
    const pointer: Type = { kind: "pointer", to: element, space: "kernel" };
    const start: Typed.Expr = {
      kind: "context",
      offset: field.offset,
      size: 4,
      signed: false,
      field: { ...use, dataLoc: true },
      type: pointer,
      span,
    };
    if (!/\bchar$/.test(location[1] ?? "")) return start;
    return {
      kind: "call",
      name: "str",
      args: [start],
      literals: [],
      type: { kind: "string", size: ctx.settings.maxStrlen },
      span,
    };
  }
  const array = /^(.*)\[(.*)\]$/.exec(field.type);
  if (array !== null) {
    const element = fieldType(ctx, (array[1] ?? "").trim(), 1, field.signed, space);
    const unit = Math.max(1, sizeOf(element));
    const chars = /\bchar$/.test((array[1] ?? "").trim()) && !/unsigned|signed/.test(array[1] ?? "");
    const type: Type = chars
      ? { kind: "string", size: field.size, exact: true }
      : { kind: "array", element, length: Math.floor(field.size / unit) };
    const to = chars ? I8 : element;
    const address: Typed.Expr = {
      kind: "context-address",
      offset: field.offset,
      field: use,
      type: { kind: "pointer", to, space: "kernel" },
      span,
    };
    return readAt(address, type, "kernel", span);
  }
  const type = fieldType(ctx, field.type, field.size, field.signed, space);
  const size = field.size;
  if (size !== 1 && size !== 2 && size !== 4 && size !== 8) {
    ctx.report("unsupported-expression", span, {
      what: `a tracepoint field of ${size} bytes (${field.type} ${field.name})`,
    });
    return errorExpr(span);
  }
  const signed = type.kind === "integer" && type.signed;
  const load: Typed.Expr = {
    kind: "context",
    offset: field.offset,
    size,
    signed,
    field: { ...use, dataLoc: false },
    type,
    span,
  };
  if (sizeOf(type) === size) return load;
  // Syscall arguments are stored as longs whatever their type is: the low part is the value.
  const word: IntegerType = { kind: "integer", size, signed, space };
  return cast({ ...load, type: word }, type);
}

/** Type of a field from its C spelling; scalars whose name says nothing keep the format's size and sign. */
function fieldType(ctx: Context, spelling: string, size: number, signed: boolean, space: AddressSpace): Type {
  const text = spelling
    .replace(/\b(const|volatile|__user|__kernel)\b/g, "")
    .replace(/\s+/g, " ")
    .trim();
  if (text.includes("(")) return { kind: "pointer", to: { kind: "none" }, space };
  if (text.endsWith("*")) {
    const own = /\b__user\b/.test(spelling) ? "user" : space;
    return { kind: "pointer", to: pointee(ctx, text.slice(0, -1).trim(), own), space: own };
  }
  const tagged = /^(struct|union|enum) (\w+)$/.exec(text);
  if (tagged !== null) {
    const found = ctx.types.tagged(
      tagged[1] === "enum" ? "enum" : tagged[1] === "union" ? "union" : "struct",
      tagged[2] ?? "",
    );
    if (found !== undefined && !isMemory(found)) return found;
  }
  const named = scalarType(text) ?? ctx.types.named(text);
  if (named !== undefined && !isMemory(named) && named.kind !== "opaque" && named.kind !== "none") {
    // The format's own sign wins over nothing: names such as dev_t are in BTF, with the right one.
    return named;
  }
  const width = size === 1 || size === 2 || size === 4 ? size : 8;
  return { kind: "integer", size: width, signed };
}

function pointee(ctx: Context, text: string, space: AddressSpace): Type {
  if (text === "" || text === "void") return { kind: "none" };
  if (text.endsWith("*")) return { kind: "pointer", to: pointee(ctx, text.slice(0, -1).trim(), space), space };
  const tagged = /^(struct|union|enum) (\w+)$/.exec(text);
  if (tagged !== null) {
    const tag = tagged[1] === "enum" ? "enum" : tagged[1] === "union" ? "union" : "struct";
    const name = tagged[2] ?? "";
    const found = ctx.types.tagged(tag, name);
    if (found !== undefined) return found;
    return tag === "enum" ? { kind: "none" } : { kind: "struct", tag, name, size: 0, origin: { kind: "opaque" } };
  }
  return scalarType(text) ?? ctx.types.named(text) ?? { kind: "none" };
}
