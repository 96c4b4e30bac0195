/** Every type of a blob on a line of its own, with its id: for looking at what was written, as `bpftool btf dump` does. */
import { unreachable } from "../util/assert.ts";
import { branded } from "../util/brand.ts";
import { printTypeName } from "./print-c.ts";
import type { RawBtf } from "./read.ts";
import type { BtfType, TypeId } from "./types.ts";

export function printBtf(btf: RawBtf): string {
  let text = "";
  for (let id = btf.firstId; id < btf.count; id++) text += `[${id}] ${line(btf, btf.type(branded<TypeId>(id)))}\n`;
  return text;
}

function line(btf: RawBtf, type: BtfType): string {
  const to = (id: TypeId): string => `[${id}]`;
  switch (type.kind) {
    case "void":
      return "void";
    case "int":
      return `int ${type.name}, ${type.size} bytes, ${type.signed ? "signed" : "unsigned"}`;
    case "float":
      return `float ${type.name}, ${type.size} bytes`;
    case "ptr":
    case "volatile":
    case "const":
    case "restrict":
      return `${type.kind} ${to(type.type)}`;
    case "array":
      return `array of ${type.length} ${to(type.type)}`;
    case "struct":
    case "union": {
      const members = type.members.map(({ name, type: member, bitOffset, bitSize }) => {
        const place = bitOffset % 8 === 0 ? `${bitOffset / 8}` : `${Math.floor(bitOffset / 8)}.${bitOffset % 8}`;
        return `\n      +${place}${bitSize === 0 ? "" : `:${bitSize}`} ${name === "" ? "(anonymous)" : name} ${to(member)}`;
      });
      return `${type.kind} ${type.name === "" ? "(anonymous)" : type.name}, ${type.size} bytes${members.join("")}`;
    }
    case "enum":
    case "enum64": {
      const values = type.values.map(({ name, value }) => `\n      ${name} = ${value}`);
      return `${type.kind} ${type.name === "" ? "(anonymous)" : type.name}, ${type.size} bytes${values.join("")}`;
    }
    case "fwd":
      return `forward ${type.union ? "union" : "struct"} ${type.name}`;
    case "typedef":
    case "type_tag":
      return `${type.kind} ${type.name} ${to(type.type)}`;
    case "func":
      return `function ${type.name} ${to(type.type)}, ${type.linkage}`;
    case "func_proto":
      return `prototype ${printTypeName(btf, type.returns)} (${type.params.map((p) => printTypeName(btf, p.type)).join(", ")})`;
    case "var":
      return `variable ${type.name} ${to(type.type)}, ${type.linkage}`;
    case "datasec":
      return `section ${type.name}, ${type.size} bytes${type.vars
        .map((v) => `\n      +${v.offset} ${to(v.type)}, ${v.size} bytes`)
        .join("")}`;
    case "decl_tag":
      return `declaration tag ${type.name} ${to(type.type)}, component ${type.component}`;
    default:
      return unreachable(type);
  }
}
