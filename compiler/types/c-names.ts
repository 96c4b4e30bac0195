/** Names of scalar types: the language's own, C's in any order of words, and the kernel's short ones. */
import type { IntegerType, Type } from "./type.ts";

function int(size: 1 | 2 | 4 | 8, signed: boolean): IntegerType {
  return { kind: "integer", size, signed };
}

const SHORT: Readonly<Record<string, readonly [1 | 2 | 4 | 8, boolean]>> = {
  pid_t: [4, true],
  uid_t: [4, false],
  gid_t: [4, false],
  size_t: [8, false],
  ssize_t: [8, true],
  loff_t: [8, true],
  off_t: [8, true],
  uintptr_t: [8, false],
  intptr_t: [8, true],
  umode_t: [2, false],
  sector_t: [8, false],
  dev_t: [4, false],
  gfp_t: [4, false],
};

/** Type of a scalar name ("uint64", "unsigned long", "__be32", "bool", "void"), or undefined. `char` arrays are text elsewhere. */
export function scalarType(name: string): Type | undefined {
  if (name === "void") return { kind: "none" };
  if (name === "bool" || name === "_Bool") return { kind: "bool" };
  const own = /^(u?)int(8|16|32|64)(_t)?$/.exec(name);
  if (own !== null) return int(bytes(own[2]), own[1] !== "u");
  const short = /^(?:__)?([us])(8|16|32|64)$/.exec(name);
  if (short !== null) return int(bytes(short[2]), short[1] === "s");
  const order = /^__[bl]e(16|32|64)$/.exec(name);
  if (order !== null) return int(bytes(order[1]), false);
  const known = SHORT[name];
  if (known !== undefined) return int(known[0], known[1]);
  return cSpelling(name);
}

function bytes(bits: string | undefined): 1 | 2 | 4 | 8 {
  return bits === "8" ? 1 : bits === "16" ? 2 : bits === "32" ? 4 : 8;
}

/** "long unsigned int", "short", "signed char" … on a 64-bit target. */
function cSpelling(name: string): Type | undefined {
  const words = name.split(/\s+/).filter((word) => word !== "const" && word !== "volatile");
  if (words.length === 0 || !words.every((word) => /^(unsigned|signed|char|short|int|long)$/.test(word)))
    return undefined;
  const signed = !words.includes("unsigned");
  if (words.includes("char")) return int(1, signed);
  if (words.includes("short")) return int(2, signed);
  if (words.includes("long")) return int(8, signed);
  return int(4, signed);
}

/** Names of the language's own scalar types, for did-you-mean. */
export const scalarNames: readonly string[] = [
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "bool",
  "void",
  "string",
];
