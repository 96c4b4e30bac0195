/** Words of the command line by yargs: whatever plain-words.ts leaves, help, and what is wrong with them. */
import yargs, { type Argv } from "yargs";
import { type Arguments, type CommandRow, commands, shorthand } from "./commands.ts";
import { CliError, EXIT } from "./io.ts";

declare const TRACELET_VERSION: string;

/** Second line of --version: what scripts that look for bpftrace's version find, the language that is spoken. */
const LANGUAGE = "bpftrace v0.27 language";

/** What is to be run, and its arguments; undefined: yargs has answered (help, version). */
export type Parsed = { readonly row: CommandRow; readonly args: Arguments };

/**
 * @param command the command that was named first; undefined: none
 * @param words what stands behind it
 * @throws CliError for words that are wrong
 */
export function parseWords(command: string | undefined, words: readonly string[]): Parsed | undefined {
  let parsed: Parsed | undefined;
  const choose = (row: CommandRow) => (args: Arguments) => {
    parsed = { row, args };
  };
  const row = command === undefined ? undefined : commands[command];
  if (row !== undefined) {
    // Handlers only choose, and a command that is named first gets a parser of its own ("$0 [script]"): yargs prints its
    // whole help into a string before it calls the handler of a command that is not the default one.
    addCommand(parserFor(words, `tracelet ${command}`), "$0", row, choose(row)).parseSync();
    return parsed;
  }
  let parser = parserFor(words, "tracelet").usage(
    "$0: bpftrace scripts as ordinary eBPF objects\n\n  $0 SCRIPT.bt [PARAMS…]    compile, load here and print, as bpftrace does\n  $0 -e PROGRAM [PARAMS…]\n  $0 COMMAND …",
  );
  for (const [name, each] of Object.entries(commands)) parser = addCommand(parser, name, each, choose(each));
  addCommand(parser, "$0", shorthand, choose(shorthand)).parseSync();
  return parsed;
}

function addCommand(parser: Argv, name: string, row: CommandRow, handler: (args: Arguments) => void): Argv {
  const words = `${name} ${row.words}`.trim();
  const fill = (y: Argv) => {
    let inner = y;
    for (const [word, about] of Object.entries(row.positionals)) inner = inner.positional(word, about);
    inner = inner.options({ ...row.options });
    for (const example of row.examples) inner = inner.example(example, "");
    return inner;
  };
  return row.describe === false
    ? parser.command(words, false, fill, handler)
    : parser.command(words, row.describe, fill, handler);
}

const LISTS: ReadonlySet<string> = new Set(["_", "--", "params", "host", "I", "include"]);

/** An option that takes one value and is given twice keeps the last. (yargs can do so itself, but then lists lose words too.) */
const keepLast =
  (lists: ReadonlySet<string>) =>
  (args: Record<string, unknown>): void => {
    for (const [name, value] of Object.entries(args)) {
      if (Array.isArray(value) && !lists.has(name)) args[name] = value.at(-1);
    }
  };

/** A parser with the settings that all commands share. */
function parserFor(words: readonly string[], name: string): Argv {
  return yargs([...words])
    .middleware((argv) => {
      // yargs makes an empty text of a `-` that stands for a declared word; a first parameter may truly be empty.
      if (argv.script === "" && !words.includes("")) argv.script = "-";
    })
    .scriptName(name)
    .parserConfiguration({
      "parse-numbers": false,
      "parse-positional-numbers": false,
      "camel-case-expansion": false,
      "dot-notation": false,
      "populate--": true,
    })
    .middleware(keepLast(name.endsWith(" check") ? new Set([...LISTS, "kernel"]) : LISTS), true)
    .help("h")
    .alias("h", "help")
    .version("V", "print the version", `tracelet v${TRACELET_VERSION}\n${LANGUAGE}`)
    .alias("V", "version")
    .wrap(Math.min(110, process.stdout.columns ?? 110))
    .strictOptions()
    .exitProcess(false)
    .fail((message, error) => {
      // A YError is about the words (an option without its value); anything else is a mistake of ours.
      if (error !== undefined && error !== null && error.name !== "YError") throw error;
      throw new CliError(
        EXIT.usage,
        message ?? error.message,
        `USAGE: ${name} [options] …; ${name} --help lists the options`,
      );
    });
}
