/**
 * Scripts that look valid, made from the language's own tables: probes, declarations, statements, expressions, maps,
 * aggregations and calls. Types are followed loosely, so that many are accepted and many are refused by the checker.
 */
import { aggregations } from "../../compiler/lang/aggregations.ts";
import { builtins } from "../../compiler/lang/builtins.ts";
import { type ArgKind, type FunctionRow, functions } from "../../compiler/lang/functions.ts";
import type { Random } from "./random.ts";

const PROBES = [
  "begin", "BEGIN", "end", "kprobe:vfs_read", "kprobe:vfs_read,kprobe:vfs_write", "kretprobe:vfs_read", "kprobe:tcp_sendm*",
  "tracepoint:syscalls:sys_enter_openat", "tracepoint:sched:sched_switch", "tracepoint:syscalls:sys_exit_read",
  "rawtracepoint:sched_switch", "profile:hz:99", "profile:ms:10", "interval:s:1", "interval:1s", "software:page-faults:100",
  "hardware:cycles:1000000", "uprobe:/bin/bash:readline", "uretprobe:/bin/bash:readline", "fentry:vfs_read", "fexit:vfs_read",  "self:signal:SIGUSR1",
]; // biome-ignore format: a list of words
const BINARY = ["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "==", "!=", "<", ">", "<=", ">=", "&&", "||"];
const ASSIGN = ["=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="];
const TYPES = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "bool"];
const NUMBERS = ["0", "1", "2", "3", "7", "8", "31", "63", "64", "100", "255", "256", "1000", "65535", "4096", "1e6", "0xff", "-1", "2147483647",
  "4294967295", "9223372036854775807", "18446744073709551615", "5ms", "1us", "true", "false"]; // biome-ignore format: a list of words
const STRINGS = ['""', '"a"', '"hello"', '"/tmp/x"', '"with\\nline"', '"%d"', '"abcdefghijklmnopqrstuvwxyz"'];
const WORDS: Readonly<Record<string, readonly string[]>> = {
  nsecs: ["monotonic", "boot", "tai", "sw_tai"], pid: ["curr_ns", "init"], tid: ["curr_ns", "init"],
  offsetof: ["pid", "comm"], container_of: ["tasks"],
}; // biome-ignore format: a small table
const FIELDS = [
  "pid",
  "tgid",
  "comm",
  "parent->pid",
  "real_parent->comm",
  "mm->pgd",
  "flags",
  "se.vruntime",
  "signal->nr_threads",
];
const FORMATS = ["%d", "%u", "%x", "%lld", "%5d", "%-8d", "%c", "%p"];
const DECLARATIONS = [
  "struct Pair { int a; char b[16]; u64 c; };", "struct Bits { u32 a : 3; u32 b : 5; u8 c; } __attribute__((packed));",
  "#define LIMIT 10", "enum Color { RED, GREEN = 5 };", "let @lru = lruhash(16);", "let @typed = hash(8);",
  "config = { max_strlen = 128 }", "config = { print_maps_on_exit = false }", "macro twice(x) { x * 2 }",
  "macro add1($v) { $v += 1; $v }", "fn f($a : uint64) : uint64 { return $a + 1; }", "config = { stack_mode = raw }",
]; // biome-ignore format: a list of declarations

const SETTLED =
  "begin { @h0[(uint64)1] = (uint64)1; @h1[(uint64)1] = (uint64)2; @n = (uint64)0; @s[comm] = (int64)1; @count = count(); }";

export function script(random: Random): string {
  return new Script(random).text();
}

class Script {
  readonly random: Random;
  /** `$v` that hold integers, strings and tuples, in scope. */
  numbers: string[] = [];
  strings: string[] = [];
  tuples: string[] = [];
  declared = "";
  /** Where the statements are: what may be read depends on it. */
  probe = "";
  names = 0;
  loops = 0;

  constructor(random: Random) {
    this.random = random;
  }

  text(): string {
    const { random } = this;
    const declared = random.chance(40) ? [random.pick(DECLARATIONS)] : [];
    this.declared = declared.join("");
    const blocks = random.chance(8)
      ? [this.block("iter:task")]
      : Array.from({ length: 1 + random.below(3) }, () => this.block(random.pick(PROBES)));
    // Most scripts settle the types of the maps that expressions read.
    if (this.probe !== "iter:task" && random.chance(90)) blocks.unshift(SETTLED);
    return `${[...declared, ...blocks].join("\n")}\n`;
  }

