/** The typed program as text, for `--emit typed`: one program per block, every expression with its meaning spelled out. */
import { printType } from "../types/print.ts";
import { unreachable } from "../util/assert.ts";
import type * as Typed from "./typed.ts";

type Names = { readonly maps: ReadonlyMap<Typed.MapId, string>; readonly vars: ReadonlyMap<Typed.VarId, string> };

/** Maps, parameters, functions and programs in order. */
export function printTyped(program: Typed.Program): string {
  const maps = new Map(program.maps.map((map) => [map.id, map.name]));
  const lines: string[] = [];
  for (const map of program.maps) {
    const key = map.key === undefined ? "" : `[${printType(map.key)}]`;
    lines.push(`map ${map.name}${key}: ${printType(map.value)} ${map.storage}(${map.maxEntries})`);
  }
  for (const param of program.params) lines.push(`param ${printParam(param)}`);
  for (const fn of program.functions) {
    const names = namesOf(maps, fn.vars);
    const params = fn.params.map((param) => `${names.vars.get(param.id)}: ${printType(param.type)}`).join(", ");
    lines.push(`fn ${fn.name}(${params}): ${printType(fn.returns)} {`, ...printBody(names, fn.body, 1), "}");
  }
  for (const probe of program.probes) {
    const names = namesOf(maps, probe.vars);
    lines.push(`program ${probe.name} ${probe.program} "${probe.section}" {`);
    for (const attach of probe.attach) lines.push(`  attach ${JSON.stringify(attach)}`);
    if (probe.pidFilter) lines.push("  pid filter");
    for (const one of probe.vars) lines.push(`  var ${names.vars.get(one.id)}: ${printType(one.type)}`);
    if (probe.predicate !== undefined)
      lines.push(`  if not ${printExpr(names, probe.predicate)} return ${probe.defaultReturn}`);
    lines.push(...printBody(names, probe.body, 1), "}");
  }
  return `${lines.join("\n")}\n`;
}

/** Variables of one unit by id: equal names of different blocks are told apart. */
function namesOf(maps: ReadonlyMap<Typed.MapId, string>, vars: readonly Typed.Var[]): Names {
  const count = new Map<string, number>();
  for (const one of vars) count.set(one.name, (count.get(one.name) ?? 0) + 1);
  return {
    maps,
    vars: new Map(vars.map((one) => [one.id, `$${one.name}${(count.get(one.name) ?? 0) > 1 ? `.${one.id}` : ""}`])),
  };
}

function printParam(param: Typed.Param): string {
  switch (param.kind) {
    case "positional":
      return `$${param.index}: ${param.type}`;
    case "count":
      return "$#";
    case "named":
      return `--${param.name}=${param.default}: ${param.type}`;
    default:
      return unreachable(param);
  }
}

function printBody(names: Names, body: readonly Typed.Stmt[], depth: number): string[] {
  return body.flatMap((stmt) => printStmt(names, stmt, depth));
}

