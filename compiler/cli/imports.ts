/**
 * Files of `import "path";`, relative to the importing file's directory; for a program on the command line, to the
 * working directory. What anyone may change is no part of a program that root runs: such places are refused.
 */
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import type { ImportProblem, ImportResolver, NamedText } from "../index.ts";

const EVERYONE_WRITES = 0o002;
const STICKY = 0o1000;

/** Resolves for one script; whatever links lead to a file, it has the name under which it was found first. */
export function importResolver(script: string): ImportResolver {
  const names = new Map<string, string>();
  const nameOf = (name: string): string => {
    const real = realpathSync(name);
    const first = names.get(real) ?? name;
    names.set(real, first);
    return first;
  };
  let begun = false;
  return (path, from) => {
    if (!begun) {
      begun = true;
      if (statSync(script, { throwIfNoEntry: false })?.isFile()) nameOf(script);
    }
    const name = isAbsolute(path) ? path : join(dirname(from), path);
    try {
      const stat = statSync(name, { throwIfNoEntry: false });
      if (stat === undefined) return { problem: "missing", name };
      if (!stat.isDirectory()) return read(nameOf(name));
      const files: NamedText[] = [];
      for (const entry of readdirSync(name).sort()) {
        const inside = join(name, entry);
        if (!/\.(?:bt|h|bpf\.[co])$/.test(entry) || !statSync(inside).isFile()) continue;
        const found = read(nameOf(inside));
        if ("problem" in found) return found;
        files.push(...found);
      }
      return files;
    } catch (failure) {
      return { problem: "unreadable", name, why: failure instanceof Error ? failure.message : String(failure) };
    }
  };
}

/** @throws the system's error if it cannot be read, TypeError if it is not UTF-8 text */
function read(name: string): readonly NamedText[] | ImportProblem {
  const open = writableByAll(realpathSync(name));
  if (open !== undefined) return { problem: "writable", name: open };
  // Refused by its name: no need to read it.
  if (!/(?<!\.bpf)\.(?:bt|h)$/.test(name)) return [{ name, text: "" }];
  return [{ name, text: new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(name)) }];
}

/** The file, its directory, or a directory above it whose entries anyone may replace. */
function writableByAll(path: string): string | undefined {
  const everyone = (at: string): boolean => (statSync(at).mode & EVERYONE_WRITES) !== 0;
  if (everyone(path)) return path;
  const folder = dirname(path);
  if (everyone(folder)) return folder;
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    const above = dirname(at);
    if (everyone(above) && (statSync(above).mode & STICKY) === 0) return above;
  }
  return undefined;
}
