/** The command line's edges: exit statuses, messages, reading and writing files, progress on a terminal. */
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";

/** 0 done; 1 the script, object or stream is refused; 2 wrong usage; 3 the host cannot. */
export const EXIT = { ok: 0, refused: 1, usage: 2, host: 3 } as const;

/** Ends a command with a message on stderr: cause, and the way out. Not a bug of ours. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly status: number;
  readonly hint: string | undefined;
  constructor(status: number, message: string, hint?: string) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

/** Colour on a terminal only; BPFTRACE_COLOR and NO_COLOR are obeyed. */
export function useColour(stream: { readonly isTTY?: boolean }): boolean {
  const wish = process.env.BPFTRACE_COLOR ?? process.env.TRACELET_COLOR ?? "auto";
  if (wish === "always") return true;
  if (wish === "never" || process.env.NO_COLOR !== undefined) return false;
  return stream.isTTY === true;
}

/** Warns of a value of BPFTRACE_COLOR that means nothing; it counts as auto. */
export function checkColour(): void {
  const wish = process.env.BPFTRACE_COLOR;
  if (wish === undefined || ["auto", "always", "never"].includes(wish)) return;
  process.stderr.write(`WARNING: BPFTRACE_COLOR is '${wish}', expected auto|always|never\n`);
}

/** @throws CliError naming the file and the system's reason */
export function readInput(path: string): Uint8Array {
  try {
    return readFileSync(path === "-" ? 0 : path);
  } catch (error) {
    throw new CliError(EXIT.refused, `failed to open file '${path}': ${reason(error)}`);
  }
}

/** Writes whole or not at all: a file of that name appears only when it is complete. "-" is stdout. */
export function writeOutput(path: string, data: Uint8Array | string): void {
  if (path === "-") {
    writeAll(1, typeof data === "string" ? Buffer.from(data) : data);
    return;
  }
  const special = path.startsWith("/dev/");
  const temporary = special ? path : `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, data);
    if (!special) renameSync(temporary, path);
  } catch (error) {
    if (!special) rmSync(temporary, { force: true });
    throw new CliError(EXIT.refused, `failed to open output file: "${path}": ${reason(error)}`);
  }
}

/** Writes every byte to a descriptor, waiting where it is a pipe that is full. */
export function writeAll(fd: number, data: Uint8Array): void {
  for (let at = 0; at < data.length; ) {
    try {
      at += writeSync(fd, data, at);
    } catch (error) {
      if (codeOf(error) !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

/** Opens for writing at once, so that a wrong path is told before work begins. */
export function openOutput(path: string): number {
  try {
    return openSync(path, "w");
  } catch (error) {
    throw new CliError(EXIT.refused, `Failed to open output file: "${path}": ${reason(error)}`);
  }
}

export function closeOutput(fd: number): void {
  closeSync(fd);
}

/** "No such file or directory" as the C library says it. */
export function reason(error: unknown): string {
  const texts: Readonly<Record<string, string>> = {
    ENOENT: "No such file or directory",
    EACCES: "Permission denied",
    EISDIR: "Is a directory",
    ENOTDIR: "Not a directory",
    ENOSPC: "No space left on device",
    EPERM: "Operation not permitted",
    EROFS: "Read-only file system",
  };
  const code = codeOf(error);
  return (code !== undefined ? texts[code] : undefined) ?? (error instanceof Error ? error.message : String(error));
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Says on a terminal's stderr what goes on, once it has taken a second; `done` wipes it. */
export function progress(text: string): { readonly done: () => void } {
  if (process.stderr.isTTY !== true) return { done: () => {} };
  let shown = false;
  const timer = setTimeout(() => {
    shown = true;
    process.stderr.write(`${text} …`);
  }, 1000);
  return {
    done: () => {
      clearTimeout(timer);
      if (shown) process.stderr.write("\r\x1b[K");
    },
  };
}
