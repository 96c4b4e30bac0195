/** The files on this machine that a uprobe's or usdt probe's target means. */
import { readdirSync, realpathSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { matcher } from "../snapshot/glob.ts";

const LIBRARY_FOLDERS = [
  "/lib/x86_64-linux-gnu",
  "/usr/lib/x86_64-linux-gnu",
  "/lib64",
  "/usr/lib64",
  "/lib",
  "/usr/lib",
];

/** Files that a target means: a path (with wildcards), a command in PATH, a library by name. */
export function pathsOf(target: string): readonly string[] {
  if (target.includes("/")) return expand(isAbsolute(target) ? target : resolve(target));
  const folders = (process.env.PATH ?? "").split(delimiter);
  const commands = folders.flatMap((folder) => expand(join(folder, target)));
  const libraries = LIBRARY_FOLDERS.flatMap((folder) =>
    expand(join(folder, target)).concat(/\.so/.test(target) ? [] : expand(join(folder, `${target}.so*`))),
  );
  return [...new Set((commands.length > 0 ? commands.slice(0, 1) : libraries).map((path) => realpathSync(path)))];
}

function expand(path: string): readonly string[] {
  let found = [""];
  for (const part of path.split("/").slice(1)) {
    const matches = matcher(part);
    found = found.flatMap((base) =>
      part.includes("*")
        ? entries(base)
            .filter(matches)
            .map((name) => `${base}/${name}`)
        : [`${base}/${part}`],
    );
  }
  return found.filter((file) => readable(file));
}

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder === "" ? "/" : folder);
  } catch {
    return [];
  }
}

function readable(path: string): boolean {
  try {
    return realpathSync(path) !== "";
  } catch {
    return false;
  }
}
