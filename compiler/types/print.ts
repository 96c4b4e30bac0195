/** Type names as diagnostics and `--emit typed` show them: "string[2]", "int8", "count_t", "struct task_struct *". */
import { unreachable } from "../util/assert.ts";
import type { Type } from "./type.ts";

/** Name of a type. */
export function printType(type: Type): string {
  switch (type.kind) {
    case "error":
      return "unknown";
    case "none":
      return "void";
    case "integer":
      return `${type.signed ? "int" : "uint"}${type.size * 8}`;
    case "bool":
      return "bool";
    case "string":
      return `string[${type.size}]`;
    case "buffer":
      return `buffer[${type.size}]`;
    case "pointer":
      return printPointer(type.to);
    case "array":
      return `${printType(type.element)}[${type.length}]`;
    case "struct":
      return `${type.tag} ${type.name === "" ? "<anonymous>" : type.name}`;
    case "enum":
      return type.name === "" ? "enum" : `enum ${type.name}`;
    case "tuple":
      return `(${type.fields.map(printType).join(",")})`;
    case "record":
      return `record { ${type.fields.map((field) => `.${field.name} = ${printType(field.type)}`).join(", ")} }`;
    case "inet":
      return "inet";
    case "mac":
      return "mac_address";
    case "timestamp":
      return "timestamp";
    case "ksym":
      return "ksym_t";
    case "usym":
      return "usym_t";
    case "stack":
      return `${type.user ? "u" : "k"}stack_${type.mode}_${type.limit}`;
    case "username":
      return "username_t";
    case "cgroup_path":
      return "cgroup_path_t";
    case "aggregate":
      switch (type.fn) {
        case "count":
        case "hist":
        case "lhist":
        case "tseries":
          return `${type.fn}_t`;
        case "sum":
        case "min":
        case "max":
        case "avg":
        case "stats":
          return `${type.signed ? "" : "u"}${type.fn}_t`;
        default:
          return unreachable(type);
      }
    case "opaque":
      return type.name;
    default:
      return unreachable(type);
  }
}

function printPointer(to: Type): string {
  const name = printType(to);
  return name.endsWith("*") ? `${name}*` : `${name} *`;
}