  block(probe: string): string {
    this.probe = probe;
    this.numbers = [];
    this.strings = [];
    this.tuples = [];
    const filter = this.random.chance(20) ? ` /${this.number(1)}/` : "";
    const text = `${filter} {\n${this.body(1 + this.random.below(7), 1)}}`;
    return `${probe}${this.random.chance(95) ? this.readable(text) : text}`;
  }

  /** One statement whose names end with it. */
  inner(): string {
    return this.body(1, 4).trim();
  }

  /** An integer of the type that the settled maps have. */
  wide(depth: number): string {
    return this.random.chance(95) ? `(uint64)(${this.number(depth)})` : this.number(depth);
  }

  /** What this probe or script lacks is replaced by what any has. */
  readable(text: string): string {
    const { probe, declared } = this;
    let out = text;
    if (!/^(kprobe|uprobe|rawtracepoint)/.test(probe)) out = out.replace(/\barg[01]\b/g, "curtask");
    if (!/^(kretprobe|uretprobe|fexit)/.test(probe)) out = out.replace(/\bretval\b/g, "pid");
    if (!probe.endsWith("sys_enter_openat"))
      out = out.replace(/\bargs\.filename\b/g, "curtask").replace(/\bargs(\.fd)?\b/g, "tid");
    if (!/^(k|u)(ret)?probe|^f(entry|exit)/.test(probe)) out = out.replace(/\bfunc\b/g, "comm");
    if (!declared.includes("twice")) out = out.replaceAll("twice(3)", "3");
    if (!declared.includes("fn f")) out = out.replaceAll("f(2)", "2");
    return out;
  }

  /** Names declared inside are gone behind it. */
  body(statements: number, depth: number): string {
    const kept = [this.numbers, this.strings, this.tuples] as const;
    [this.numbers, this.strings, this.tuples] = [[...kept[0]], [...kept[1]], [...kept[2]]];
    let out = "";
    for (let n = 0; n < statements; n++) out += `${"  ".repeat(depth)}${this.statement(depth)}\n`;
    if (depth > 1) [this.numbers, this.strings, this.tuples] = kept;
    return out;
  }

  nested(depth: number): string {
    return `{\n${this.body(1 + this.random.below(3), depth + 1)}${"  ".repeat(depth)}}`;
  }

  fresh(): string {
    return `$v${this.names++}`;
  }

  statement(depth: number): string {
    const { random } = this;
    const kind = random.below(depth > 3 ? 10 : 17);
    switch (kind) {
      case 0: {
        const value = this.number(3);
        const name = this.fresh();
        this.numbers.push(name);
        return random.chance(20)
          ? `let ${name} : ${random.pick(TYPES)} = (${random.pick(TYPES)})1;`
          : `${name} = ${value};`;
      }
      case 1: {
        const value = this.string(2);
        const name = this.fresh();
        this.strings.push(name);
        return `${name} = ${value};`;
      }
      case 2: {
        const value = this.tuple(2);
        const name = this.fresh();
        this.tuples.push(name);
        return `${name} = ${value};`;
      }
      case 3:
        return this.numbers.length > 0
          ? `${random.pick(this.numbers)} ${random.pick(ASSIGN)} ${this.number(2)};`
          : `@n ${random.pick(ASSIGN)} ${this.wide(2)};`;
      case 4:
        return `@h${random.below(2)}[${this.wide(2)}] ${random.pick(ASSIGN)} ${this.wide(2)};`;
      case 5:
        return random.chance(50)
          ? `@s[${this.string(2)}]++;`
          : `@t[${this.number(1)}, ${this.string(1)}] = ${this.number(2)};`;
      case 6:
      case 7:
        return this.aggregate();
      case 8:
        return this.printf();
      case 9:
        return this.action();
      case 10:
      case 11:
        return `if (${this.number(2)}) ${this.nested(depth)}${random.chance(40) ? ` else ${this.nested(depth)}` : ""}`;
      case 12: {
        const name = this.fresh();
        return `${name} = 0; while (${name} < ${1 + random.below(20)}) { ${name}++; ${random.chance(20) ? "if (pid) { break; }" : ""}${this.inner()} }`;
      }
      case 13:
        return `unroll(${1 + random.below(5)}) ${this.nested(depth)}`;
      case 14: {
        const name = this.fresh();
        return `for (${name} : 0..${random.chance(80) ? String(random.below(50)) : this.number(1)}) { @n += (uint64)${name}; ${this.inner()} }`;
      }
      case 15: {
        const name = this.fresh();
        return `for (${name} : @h0) { print(${name}.${random.below(2)}); ${this.inner()} }`;
      }
      default:
        return random.chance(70)
          ? this.printf()
          : random.pick(["return;", "exit();", "clear(@h0);", "zero(@h0);", "delete(@h0, 1);", "print(@h0, 5, 2);"]);
    }
  }

