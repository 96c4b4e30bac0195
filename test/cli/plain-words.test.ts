/** Words read without yargs mean what yargs makes of them: every command, and what must be left to yargs. */
import { beforeAll, describe, expect, test, vi } from "vitest";
import { type Arguments, type CommandRow, commands, shorthand } from "../../compiler/cli/commands.ts";
import { CliError } from "../../compiler/cli/io.ts";
import { parseWords } from "../../compiler/cli/parse-words.ts";
import { plainArguments } from "../../compiler/cli/plain-words.ts";

beforeAll(() => {
  vi.stubGlobal("TRACELET_VERSION", "0.0.0");
});

/** What a command can see: its own options and declared words. A count that was not given is 0 or absent, a list [] or absent. */
function visible(row: CommandRow, args: Arguments): Arguments {
  const names = [...Object.keys(row.options), ...Object.keys(row.positionals)];
  const entries = names.map((name) => {
    const value = args[name];
    const counted = row.options[name]?.type === "count" && value === undefined ? 0 : value;
    return [name, counted];
  });
  return Object.fromEntries(
    entries.filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
  );
}

const rowOf = (command: string | undefined): CommandRow => commands[command ?? ""] ?? shorthand;

const PLAIN: readonly (readonly [string | undefined, ...string[]])[] = [
  ["compile", "-e", "k:tcp_sendmsg { @ = hist(arg2); }", "-o", "x.o"],
  ["compile", "script.bt", "-o", "x.o", "--kernel", "6.1", "--arch=aarch64", "--isa", "v2", "-k"],
  ["compile", "-o", "x.o", "script.bt", "--emit", "ir-opt", "--buffer=perf", "--pid-filter", "--unsafe"],
  ["compile", "script.bt", "--output", "x.o", "--no-warnings"],
  ["compile", "-e", "begin {\n  print(1);\n}\n", "--output=a=b.o"],
  ["compile"],
  ["check", "script.bt", "--cpus", "8", "--log", "--strict", "--json", "--sarif"],
  ["run", "script.bt", "1", "two words", "0x10", "007", "-p", "12", "-c", "ls -l"],
  [
    "run",
    "-e",
    "BEGIN { }",
    "--pid",
    "12",
    "--cmd=true",
    "-f",
    "json",
    "-B",
    "none",
    "-q",
    "-v",
    "--dry-run",
    "--stats",
  ],
  ["run", "-e", "BEGIN { }", "1e3", "--record", "f.jsonl"],
  ["simulate", "s.bt", "--events", "e.jsonl", "--cpus", "2", "--seed=3", "--until", "10s", "--format", "heatmap", "a"],
  ["simulate", "-e", "x", "--generate", "w", "--rate", "1.5", "--budget", "100", "--save-events=f", "--quiet"],
  ["show"],
  ["show", "run.msgpack", "-f", "flamegraph", "-o", "f.svg", "-q"],
  ["list"],
  ["list", "-v", "t:timer:*", "--kernel", "6.1"],
  ["list", "struct sock", "--verbose"],
  ["inspect", "x.o", "--json"],
  ["snapshot", "-o", "h.tls", "--from", "capture"],
  ["fmt", "s.bt", "--check", "-o", "s.bt"],
  ["explain-log", "log.txt", "s.bt", "--kernel", "6.1", "--json"],
  ["explain", "unknown-map"],
  [undefined, "-e", "BEGIN { exit(); }"],
  [undefined, "s.bt", "1", "2", "-q", "-v", "-k", "-l"],
  [undefined, "-c", "true", "-f", "json", "s.bt", "--emit-elf", "x.o", "--dry-run", "--mode", "codegen", "-b"],
  [undefined],
];

describe("plain words", () => {
  test.each(PLAIN.map((words) => [words] as const))("%j", (given) => {
    const [command, ...words] = given;
    const row = rowOf(command);
    const plain = plainArguments(row, words);
    const parsed = parseWords(command, words);
    expect(parsed?.row).toBe(row);
    expect(visible(row, plain ?? {})).toEqual(visible(row, parsed?.args ?? {}));
    expect(plain).toBeDefined();
  });

  test("every option of every command, alone with a value that it takes", () => {
    for (const [command, row] of [...Object.entries(commands), [undefined, shorthand] as const]) {
      const needed = row.words.startsWith("<") ? ["word"] : [];
      for (const [name, option] of Object.entries(row.options)) {
        const spelled = `${name.length === 1 ? "-" : "--"}${name}`;
        const takesValue = option.type !== "boolean" && option.type !== "count";
        const words = [...needed, spelled, ...(takesValue ? [String(option.choices?.[0] ?? "value")] : [])];
        const plain = plainArguments(row, words);
        if (option.array === true) expect([command, name, plain]).toEqual([command, name, undefined]);
        else {
          const parsed = parseWords(command, words);
          expect([command, name, visible(row, plain ?? {})]).toEqual([command, name, visible(row, parsed?.args ?? {})]);
        }
      }
    }
  });

  const LEFT: readonly (readonly [string | undefined, ...string[]])[] = [
    ["compile", "--help"],
    ["compile", "-h"],
    ["compile", "-V"],
    ["compile", "--nosuch"],
    ["compile", "-e"],
    ["compile", "-e", ""],
    ["compile", "-e", "'quoted'"],
    ["compile", "-o", "-"],
    ["compile", "-"],
    ["compile", "--"],
    ["compile", "-kk"],
    ["compile", "-ofile"],
    ["compile", "-o", "a", "-o", "b"],
    ["compile", "--isa", "v9"],
    ["compile", "--unsafe", "true"],
    ["compile", "--unsafe=false"],
    ["compile", "--no-unsafe"],
    ["compile", "--e", "x"],
    ["compile", "a.bt", "b.bt"],
    ["check", "--kernel", "6.1"],
    ["run", "--host", "a"],
    ["inspect"],
    ["explain-log"],
    [undefined, "-lv", "x"],
  ];
  test.each(LEFT.map((words) => [words] as const))("%j is yargs' to answer", (given) => {
    const [command, ...words] = given;
    expect(plainArguments(rowOf(command), words)).toBeUndefined();
  });

  test("what yargs refuses is never plain", () => {
    for (const words of [["--isa", "v9"], ["--nosuch"], ["-o"]]) {
      expect(() => parseWords("compile", words)).toThrow(CliError);
      expect(plainArguments(rowOf("compile"), words)).toBeUndefined();
    }
  });
});
