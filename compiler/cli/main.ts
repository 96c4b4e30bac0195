/** The `tracelet` command: which command the words mean, and its end in an exit status. */
import { commands, shorthand } from "./commands.ts";
import { CliError, checkColour, codeOf, EXIT, useColour } from "./io.ts";
import { plainArguments } from "./plain-words.ts";
import { takeWords } from "./words.ts";

async function main(given: readonly string[]): Promise<number> {
  checkColour();
  const { words, ...taken } = takeWords(given);
  const [first = ""] = words;
  const command = Object.hasOwn(commands, first) ? first : undefined;
  const row = commands[command ?? ""] ?? shorthand;
  const own = command === undefined ? words : words.slice(1);
  // yargs finds a command behind options, too.
  const named = own.some((word) => Object.hasOwn(commands, word));
  const plain = command === undefined && named ? undefined : plainArguments(row, own);
  if (plain !== undefined) return row.run({ ...plain, ...taken }, words);
  const parsed = (await import("./parse-words.ts")).parseWords(command, own);
  return parsed === undefined ? EXIT.ok : parsed.row.run({ ...parsed.args, ...taken }, words);
}

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    if (error instanceof CliError) {
      const red = useColour(process.stderr) ? ["\x1b[31m", "\x1b[0m"] : ["", ""];
      const label = error.message.startsWith("USAGE: ") ? "" : "ERROR: ";
      process.stderr.write(
        `${red[0]}${label}${error.message}${red[1]}\n${error.hint === undefined ? "" : `HINT: ${error.hint}\n`}`,
      );
      process.exitCode = error.status;
      return;
    }
    // Who reads our output (head, a pager) has seen enough.
    if (codeOf(error) === "EPIPE") return;
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `ERROR: internal: ${text}\nHINT: this is a bug of tracelet; please report it with the script. TRACELET_TRACE=1 prints where it happened\n`,
    );
    if (process.env.TRACELET_TRACE === "1" && error instanceof Error) process.stderr.write(`${error.stack ?? ""}\n`);
    process.exitCode = EXIT.refused;
  },
);
