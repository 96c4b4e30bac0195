/** Functions of addresses, stacks, clocks, identities and the network (sections 5.3–5.5 and 5.7 of the language). */
import { BOOL, I64, U8, U64 } from "../lang/types.ts";
import type { Span } from "../source/span.ts";
import { isMemory, sizeOf } from "../types/layout.ts";
import { printType } from "../types/print.ts";
import { isIntegral } from "../types/relations.ts";
import type { AddressSpace, Type } from "../types/type.ts";
import { allowedHere, probedAddress, relative } from "./builtins.ts";
import {
  addressArgument,
  type Call,
  callNode,
  integerArgument,
  literalArgument,
  type Row,
  valueArgument,
} from "./call-arguments.ts";
import { placed } from "./casts.ts";
import type { Context } from "./context.ts";
import { register } from "./context-words.ts";
import { parseAddress } from "./inet-address.ts";
import { libraryCall } from "./library.ts";
import { integerLiteral, wordArgument } from "./literals.ts";
import { memberPath } from "./members.ts";
import { cast, constant, constantValue, errorExpr, readAggregate, readAt, widen } from "./nodes.ts";
import { stackValue } from "./stacks.ts";
import { isTypeName, resolveType } from "./type-names.ts";
import type * as Typed from "./typed.ts";

const CLOCKS = ["monotonic", "boot", "tai", "sw_tai"];

