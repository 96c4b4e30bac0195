/** Binaries that are not there: what a compiler is told of them, for tests without compilers and files. */
import { BtfBuilder } from "../../compiler/btf/build.ts";
import { readBtf } from "../../compiler/btf/read.ts";
import type { BinaryResolver } from "../../compiler/index.ts";

/** /usr/bin/app has functions main(int, char **) and scale(double, int). */
export const binaries: BinaryResolver = (path) => {
  if (path === "/usr/bin/absent") return { problem: "missing", name: path, why: "" };
  if (path === "/usr/bin/stripped") return { problem: "no-debug-info", name: path, why: "" };
  if (path === "/usr/bin/damaged") return { problem: "unreadable", name: path, why: "not an ELF file" };
  const build = new BtfBuilder();
  const int = build.int("int", 4, true);
  const strings = build.pointer(build.pointer(build.int("char", 1, true)));
  const double = build.add({ kind: "float", name: "double", size: 8 });
  const types = readBtf(build.finish());
  const register = (index: number) => ({ kind: "registers", indices: [index] }) as const;
  const main = [
    { name: "argc", type: int, place: register(0) },
    { name: "argv", type: strings, place: register(1) },
  ];
  const scale = [
    { name: "factor", type: double, place: { kind: "hidden", why: "it is a number with a fraction" } as const },
    { name: "count", type: int, place: register(0) },
  ];
  return {
    path,
    buildId: "0123456789abcdef",
    arch: "x86_64",
    typesFor: () => types,
    symbols: () => ["main", "scale", "_start"],
    declarationsOf: () => [],
    functionOf: (symbol) => {
      if (symbol === "helper") return "2 functions of this name take different arguments";
      const parameters = { main, scale }[symbol];
      return parameters === undefined ? undefined : { parameters, returns: int, variadic: false };
    },
  };
};
