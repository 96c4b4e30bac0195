/** Runs a command under a real kernel in an emulated guest (vm.sh), and the reference bpftrace to compare with. */
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT, whyNoCommand } from "../runner/machine.ts";

export type GuestRun = {
  /** "6.1", "6.12" …, or the path of a vmlinux. */
  readonly kernel: string;
  /** For `sh -c`; or an argument vector of two or more. */
  readonly command: string | readonly [string, string, ...string[]];
  /** Guest path → host file (a dynamic ELF brings its libraries). */
  readonly files?: Readonly<Record<string, string>>;
  /** Guest path → host directory. */
  readonly directories?: Readonly<Record<string, string>>;
  /** Host directory that gets what the command leaves in /out. */
  readonly out?: string;
  /** Seconds; default 180. */
  readonly timeout?: number;
};
export type GuestResult = { readonly stdout: string; readonly stderr: string; readonly status: number };

/** Statuses of vm.sh itself. */
const timedOut = 124;
const guestFailed = 125;

/** @throws Error with the guest's console when the guest, and not the command in it, failed or took too long */
export function runInGuest(run: GuestRun): GuestResult {
  const args = ["--kernel", run.kernel, "--timeout", String(run.timeout ?? 180)];
  for (const [guest, host] of Object.entries(run.files ?? {})) args.push("--file", `${host}:${guest}`);
  for (const [guest, host] of Object.entries(run.directories ?? {})) args.push("--dir", `${host}:${guest}`);
  if (run.out !== undefined) args.push("--out", run.out);
  const command = typeof run.command === "string" ? [run.command] : run.command;
  const { stdout, stderr, status } = spawnSync(join(ROOT, "test/kernel/vm.sh"), [...args, "--", ...command], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status === null || status === timedOut || status === guestFailed)
    throw new Error(`guest ${run.kernel}: ${stderr}`);
  return { stdout, stderr, status };
}

/** undefined: guests can run here; else what is missing. */
export function whyNoGuest(): string | undefined {
  for (const command of ["qemu-system-x86_64", "busybox", "cpio", "lz4", "zstd"]) {
    const lack = whyNoCommand(command);
    if (lack !== undefined) return lack;
  }
  return undefined;
}

/** The kernels to test on: TRACELET_KERNELS, or the two that every change is tested on. */
export function guestKernels(): readonly string[] {
  return (process.env.TRACELET_KERNELS ?? "6.1 6.12").split(" ").filter((kernel) => kernel !== "");
}

/** The tree of the newest bpftrace, to be put into a guest as a directory and entered by chroot; unpacked on first use. */
export function referenceTree(): string {
  return execFileSync(join(ROOT, "test/kernel/reference.sh"), ["--root"], { encoding: "utf8" }).trim();
}
