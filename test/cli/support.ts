/** Runs build/tracelet as a process, as a user does. */
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { available, TRACELET, whyNoKernel } from "../runner/machine.ts";

/** Whether programs can be loaded and run here. */
export const canRun = available("running the command line", whyNoKernel());

/** Each test's files; also the working directory, so that a command sees no file of the project. */
export const folder = mkdtempSync(join(tmpdir(), "tracelet-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

export type Ran = { readonly stdout: string; readonly stderr: string; readonly status: number | null };
export type How = {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Run as this user instead of root. */
  readonly uid?: number;
};

export function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("BPFTRACE_"));
  return { ...Object.fromEntries(own), TZ: "UTC", ...more };
}

/** `tracelet WORDS…`. */
export function tracelet(words: readonly string[], how: How = {}): Ran {
  const run: SpawnSyncReturns<string> = spawnSync(TRACELET, words, {
    cwd: folder,
    encoding: "utf8",
    timeout: 30_000,
    env: environment(how.env),
    ...(how.input === undefined ? {} : { input: how.input }),
    ...(how.uid === undefined ? {} : { uid: how.uid, gid: how.uid }),
  });
  return { stdout: run.stdout, stderr: run.stderr, status: run.status };
}

export function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
