/** External tools and this machine's kernel, where present: cross-checks are skipped without them, unless CI asks for all. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const VMLINUX = "/sys/kernel/btf/vmlinux";
const inCi = process.env.CI === "true";

/** True if the cross-check can run; prints why not; under CI=true a missing tool is a failure of the test instead. */
export function available(tool: string): boolean {
  const found = spawnSync("sh", ["-c", `command -v ${tool}`]).status === 0;
  if (!found) console.log(`cross-check skipped: ${tool} is not installed`);
  return found || inCi;
}
export function hasVmlinux(): boolean {
  const found = existsSync(VMLINUX);
  if (!found) console.log(`skipped: this kernel has no ${VMLINUX}`);
  return found;
}

/** Runs a tool on a file with these bytes; `FILE` among the arguments stands for its path. Returns stdout. */
export function runOn(bytes: Uint8Array, tool: string, args: readonly string[], name = "input"): string {
  const folder = mkdtempSync(join(tmpdir(), "tracelet-"));
  try {
    const file = join(folder, name);
    writeFileSync(file, bytes);
    return execFileSync(
      tool,
      args.map((arg) => (arg === "FILE" ? file : arg)),
      { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "pipe"] },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** True if this process can load programs into this machine's kernel: root, bpftool, a bpf file system. Else says why not. */
export function canLoad(): boolean {
  const lacks = process.getuid?.() !== 0 ? "root" : !existsSync(VMLINUX) ? "kernel BTF" : undefined;
  if (lacks !== undefined) console.log(`kernel check skipped: it needs ${lacks}`);
  return lacks === undefined ? available("bpftool") : inCi;
}