/** A call of this family; undefined: of another. */
export function addressCall(ctx: Context, call: Call, row: Row): Typed.Expr | undefined {
  const { span, args } = call;
  switch (row.name) {
    case "kptr":
    case "uptr": {
      const value = addressArgument(ctx, row.name, args[0], span);
      return value === undefined ? errorExpr(span) : inSpace(value, row.name === "kptr" ? "kernel" : "user", span);
    }
    case "ksym": {
      const value = addressArgument(ctx, row.name, args[0], span);
      return value === undefined ? errorExpr(span) : { ...cast(value, { kind: "ksym" }), span };
    }
    case "usym": {
      const value = addressArgument(ctx, row.name, args[0], span);
      return value === undefined ? errorExpr(span) : callNode("usym", [cast(value, U64)], [], { kind: "usym" }, span);
    }
    case "kaddr": {
      const symbol = literalArgument(ctx, row.name, args, 0, span);
      if (symbol === undefined) return errorExpr(span);
      return callNode(
        "kaddr",
        [],
        ["kernel", symbol],
        { kind: "integer", size: 8, signed: false, space: "kernel" },
        span,
      );
    }
    case "uaddr":
      return userAddress(ctx, call);
    case "cgroupid":
      return cgroupId(ctx, call);
    case "cgroup_path": {
      const id = integerArgument(ctx, row.name, args[0], span);
      const filter = args.length < 2 ? "" : literalArgument(ctx, row.name, args, 1, span);
      return id === undefined || filter === undefined
        ? errorExpr(span)
        : { ...cast(id, { kind: "cgroup_path", filter }), span };
    }
    case "reg":
      return registerCall(ctx, call);
    case "is_err": {
      const value = addressArgument(ctx, row.name, args[0], span);
      if (value === undefined) return errorExpr(span);
      // The top 4095 addresses are error numbers: include/linux/err.h, IS_ERR_VALUE.
      const limit = constant(-4095n, U64, span);
      return { kind: "compare", op: ">=", signed: false, left: cast(value, U64), right: limit, type: BOOL, span };
    }
    case "macaddr":
      return macAddress(ctx, call);
    case "ntop":
      return networkAddress(ctx, call);
    case "pton": {
      const written = literalArgument(ctx, row.name, args, 0, span);
      if (written === undefined) return errorExpr(span);
      const value = parseAddress(written);
      if (value === undefined) {
        ctx.report("pton-address", span, { text: written });
        return errorExpr(span);
      }
      return { kind: "bytes", value, type: { kind: "array", element: U8, length: value.length }, span };
    }
    case "nsecs": {
      const mode = args[0] === undefined ? "boot" : wordArgument(ctx, args[0]);
      if (mode === undefined || !CLOCKS.includes(mode)) {
        ctx.report("nsecs-mode", span, { mode: mode ?? "an expression" });
        return errorExpr(span);
      }
      return mode === "boot"
        ? { kind: "builtin", name: "nsecs", type: U64, span }
        : callNode("nsecs", [], [mode], U64, span);
    }
    case "strftime": {
      const format = literalArgument(ctx, row.name, args, 0, span);
      const value = integerArgument(ctx, row.name, args[1], span);
      if (format === undefined || value === undefined) return errorExpr(span);
      if (value.kind === "call" && value.name === "nsecs" && value.literals[0] === "monotonic") {
        ctx.report("strftime-monotonic", span, {});
        return errorExpr(span);
      }
      if ((constantValue(value) ?? 0n) < 0n) {
        ctx.report("argument-negative", span, {
          name: "strftime",
          what: "nanoseconds",
          value: String(constantValue(value)),
        });
        return errorExpr(span);
      }
      return { ...cast(value, { kind: "timestamp", format }), span };
    }
    case "pid":
    case "tid":
      return namespaceId(ctx, call, row.name);
    case "ppid":
    case "pcomm":
    case "leader_tid":
    case "leader_comm": {
      const task = valueArgument(ctx, args[0]);
      return task === undefined ? errorExpr(span) : relative(ctx, row.name, task, span);
    }
    case "comm":
      return libraryCall(ctx, call);
    case "kstack":
    case "ustack":
      return stackValue(ctx, row.name, args, span);
    case "path":
      return pathCall(ctx, call);
    case "socket_cookie": {
      const name = ctx.unit.row?.name;
      if (name !== "fentry" && name !== "fexit" && name !== "rawtracepoint") {
        ctx.report("socket-cookie-probe", span, {});
        return errorExpr(span);
      }
      const socket = valueArgument(ctx, args[0]);
      if (socket === undefined) return errorExpr(span);
      const { type } = socket;
      if (type.kind !== "pointer" || type.to.kind !== "struct" || type.to.name !== "sock") {
        if (type.kind !== "error") ctx.report("socket-cookie-argument", span, { got: printType(type) });
        return errorExpr(span);
      }
      return callNode("socket_cookie", [socket], [], U64, span);
    }
    case "container_of":
      return containerOf(ctx, call);
    case "percpu_kaddr": {
      const name = literalArgument(ctx, row.name, args, 0, span);
      if (name === undefined) return errorExpr(span);
      if (ctx.env.snapshot.btf.find("var", name) !== undefined) return libraryCall(ctx, call);
      ctx.report("percpu-variable", span, { name });
      return errorExpr(span);
    }
    case "write_user":
      return writeUser(ctx, call);
    default:
      return undefined;
  }
}

/** `write_user(to, from, length)`: `from` is a value in memory or a pointer to the bytes. */
function writeUser(ctx: Context, call: Call): Typed.Expr {
  const { span, args } = call;
  const to = addressArgument(ctx, "write_user", args[0], span);
  const from = valueArgument(ctx, args[1]);
  const length = integerArgument(ctx, "write_user", args[2], span);
  if (to === undefined || from === undefined || length === undefined) return errorExpr(span);
  const bytes = constantValue(length);
  if (bytes === undefined || bytes < 1n || bytes > BigInt(ctx.settings.maxStrlen)) {
    ctx.report("literal-needed", span, { name: "write_user" });
    return errorExpr(span);
  }
  if (from.type.kind !== "pointer" && !isMemory(from.type)) {
    ctx.report("argument-type", span, { name: "write_user", kind: "pointer", got: printType(from.type) });
    return errorExpr(span);
  }
  return callNode("write_user", [cast(to, U64), from], [bytes], BOOL, span);
}

/** The same address in another space; the type stays. */
function inSpace(value: Typed.Expr, space: AddressSpace, span: Span): Typed.Expr {
  if (value.type.kind === "pointer") return { ...cast(value, placed(value.type, space)), span };
  if (value.type.kind === "integer") return { ...value, type: { ...value.type, space }, span };
  return value;
}

