/** `tracelet list`: the probes that a kernel snapshot knows. */
import { listProbes } from "../snapshot/index.ts";
import { EXIT, writeAll } from "./io.ts";
import { chooseSnapshot, nearestSnapshot } from "./kernels.ts";

type Args = {
  readonly pattern?: string | undefined;
  readonly v?: boolean | number | undefined;
  readonly kernel?: string | undefined;
};

export async function listCommand(args: Args): Promise<number> {
  const snapshot = args.kernel === undefined ? nearestSnapshot() : chooseSnapshot(args.kernel);
  const verbose = args.v === true || (typeof args.v === "number" && args.v > 0);
  const text = listProbes(snapshot, args.pattern, { verbose });
  if (text === "") {
    process.stderr.write(
      `No probes of kernel ${snapshot.release} match '${args.pattern ?? "*"}'; --kernel names another kernel\n`,
    );
    return EXIT.refused;
  }
  writeAll(1, Buffer.from(text));
  return EXIT.ok;
}
