/** Where the loader is, and running it with an object that never touches the disk. */
import type { ChildProcess } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { CliError, EXIT } from "./io.ts";

/** The folder that holds tracelet, tracelet-loader, lib/ and kernels/. */
export function installDirectory(): string {
  return dirname(realpathSync(process.argv[1] ?? "."));
}

/** @throws CliError when there is none */
export function findLoader(): string {
  const named = process.env.TRACELET_LOADER;
  if (named !== undefined) return named;
  const beside = join(installDirectory(), "tracelet-loader");
  if (existsSync(beside)) return beside;
  throw new CliError(
    EXIT.host,
    `tracelet-loader is not beside tracelet (${installDirectory()})`,
    "run 'make loader' on Linux, or set TRACELET_LOADER; compile, check and list need no loader",
  );
}

/**
 * Starts `tracelet-loader run` here: the object goes in through descriptor 3, the stream comes out of stdout, and what
 * a command of -c prints goes to our own stdout, descriptor 4.
 */
export function startLoader(args: readonly string[], object: Uint8Array): ChildProcess {
  // Loaded here: a compilation, which asks this file for its folder, starts no process.
  const { spawn } = process.getBuiltinModule("node:child_process");
  const child = spawn(findLoader(), ["run", "/dev/fd/3", "--cmd-stdout", "4", ...args], {
    stdio: ["inherit", "pipe", "inherit", "pipe", 1],
  });
  feed(child, 3, object);
  return child;
}

/** Starts the loader on another machine through OpenSSH; the object goes in through its stdin. */
export function startRemoteLoader(host: string, args: readonly string[], object: Uint8Array): ChildProcess {
  const quoted = ["tracelet-loader", "run", "-", ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const { spawn } = process.getBuiltinModule("node:child_process");
  const child = spawn("ssh", ["-o", "BatchMode=yes", "--", host, quoted], { stdio: ["pipe", "pipe", "inherit"] });
  feed(child, 0, object);
  return child;
}

function feed(child: ChildProcess, fd: 0 | 3, object: Uint8Array): void {
  const pipe = child.stdio[fd];
  if (pipe === null || pipe === undefined || !("end" in pipe)) return;
  // A loader that refuses the object may close its end early; its own message tells why.
  pipe.on("error", () => {});
  pipe.end(object);
}
