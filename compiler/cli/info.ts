/** `tracelet --info`: what this installation and this host can do. */
import { existsSync, readFileSync } from "node:fs";
import { arch, release, type } from "node:os";
import { probes, VERSION } from "../index.ts";
import { EXIT } from "./io.ts";
import { chooseSnapshot } from "./kernels.ts";
import { findLoader } from "./loader.ts";

export async function infoCommand(): Promise<number> {
  const yes = (condition: boolean) => (condition ? "yes" : "no");
  const loader = attempt(findLoader);
  const rows: readonly (readonly [string, string])[] = [
    ["tracelet", `v${VERSION}`],
    ["OS", `${type()} ${release()}`],
    ["arch", arch()],
    ["default kernel to compile for", attempt(() => chooseSnapshot(undefined).release) ?? "none"],
    ["loader", loader ?? "not installed"],
    ["kernel btf", yes(existsSync("/sys/kernel/btf/vmlinux"))],
    ["kprobe functions listed", yes(readable("/sys/kernel/tracing/available_filter_functions"))],
    ["running as root", yes(process.getuid?.() === 0)],
    ["probe kinds", probes.map((row) => row.name).join(" ")],
  ];
  for (const [name, value] of rows) process.stdout.write(`${name}: ${value}\n`);
  return EXIT.ok;
}

function attempt(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function readable(path: string): boolean {
  try {
    readFileSync(path, { flag: "r" }).subarray(0, 1);
    return true;
  } catch {
    return false;
  }
}
