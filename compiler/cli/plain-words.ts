/**
 * Command lines that leave nothing to interpret, read without yargs, whose loading and set-up takes as long as compiling a
 * one-liner does: options by their own names, each once, with values that could be nothing else, and declared words.
 *
 * Guarantees: what parseWords (parse-words.ts) would make of the same words, or undefined where only it knows;
 * test/cli/plain-words.test.ts holds the two against each other.
 */
import type { Options } from "yargs";
import type { Arguments, CommandRow } from "./commands.ts";

export function plainArguments(row: CommandRow, words: readonly string[]): Arguments | undefined {
  const args: Record<string, unknown> = {};
  const given = new Set<string>();
  const free: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    if (!word.startsWith("-")) {
      if (!isPlain(word)) return undefined;
      free.push(word);
      continue;
    }
    const found = findOption(row.options, word);
    if (found === undefined || given.has(found.name) || found.option.array === true) return undefined;
    const { name, option, joined } = found;
    given.add(name);
    if (option.type === "boolean" || option.type === "count") {
      // Such a word behind it might be its value.
      if (joined !== undefined || /^(?:true|false)$/.test(words[i + 1] ?? "")) return undefined;
      args[name] = option.type === "count" ? 1 : !found.negated;
      continue;
    }
    const value = joined ?? words[++i];
    if (value === undefined || found.negated || !isPlain(value)) return undefined;
    if (option.choices !== undefined && !option.choices.includes(value)) return undefined;
    args[name] = value;
  }
  for (const [name, option] of Object.entries(row.options)) {
    if (!given.has(name) && option.default !== undefined) args[name] = option.default;
  }
  return placeWords(row, free, args) ? args : undefined;
}

/** No option, no empty text, nothing in quotes (yargs takes them off). */
const isPlain = (word: string): boolean => /^[^-"']/.test(word);

type Found = {
  readonly name: string;
  readonly option: Options;
  /** The value of `--name=value`. */
  readonly joined: string | undefined;
  readonly negated: boolean;
};

/** `-x`, `--name`, `--name=value`, and `--no-name` of a flag that is on by default. */
function findOption(options: Readonly<Record<string, Options>>, word: string): Found | undefined {
  const [, dashes = "", said = "", joined] = /^(--?)([\w-]+)(?:=([\s\S]+))?$/.exec(word) ?? [];
  if (dashes === "" || (dashes === "-") !== (said.length === 1)) return undefined;
  if (dashes === "-" && joined !== undefined) return undefined;
  const off = said.startsWith("no-") ? options[said.slice(3)] : undefined;
  if (off?.type === "boolean" && off.default === true)
    return { name: said.slice(3), option: off, joined, negated: true };
  for (const [name, option] of Object.entries(options)) {
    if (name === said || option.alias === said) return { name, option, joined, negated: false };
  }
  return undefined;
}

/** Gives free words to the declared ones in their order; false where they do not fit. */
function placeWords(row: CommandRow, free: readonly string[], args: Record<string, unknown>): boolean {
  const declared = row.words.split(" ").filter((word) => word !== "");
  let next = 0;
  for (const word of declared) {
    const [, bracket, name = "", several] = /^([[<])([\w-]+)(\.\.)?[\]>]$/.exec(word) ?? [];
    if (several !== undefined) {
      if (next < free.length) args[name] = free.slice(next);
      next = free.length;
    } else if (next < free.length) args[name] = free[next++];
    else if (bracket === "<") return false;
    else if (row.positionals[name]?.default !== undefined) args[name] = row.positionals[name]?.default;
  }
  return next === free.length;
}
