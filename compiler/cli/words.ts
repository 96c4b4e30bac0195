/**
 * What bpftrace's command line allows and yargs cannot say: `-d` without a value (0.17), options that may be repeated and
 * take one value each, and an option whose name begins with `no-` without being a negation.
 *
 * Guarantees: words from `--` on are untouched; what is taken out is in the order in which it was written.
 */
import { CliError, EXIT } from "./io.ts";

export type TakenWords = {
  /** The words that are left. */
  readonly words: readonly string[];
  /** Stages of every -d; "" is a -d without a value. */
  readonly debug: readonly string[];
  /** Directories of -I, files of --include. */
  readonly includeDirectories: readonly string[];
  readonly includes: readonly string[];
  /** Ways to attach that --no-feature switches off. */
  readonly without: readonly string[];
};

/** What --no-feature may switch off. */
const FEATURES = ["kprobe_multi", "kprobe_session", "uprobe_multi"];

/** Options with a value, by their spellings. */
const TAKEN: Readonly<Record<string, "debug" | "directory" | "include" | "feature">> = {
  "-d": "debug",
  "--debug": "debug",
  "-I": "directory",
  "--include": "include",
  "--no-feature": "feature",
};

/** @throws CliError for an option without its value, and for a feature that does not exist */
export function takeWords(given: readonly string[]): TakenWords {
  const words: string[] = [];
  const taken = { debug: [] as string[], directory: [] as string[], include: [] as string[], feature: [] as string[] };
  const end = given.indexOf("--");
  const last = end < 0 ? given.length : end;
  for (let i = 0; i < last; i++) {
    const word = given[i] ?? "";
    const [name = "", joined] = word.startsWith("--") ? word.split(/=(.*)/s) : [word];
    const short = /^-([dI])(.+)$/s.exec(word);
    const kind = TAKEN[name] ?? TAKEN[`-${short?.[1]}`];
    if (word === "-dd") {
      taken.debug.push("", "");
    } else if (kind === undefined) {
      words.push(word);
      // A value of another option may look like one of ours.
      if (["-e", "-c", "-o", "-f", "-B", "-p"].includes(word) && i + 1 < last) words.push(given[++i] ?? "");
    } else if (joined !== undefined || short?.[2] !== undefined) {
      taken[kind].push(joined ?? short?.[2] ?? "");
    } else if (kind === "debug" && (i + 1 >= last || given[i + 1]?.startsWith("-") === true)) {
      taken.debug.push("");
    } else if (i + 1 >= last) {
      throw new CliError(EXIT.usage, `${name} needs a value`, "tracelet --help lists commands and options");
    } else taken[kind].push(given[++i] ?? "");
  }
  const without = taken.feature.flatMap((list) => list.split(","));
  for (const feature of without) {
    if (!FEATURES.includes(feature)) {
      throw new CliError(EXIT.refused, `USAGE: --no-feature can only have values ${FEATURES.join(", ")}.`);
    }
  }
  return {
    words: [...words, ...given.slice(last)],
    debug: taken.debug,
    includeDirectories: taken.directory,
    includes: taken.include,
    without,
  };
}
