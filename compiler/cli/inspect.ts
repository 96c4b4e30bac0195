/** `tracelet inspect`: what is in an object. */
import { inspectObject, ObjectError, printInspection } from "../index.ts";
import { CliError, EXIT, readInput, writeAll } from "./io.ts";

type Args = { readonly object: string; readonly json?: boolean | undefined };

export async function inspectCommand(args: Args): Promise<number> {
  const bytes = readInput(args.object);
  try {
    const found = inspectObject(bytes);
    const text =
      args.json === true
        ? `${JSON.stringify(found, (_, value) => (typeof value === "bigint" ? value.toString() : value), 2)}\n`
        : printInspection(found);
    writeAll(1, Buffer.from(text));
    return EXIT.ok;
  } catch (error) {
    if (error instanceof ObjectError) throw new CliError(EXIT.refused, `${args.object}: ${error.message}`);
    throw error;
  }
}
