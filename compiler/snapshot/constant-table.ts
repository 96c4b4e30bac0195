/** Constants of the kernel's headers: "constants" holds the names, "constant-values" by rank the values. */
import type { Container, NewSection } from "./container.ts";
import { compareNames, type NameTable, openNames, writeNames } from "./names.ts";
import { BlockWriter } from "./varint.ts";

const perBlock = 1024;

export type ConstantTable = { readonly names: NameTable; get(name: string): bigint | undefined };

export function writeConstants(constants: ReadonlyMap<string, bigint>): readonly NewSection[] {
  const sorted = [...constants].sort((a, b) => compareNames(a[0], b[0]));
  const blocks: Uint8Array[] = [];
  for (let start = 0; start < sorted.length; start += perBlock) {
    const block = new BlockWriter();
    for (const [, value] of sorted.slice(start, start + perBlock)) block.int65(value);
    blocks.push(block.finish());
  }
  const names = sorted.map(([name]) => name);
  return [
    writeNames({ name: "constants", owner: "" }, names, perBlock),
    { name: "constant-values", owner: "", count: names.length, perBlock, blocks },
  ];
}

export function openConstants(file: Container): ConstantTable {
  const names = openNames(file.section("constants"));
  const section = file.section("constant-values");
  return {
    names,
    get(name) {
      const rank = names.rank(name);
      if (rank === undefined || !section) return undefined;
      const from = section.block(Math.floor(rank / section.perBlock));
      for (let skip = rank % section.perBlock; skip > 0; skip--) from.int65();
      return from.int65();
    },
  };
}
