/**
 * The script's own C headers: `#include "own.h"` that a directory of -I (or the working directory) holds, and the files
 * of --include. Headers that are nowhere stay what they are: kernel headers, whose types come from BTF.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { NamedText } from "../index.ts";
import { readInput } from "./io.ts";

/**
 * All files to be read before the script's own text, each once, in the order of inclusion.
 * @throws CliError when a file of --include cannot be read
 */
export function collectHeaders(script: string, directories: readonly string[], forced: readonly string[]): NamedText[] {
  const seen = new Set<string>();
  const texts: NamedText[] = [];
  const take = (text: string): void => {
    for (const path of includedBy(text)) {
      const found = [".", ...directories].map((directory) => join(directory, path)).find(isFile);
      if (found === undefined || seen.has(found)) continue;
      seen.add(found);
      const header = readFileSync(found, "utf8");
      take(header);
      texts.push({ name: found, text: header });
    }
  };
  for (const path of forced) {
    const header = Buffer.from(readInput(path)).toString("utf8");
    take(header);
    texts.push({ name: path, text: header });
  }
  if (directories.length > 0 || /^[ \t]*#[ \t]*include[ \t]*"/m.test(script)) take(script);
  return texts;
}

function includedBy(text: string): string[] {
  return [...text.matchAll(/^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)/gm)].map((m) => m[1] ?? m[2] ?? "");
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