  aggregate(): string {
    const { random } = this;
    const row = random.pick(aggregations);
    const literals = row.literals
      .slice(0, row.literals.length - (random.chance(50) ? row.optional : 0))
      .map((name) => this.literal(name));
    const call = `${row.name}(${[...(row.sample ? [this.number(2)] : []), ...literals].join(", ")})`;
    const key = random.pick([
      "",
      `[${this.number(1)}]`,
      `[${this.string(1)}]`,
      `[${this.number(1)}, ${this.string(1)}]`,
    ]);
    return `@${row.name}${key === "" ? "" : `_${key.includes('"') || key.includes(",") ? this.names++ : "k"}`}${key} = ${call};`;
  }

  literal(name: string): string {
    const { random } = this;
    if (name === "aggregation") return random.pick(['"sum"', '"avg"', '"max"', '"min"']);
    if (name === "interval") return random.pick(["1s", "100ms"]);
    return name === "bits"
      ? String(random.below(6))
      : name === "min"
        ? "0"
        : name === "max"
          ? "100"
          : name === "step"
            ? "10"
            : String(1 + random.below(20));
  }

  printf(): string {
    const { random } = this;
    const fields = Array.from({ length: random.below(random.chance(10) ? 30 : 5) }, () => random.chance(30));
    const format = fields.map((text) => (text ? random.pick(["%s", "%-10s", "%.5s"]) : random.pick(FORMATS))).join(" ");
    return `printf("${format}\\n"${fields.map((text) => `, ${text ? this.string(2) : this.number(2)}`).join("")});`;
  }

  action(): string {
    const { random } = this;
    const row = random.pick(functions.filter((each) => each.action && !each.unsafe));
    if (random.chance(50)) return `print(${this.any(2)});`;
    return `${this.call(row, 2)};`;
  }

  call(row: FunctionRow, depth: number): string {
    const { random } = this;
    const given = row.args.slice(0, row.args.length - (row.optional > 0 ? random.below(row.optional + 1) : 0));
    const more = row.variadic && random.chance(20) ? [this.number(depth)] : [];
    return `${row.name}(${[...given.map((kind) => this.argument(kind, row.name, depth)), ...more].join(", ")})`;
  }

  argument(kind: ArgKind, of: string, depth: number): string {
    const { random } = this;
    switch (kind) {
      case "integer":
        return this.number(depth);
      case "address":
        return random.chance(50) ? this.pointer() : this.number(depth);
      case "pointer":
        return this.pointer();
      case "string":
      case "memory":
        return this.string(depth);
      case "integer-literal":
        return String(random.below(70));
      case "string-literal":
        return random.pick(STRINGS);
      case "map":
        return random.pick(["@h0", "@h1", "@s", "@n", "@count"]);
      case "variable":
        return this.fresh();
      case "word":
        return random.pick(WORDS[of] ?? ["pid"]);
      case "type-or-expression":
        return random.chance(50) ? random.pick([...TYPES, "struct task_struct"]) : this.any(depth);
      case "any":
        return this.any(depth);
    }
  }

  any(depth: number): string {
    const { random } = this;
    switch (random.below(6)) {
      case 0:
        return this.string(depth);
      case 1:
        return this.tuple(depth);
      case 2:
        return this.pointer();
      case 3:
        return random.pick(builtins).name;
      default:
        return this.number(depth);
    }
  }

