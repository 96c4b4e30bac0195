/** An object's sections and symbols as a listing, for `--emit sections`. */
import type { ElfObject } from "./format.ts";

/** One line per section (index, size, flags, name), then one per symbol. */
export function printElf(object: ElfObject): string {
  const lines = ["sections:"];
  object.sections.forEach((section, index) => {
    const { alloc, write, exec } = section.flags;
    const flags = `${alloc ? "a" : "-"}${write ? "w" : "-"}${exec ? "x" : "-"}`;
    const relocations = section.relocations.length > 0 ? `, ${section.relocations.length} relocations` : "";
    lines.push(
      `  ${String(index).padStart(2)} ${String(section.size).padStart(7)} bytes  ${flags} align ${section.align}  ` +
        `${section.name}${section.kind === "nobits" ? " (zeros)" : ""}${relocations}`,
    );
  });
  lines.push("symbols:");
  for (const symbol of object.symbols) {
    const home = symbol.section === undefined ? "undefined" : (object.sections[symbol.section]?.name ?? "?");
    const name = symbol.name === "" ? `(${symbol.type})` : symbol.name;
    lines.push(
      `  ${symbol.bind.padEnd(6)} ${symbol.type.padEnd(7)} ${home}+${symbol.value} size ${symbol.size}  ${name}`,
    );
  }
  return `${lines.join("\n")}\n`;
}
