/** `tracelet explain CODE`: the page of a diagnostic, as in spec/diagnostics. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CliError, EXIT, writeAll } from "./io.ts";
import { installDirectory } from "./loader.ts";

export async function explainCommand(args: { readonly code: string }): Promise<number> {
  const directory = join(installDirectory(), "diagnostics");
  const page = join(directory, `${args.code.replaceAll("/", "")}.md`);
  if (!existsSync(page)) {
    const near = readdirSync(directory)
      .map((file) => file.replace(/\.md$/, ""))
      .filter((code) => code.includes(args.code) || args.code.includes(code));
    throw new CliError(
      EXIT.usage,
      `no diagnostic has the code '${args.code}'`,
      near.length > 0 ? `did you mean ${near.slice(0, 3).join(", ")}?` : undefined,
    );
  }
  writeAll(1, readFileSync(page));
  return EXIT.ok;
}