function userAddress(ctx: Context, call: Call): Typed.Expr {
  const { span, args } = call;
  const { target } = ctx.unit;
  const attach = target?.attach;
  if (attach?.kind !== "uprobe" && attach?.kind !== "uretprobe" && attach?.kind !== "usdt") {
    ctx.report("probe-builtin", span, { name: "uaddr", provider: target?.row.name ?? "fn" });
    return errorExpr(span);
  }
  const symbol = literalArgument(ctx, "uaddr", args, 0, span);
  if (symbol === undefined) return errorExpr(span);
  const type: Type = { kind: "pointer", to: U64, space: "user" };
  ctx.unit.uses.add("probed-place");
  return callNode("uaddr", [probedAddress(ctx, span)], ["user", symbol, attach.path], type, span);
}

/** The id belongs to the host that runs the program: it is looked up there, when the object is loaded. */
function cgroupId(ctx: Context, call: Call): Typed.Expr {
  const path = literalArgument(ctx, "cgroupid", call.args, 0, call.span);
  if (path === undefined) return errorExpr(call.span);
  if (!path.startsWith("/")) {
    ctx.report("cgroup-path", call.span, { path });
    return errorExpr(call.span);
  }
  return callNode("cgroupid", [], ["cgroup", path], U64, call.span);
}

function registerCall(ctx: Context, call: Call): Typed.Expr {
  const { span } = call;
  if (!allowedHere(ctx, "reg", true, span)) return errorExpr(span);
  const name = literalArgument(ctx, "reg", call.args, 0, span);
  if (name === undefined) return errorExpr(span);
  const value = register(ctx, name, span);
  if (value !== undefined) return value;
  ctx.report("register-unknown", span, { name, arch: ctx.arch.name, known: Object.keys(ctx.arch.registers) });
  return errorExpr(span);
}

function macAddress(ctx: Context, call: Call): Typed.Expr {
  const { span, args } = call;
  const value = valueArgument(ctx, args[0]);
  if (value === undefined) return errorExpr(span);
  const kind = value.type.kind;
  if (kind !== "array" && kind !== "pointer" && kind !== "string") {
    ctx.report("macaddr-type", span, { got: printType(value.type) });
    return errorExpr(span);
  }
  const size = kind === "pointer" ? 6 : sizeOf(value.type);
  if (size < 6) {
    ctx.report("macaddr-size", span, { size });
    return errorExpr(span);
  }
  return callNode("macaddr", [value], [], { kind: "mac" }, span);
}

const AF_INET = 2n;
const AF_INET6 = 10n;

/** ntop([family,] address): an integer or 4 bytes are IPv4, 16 bytes IPv6 (L5.46). */
function networkAddress(ctx: Context, call: Call): Typed.Expr {
  const { span, args } = call;
  const last = valueArgument(ctx, args[args.length - 1]);
  const given = args.length === 2 ? integerArgument(ctx, "ntop", args[0], span) : undefined;
  if (last === undefined || (args.length === 2 && given === undefined)) return errorExpr(span);
  const family = given === undefined ? undefined : constantValue(given);
  if (family !== undefined && family !== AF_INET && family !== AF_INET6) {
    ctx.report("ntop-family", span, { family: String(family) });
    return errorExpr(span);
  }
  const address = networkBytes(ctx, last, span);
  if (address === undefined) return errorExpr(span);
  const bytes = isIntegral(address.type) ? 4 : sizeOf(address.type);
  const own = constant(bytes === 16 ? AF_INET6 : AF_INET, U64, span);
  return callNode("ntop", [given === undefined ? own : cast(given, U64), address], [], { kind: "inet" }, span);
}