  pointer(): string {
    return this.random.pick([
      "curtask",
      "(struct task_struct *)arg0",
      "curtask->parent",
      "(uint64 *)arg1",
      "(struct task_struct *)curtask",
      "kptr(arg0)",
      "uptr(arg1)",
      "args.filename",
    ]);
  }

  tuple(depth: number): string {
    const { random } = this;
    if (this.tuples.length > 0 && random.chance(30)) return random.pick(this.tuples);
    const parts = Array.from({ length: 2 + random.below(random.chance(10) ? 18 : 3) }, () =>
      random.chance(70) ? this.number(depth - 1) : this.string(depth - 1),
    );
    return `(${parts.join(", ")})`;
  }

  string(depth: number): string {
    const { random } = this;
    if (this.strings.length > 0 && random.chance(40)) return random.pick(this.strings);
    switch (random.below(depth <= 0 ? 3 : 8)) {
      case 0:
      case 1:
        return random.pick(STRINGS);
      case 2:
      case 3:
        return "comm";
      case 4:
        return `str(${this.random.pick(["arg0", "arg1", "curtask->comm", '"x"'])}${random.chance(40) ? `, ${random.pick(["16", "64", "200", this.number(1)])}` : ""})`;
      case 5:
        return random.pick([
          "probe",
          "curtask->comm",
          "ksym(arg0)",
          "usym(arg0)",
          "kstack(3)",
          "ustack",
          "func",
          "username",
        ]);
      case 6:
        return random.pick([
          "strerror(2)",
          "signal_name(9)",
          "syscall_name(1)",
          'str_concat(comm, "x")',
          "pcomm()",
          "buf(arg0, 8)",
        ]);
      default:
        return `(${this.number(depth - 1)} ? ${this.string(depth - 1)} : ${this.string(depth - 1)})`;
    }
  }

  number(depth: number): string {
    const { random } = this;
    if (depth <= 0 || random.chance(25)) {
      if (this.numbers.length > 0 && random.chance(50)) return random.pick(this.numbers);
      return random.chance(50)
        ? random.pick(NUMBERS)
        : random.pick([
            "pid",
            "tid",
            "uid",
            "cpu",
            "nsecs",
            "elapsed",
            "rand",
            "gid",
            "arg0",
            "retval",
            "@n",
            "jiffies",
            "ncpus",
          ]);
    }
    switch (random.below(13)) {
      case 0:
      case 1:
      case 2:
        return `(${this.number(depth - 1)} ${random.pick(BINARY)} ${this.number(depth - 1)})`;
      case 3:
        return `${random.pick(["-", "~", "!"])}(${this.number(depth - 1)})`;
      case 4:
        return `(${random.pick(TYPES)})${random.chance(70) ? this.number(0) : `(${this.number(depth - 1)})`}`;
      case 5:
        return `(${this.number(depth - 1)} ? ${this.number(depth - 1)} : ${this.number(depth - 1)})`;
      case 6:
        return `@h${random.below(2)}[${this.wide(depth - 1)}]`;
      case 7:
        return `curtask->${random.pick(FIELDS)}`;
      case 8:
        return random.pick([
          `strlen(${this.string(1)})`,
          `strncmp(${this.string(1)}, "abc", 3)`,
          `(${this.string(1)} == ${this.string(1)})`,
          `strcontains(${this.string(1)}, "a")`,
        ]);
      case 9:
        return random.pick([
          "sizeof(struct task_struct)",
          "sizeof(uint32)",
          "offsetof(struct task_struct, pid)",
          "(int64)@count",
          "len(@h0)",
          "has_key(@h0, 1)",
          "*(uint32 *)arg0",
          "twice(3)",
          "f(2)",
          "args.fd",
        ]);
      case 10:
        return this.tuples.length > 0
          ? `${random.pick(this.tuples)}.${random.below(3)}`
          : random.pick(["(1, 2).0", "(pid, comm).0"]);
      case 11: {
        const row = random.pick(functions.filter((each) => !each.action && !each.unsafe));
        return this.call(row, depth - 1);
      }
      default:
        return this.numbers.length > 0
          ? `${random.pick(this.numbers)}${random.pick(["++", "--"])}`
          : random.pick(builtins).name;
    }
  }
}
