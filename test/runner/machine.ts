/** What this machine can do for tests. With CI=true a lack is an error; elsewhere it is a skip with its reason printed. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");
export const LOADER = join(ROOT, "build/tracelet-loader");
export const TRACELET = join(ROOT, "build/tracelet");

/** undefined: programs can be loaded into this kernel; else why not. */
export function whyNoKernel(): string | undefined {
  if (process.getuid?.() !== 0) return "not root";
  if (!existsSync(LOADER)) return "build/tracelet-loader is not built";
  const probe = spawnSync(LOADER, ["--version"], { encoding: "utf8" });
  if (probe.status !== 0) return `tracelet-loader does not start: ${probe.stderr}`;
  if (!existsSync("/sys/kernel/btf/vmlinux")) return "this kernel has no BTF";
  return undefined;
}

/** True where the tests can run. @throws Error under CI=true where they cannot */
export function available(what: string, lack: string | undefined): boolean {
  if (lack === undefined) return true;
  if (process.env.CI === "true") throw new Error(`${what}: ${lack}; with CI=true this is required`);
  process.stderr.write(`skipped ${what}: ${lack}\n`);
  return false;
}

/** undefined: the command is there. */
export function whyNoCommand(command: string): string | undefined {
  const found = spawnSync("sh", ["-c", `command -v ${command}`]);
  return found.status === 0 ? undefined : `${command} is not installed`;
}