function printStmt(names: Names, stmt: Typed.Stmt, depth: number): string[] {
  const pad = "  ".repeat(depth);
  const expr = (value: Typed.Expr): string => printExpr(names, value);
  const place = (map: Typed.MapId, key: Typed.Expr | undefined): string => printPlace(names, map, key);
  const block = (head: string, body: readonly Typed.Stmt[]): string[] => [
    `${pad}${head} {`,
    ...printBody(names, body, depth + 1),
    `${pad}}`,
  ];
  const captured = (ids: readonly Typed.VarId[]): string =>
    ids.length === 0 ? "" : ` using ${ids.map((id) => names.vars.get(id)).join(", ")}`;
  switch (stmt.kind) {
    case "expr":
      return [`${pad}${expr(stmt.expr)}`];
    case "assign-var":
      return [`${pad}${names.vars.get(stmt.var)} = ${expr(stmt.value)}`];
    case "assign-map":
      return [`${pad}${place(stmt.map, stmt.key)} = ${expr(stmt.value)}`];
    case "aggregate":
      return [`${pad}${place(stmt.map, stmt.key)} = ${stmt.fn.fn}(${stmt.arg === undefined ? "" : expr(stmt.arg)})`];
    case "if": {
      const then = block(`if ${expr(stmt.condition)}`, stmt.then);
      return stmt.else.length === 0 ? then : [...then.slice(0, -1), ...block("} else", stmt.else)];
    }
    case "unroll":
      return block(`unroll ${stmt.count}`, stmt.body);
    case "while":
      return block(`while ${expr(stmt.condition)}`, stmt.body);
    case "for-map":
      return block(
        `for ${names.vars.get(stmt.var)} in ${names.maps.get(stmt.map)}${captured(stmt.captured)}`,
        stmt.body,
      );
    case "for-range":
      return block(
        `for ${names.vars.get(stmt.var)} in ${expr(stmt.from)}..${expr(stmt.to)}${captured(stmt.captured)}`,
        stmt.body,
      );
    case "break":
    case "continue":
      return [`${pad}${stmt.kind}`];
    case "return":
      return [`${pad}return${stmt.value === undefined ? "" : ` ${expr(stmt.value)}`}`];
    case "emit":
      return [`${pad}emit ${printEmit(names, stmt.event)}`];
    default:
      return unreachable(stmt);
  }
}

function printPlace(names: Names, map: Typed.MapId, key: Typed.Expr | undefined): string {
  return `${names.maps.get(map) ?? `@?${map}`}${key === undefined ? "" : `[${printExpr(names, key)}]`}`;
}

function printEmit(names: Names, event: Typed.Emit): string {
  const list = (values: readonly Typed.Expr[]): string =>
    values.map((value) => `, ${printExpr(names, value)}`).join("");
  switch (event.kind) {
    case "printf":
    case "errorf":
    case "warnf":
    case "cat":
    case "system":
      return `${event.kind}(${JSON.stringify(event.format)}${list(event.args)})`;
    case "print":
      return `print(${printExpr(names, event.value)}: ${printType(event.value.type)})`;
    case "print-map": {
      const limits = [event.top, event.div].filter((value) => value !== undefined).map((value) => `, ${value}`);
      return `print(${names.maps.get(event.map)}${limits.join("")})`;
    }
    case "clear":
    case "zero":
      return `${event.kind}(${names.maps.get(event.map)})`;
    case "unwatch":
      return `unwatch(${printExpr(names, event.address)})`;
    case "exit":
      return `exit(${event.code === undefined ? "" : printExpr(names, event.code)})`;
    case "time":
      return `time(${JSON.stringify(event.format)})`;
    case "join":
      return `join(${printExpr(names, event.pointers)}: ${event.space}, ${JSON.stringify(event.separator)})`;
    case "assert":
      return `assert(${printExpr(names, event.condition)}, ${JSON.stringify(event.message)})`;
    default:
      return unreachable(event);
  }
}