function networkBytes(ctx: Context, value: Typed.Expr, span: Span): Typed.Expr | undefined {
  const plain = readAggregate(value);
  if (isIntegral(plain.type)) return widen(plain);
  const type = plain.type;
  if (type.kind === "array" || type.kind === "struct" || type.kind === "string") {
    const size = sizeOf(type);
    if (size === 4 || size === 16) return plain;
    ctx.report("ntop-size", span, { size });
    return undefined;
  }
  if (
    type.kind === "pointer" &&
    (type.to.kind === "array" || type.to.kind === "struct") &&
    (sizeOf(type.to) === 4 || sizeOf(type.to) === 16)
  ) {
    return readAt(plain, type.to, type.space, span);
  }
  ctx.report("ntop-type", span, { got: printType(type) });
  return undefined;
}

function namespaceId(ctx: Context, call: Call, name: "pid" | "tid"): Typed.Expr {
  const { span, args } = call;
  const type: Type = { kind: "integer", size: 4, signed: false };
  const mode = args[0] === undefined ? "init" : wordArgument(ctx, args[0]);
  if (mode === "init") return { kind: "builtin", name, type, span };
  if (mode === "curr_ns") return callNode(name, [], [name], type, span);
  ctx.report("pid-mode", span, { mode: mode ?? "an expression" });
  return errorExpr(span);
}

/** d_path works on a struct path that the verifier knows: of typed probes only. */
function pathCall(ctx: Context, call: Call): Typed.Expr {
  const { span, args } = call;
  const name = ctx.unit.row?.name;
  if (name !== "fentry" && name !== "fexit" && name !== "iter") {
    ctx.report("path-probe", span, {});
    return errorExpr(span);
  }
  const value = valueArgument(ctx, args[0]);
  const size = args[1] === undefined ? BigInt(ctx.settings.maxStrlen) : integerLiteral(ctx, args[1]);
  if (size === undefined || size < 0n) {
    ctx.report("literal-needed", span, { name: "path" });
    return errorExpr(span);
  }
  if (value === undefined) return errorExpr(span);
  const struct = value.type.kind === "pointer" ? value.type.to : value.type;
  if (struct.kind !== "struct" || struct.name !== "path") {
    ctx.report("argument-type", span, { name: "path", kind: "struct path", got: printType(value.type) });
    return errorExpr(span);
  }
  const type: Type = { kind: "string", size: Math.max(1, Math.min(ctx.settings.maxStrlen, Number(size))) };
  if (value.kind === "member") {
    const { pointer, path, space, direct } = value;
    const address: Typed.Expr = {
      kind: "member-address",
      pointer,
      path,
      space,
      direct,
      type: { kind: "pointer", to: struct, space },
      span,
    };
    return callNode("path", [address], [], type, span);
  }
  return callNode("path", [value], [], type, span);
}

/** The address of the struct that a member stands in: minus the member's offset, which is relocated. */
function containerOf(ctx: Context, call: Call): Typed.Expr {
  const { span, args } = call;
  const [, outer, member] = args;
  const pointer = valueArgument(ctx, args[0]);
  const name = member === undefined ? undefined : wordArgument(ctx, member);
  if (pointer === undefined || outer === undefined || name === undefined) return errorExpr(span);
  const type = isTypeName(outer) ? resolveType(ctx, outer) : ctx.expr(outer).type;
  if (pointer.type.kind !== "pointer" || type.kind !== "struct") {
    ctx.report("argument-type", span, {
      name: "container_of",
      kind: "pointer and struct",
      got: `${printType(pointer.type)}, ${printType(type)}`,
    });
    return errorExpr(span);
  }
  const space = pointer.type.space;
  const found = memberPath(type, name, space);
  if (found === undefined) {
    ctx.report("unknown-field", span, { type: printType(type), field: name, similar: [] });
    return errorExpr(span);
  }
  const result: Type = { kind: "pointer", to: type, space };
  const zero = constant(0n, result, span);
  const offset: Typed.Expr = {
    kind: "member-address",
    pointer: zero,
    path: found.path,
    space,
    direct: false,
    type: { kind: "pointer", to: found.path.type, space },
    span,
  };
  return cast({ kind: "binary", op: "-", left: cast(pointer, U64), right: cast(offset, U64), type: I64, span }, result);
}