/** One expression; casts show the type they make. */
export function printExpr(names: Names, expr: Typed.Expr): string {
  const sub = (value: Typed.Expr): string => printExpr(names, value);
  const list = (values: readonly Typed.Expr[]): string => values.map(sub).join(", ");
  switch (expr.kind) {
    case "constant":
      return expr.type.kind === "error"
        ? "<error>"
        : expr.type.kind === "bool"
          ? String(expr.value !== 0n)
          : String(expr.value);
    case "string":
      return JSON.stringify(expr.value);
    case "bytes":
      return `bytes[${[...expr.value].map((byte) => byte.toString(16).padStart(2, "0")).join(" ")}]`;
    case "var":
      return names.vars.get(expr.var) ?? `$?${expr.var}`;
    case "param":
      return `param(${printParam(expr.param)}${expr.skip === undefined ? "" : ` + ${sub(expr.skip)}`})`;
    case "context": {
      const field =
        expr.field === undefined
          ? ""
          : ` ${expr.field.category}:${expr.field.event}.${expr.field.name}${expr.field.dataLoc ? " data_loc" : ""}`;
      return `ctx[${expr.offset}:${expr.size}${expr.signed ? "s" : ""}${field}]`;
    }
    case "context-address":
      return `&ctx[${expr.offset} ${expr.field.category}:${expr.field.event}.${expr.field.name}]`;
    case "context-pointer":
      return "ctx";
    case "note-argument":
      return `arg${expr.index}`;
    case "builtin":
      return expr.name;
    case "call": {
      const literals = expr.literals.map((value) =>
        typeof value === "string" ? JSON.stringify(value) : String(value),
      );
      return `${expr.name}(${[...expr.args.map(sub), ...literals].join(", ")}):${printType(expr.type)}`;
    }
    case "call-fn":
      return `${expr.fn}(${list(expr.args)})`;
    case "unary":
      return `${expr.op}${sub(expr.operand)}`;
    case "binary":
    case "logical":
      return `(${sub(expr.left)} ${expr.op} ${sub(expr.right)})`;
    case "compare":
      return `(${sub(expr.left)} ${expr.op}${expr.signed ? "s" : ""} ${sub(expr.right)})`;
    case "compare-memory":
      return `(${sub(expr.left)} ${expr.op} ${sub(expr.right)} as ${expr.how})`;
    case "ternary":
      return `(${sub(expr.condition)} ? ${sub(expr.then)} : ${sub(expr.else)})`;
    case "cast":
      return `(${printType(expr.type)})${sub(expr.operand)}`;
    case "convert":
      return `convert<${printType(expr.type)}>(${sub(expr.operand)})`;
    case "member":
      return `${sub(expr.pointer)}->${expr.path.text}${printAccess(expr)}`;
    case "member-address":
      return `&${sub(expr.pointer)}->${expr.path.text}${printAccess(expr)}`;
    case "value-member":
      return `${sub(expr.base)}.${expr.path.text}`;
    case "read": {
      const index = expr.index === undefined ? "" : ` + ${sub(expr.index)} * ${expr.scale}`;
      return `*(${sub(expr.pointer)}${index})${printAccess(expr)}:${printType(expr.type)}`;
    }
    case "element":
      return `${sub(expr.base)}[${sub(expr.index)} of ${expr.length}]`;
    case "tuple":
      return `(${list(expr.elements)})`;
    case "tuple-element":
      return `${sub(expr.base)}.${expr.index}`;
    case "map-get":
      return printPlace(names, expr.map, expr.key);
    case "map-aggregate":
      return `value(${printPlace(names, expr.map, expr.key)})`;
    case "map-delete":
      return `delete(${printPlace(names, expr.map, expr.key)}${expr.warn ? ", warn" : ""})`;
    case "map-has":
      return `has(${printPlace(names, expr.map, expr.key)})`;
    case "map-find":
      return `find(${printPlace(names, expr.map, expr.key)}, ${names.vars.get(expr.var)})`;
    case "map-length":
      return `len(${names.maps.get(expr.map)})`;
    case "var-address":
      return `&${names.vars.get(expr.var)}`;
    case "map-address":
      return `&${printPlace(names, expr.map, expr.key)}`;
    case "update-var":
      return printUpdate(names.vars.get(expr.var) ?? "?", expr);
    case "update-map":
      return printUpdate(printPlace(names, expr.map, expr.key), expr);
    case "block": {
      const body = printBody(names, expr.body, 0).map((line) => line.trim());
      const result = expr.result === undefined ? [] : [sub(expr.result)];
      return `{ ${[...body, ...result].join("; ")} }`;
    }
    default:
      return unreachable(expr);
  }
}

/** "@u" reads a process's memory, "!" is a load that the verifier allows. */
function printAccess(expr: { readonly space: string; readonly direct: boolean }): string {
  return `${expr.space === "user" ? "@u" : ""}${expr.direct ? "!" : ""}`;
}

function printUpdate(place: string, expr: { readonly step: bigint; readonly prefix: boolean }): string {
  return expr.prefix ? `(${place} += ${expr.step})` : `(${place} += ${expr.step}, old)`;
}
