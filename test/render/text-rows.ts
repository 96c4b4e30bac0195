/**
 * Programs, what they put into the stream, and the text that bpftrace 0.27 prints for them. `differs` marks rows where the
 * language's own rule (named in the reason) is followed and not the reference's text; reference.test.ts checks the others
 * against the real tool.
 */
import {
  array,
  atEnd,
  avg,
  bool,
  buffer,
  chars,
  count,
  enumE,
  hist,
  histOf,
  i8,
  i16,
  i32,
  i64,
  keyed,
  lhist,
  lhistOf,
  max,
  min,
  pointer,
  print,
  printf,
  record,
  type Step,
  scalar,
  stats,
  statsOf,
  str,
  sum,
  tuple,
  u8,
  u16,
  u32,
  u64,
} from "./builders.ts";

export type TextRow = {
  readonly id: string;
  /** Statements of a begin probe; a full program when it begins with a word before `{`. */
  readonly program: string;
  readonly steps: readonly Step[];
  /** Program output before the end of the run. */
  readonly text: string;
  /** What is printed after it. */
  readonly final?: string;
  readonly differs?: string;
};

const BAR = "@".repeat(52);
const EMPTY = " ".repeat(52);
const full = (label: string, n: number): string => `${label.padEnd(16)}${String(n).padStart(8)} |${BAR}|\n`;
const half = (label: string, n: number): string =>
  `${label.padEnd(16)}${String(n).padStart(8)} |${BAR.slice(26).padEnd(52)}|\n`;
const none = (label: string): string => `${label.padEnd(16)}       0 |${EMPTY}|\n`;
const bytes = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const row = (
  id: string,
  program: string,
  steps: readonly Step[],
  text: string,
  more: Partial<TextRow> = {},
): TextRow => ({
  id,
  program,
  steps,
  text,
  ...more,
});

const PRINTF: readonly TextRow[] = [
  row(
    "L7.110",
    'printf("%d|%5d|%-5d|%05d\\n", 42, 42, 42, 42)',
    [printf("%d|%5d|%-5d|%05d\n", [i8, 42], [i8, 42], [i8, 42], [i8, 42])],
    "42|   42|42   |00042\n",
  ),
  row(
    "L7.111",
    'printf("%x|%X|%08x|%o\\n", 255, 255, 255, 8)',
    [printf("%x|%X|%08x|%o\n", [i16, 255], [i16, 255], [i16, 255], [i8, 8])],
    "ff|FF|000000ff|10\n",
  ),
  row(
    "L7.112",
    'printf("%s|%8s|%-8s|\\n", "ab", "ab", "ab")',
    [printf("%s|%8s|%-8s|\n", [str, "ab"], [str, "ab"], [str, "ab"])],
    "ab|      ab|ab      |\n",
  ),
  row(
    "L7.113",
    'printf("%.2s|%-6.3s|\\n", "abcd", "abcd")',
    [printf("%.2s|%-6.3s|\n", [str, "abcd"], [str, "abcd"])],
    "ab|abc   |\n",
    { differs: "L7.57: a precision cuts a string" },
  ),
  row("L7.114", 'printf("%c%c%c\\n", 72, 105, 33)', [printf("%c%c%c\n", [i8, 72], [i8, 105], [i8, 33])], "Hi!\n"),
  row(
    "L7.115",
    'printf("%d %u %x\\n", -1, -1, -1)',
    [printf("%d %u %x\n", [i64, -1], [i64, -1], [i64, -1])],
    "-1 4294967295 ffffffff\n",
  ),
  row(
    "L7.116",
    'printf("%ld %lu %lx\\n", -1, -1, -1)',
    [printf("%ld %lu %lx\n", [i64, -1], [i64, -1], [i64, -1])],
    "-1 18446744073709551615 ffffffffffffffff\n",
  ),
  row(
    "L7.117",
    'printf("%lld %llu %llx\\n", -2, -2, -2)',
    [printf("%lld %llu %llx\n", [i64, -2], [i64, -2], [i64, -2])],
    "-2 18446744073709551614 fffffffffffffffe\n",
  ),
  row("L7.118", 'printf("%hhd %hd\\n", 257, 65537)', [printf("%hhd %hd\n", [i64, 257], [i64, 65537])], "1 1\n"),
  row("L7.119", 'printf("100%% %s\\n", "ok")', [printf("100%% %s\n", [str, "ok"])], "100% ok\n"),
  row("L7.120", 'printf("%p %p\\n", 4096, 255)', [printf("%p %p\n", [i64, 4096], [i64, 255])], "0x1000 0xff\n"),
  row("L7.121", 'printf("a"); printf("b\\n")', [printf("a"), printf("b\n")], "ab\n"),
  row(
    "L7.122",
    'printf("%rh|%rx\\n", buf("hi",2), buf("hi",2))',
    [printf("%rh|%rx\n", [buffer, bytes("hi")], [buffer, bytes("hi")])],
    "68 69|\\x68\\x69\n",
  ),
  row(
    "L7.135",
    'printf("%s %s\\n", (1,"a"), true)',
    [printf("%s %s\n", [tuple(i8, str), [1, "a"]], [bool, true])],
    "(1, a) true\n",
  ),
  row(
    "L7.136",
    'printf("%#x %+d|% d\\n", 255, 5, 5)',
    [printf("%#x %+d|% d\n", [i64, 255], [i64, 5], [i64, 5])],
    "0xff +5| 5\n",
    { differs: "L7.59: the space flag leaves a space" },
  ),
  row("L7.48", 'printf("%*d|\\n", 5)', [printf("%*d|\n", [i64, 5])], "5|\n"),
  row(
    "L7.49",
    'printf("%d %d %i %5i\\n", 4294967296, 2147483648, 3, 4)',
    [printf("%d %d %i %5i\n", [i64, 4294967296], [i64, 2147483648], [i8, 3], [i8, 4])],
    "0 -2147483648 3     4\n",
  ),
  row(
    "L7.50",
    'printf("%lx %lo %o %hhu %hu %hhx %hx\\n", -5, -1, -1, -1, -1, -1, -1)',
    [
      printf(
        "%lx %lo %o %hhu %hu %hhx %hx\n",
        [i64, -5],
        [i64, -1],
        [i64, -1],
        [i64, -1],
        [i64, -1],
        [i64, -1],
        [i64, -1],
      ),
    ],
    "fffffffffffffffb 1777777777777777777777 37777777777 255 65535 ff ffff\n",
  ),
  row(
    "L7.50",
    'printf("%Ld %Lu %Lx\\n", 4294967297, 4294967297, 4294967297)',
    [printf("%Ld %Lu %Lx\n", [i64, 4294967297], [i64, 4294967297], [i64, 4294967297])],
    "1 1 1\n",
  ),
  row(
    "L7.50",
    'printf("%ld %lx %llu %jd %zd %td\\n", -1, -1, -1, -1, -1, -1)',
    [printf("%ld %lx %llu %jd %zd %td\n", [i8, -1], [i8, -1], [i8, -1], [i8, -1], [i8, -1], [i8, -1])],
    "-1 ffffffffffffffff 18446744073709551615 -1 -1 -1\n",
  ),
  row(
    "L7.51",
    'printf("%c|%5c|%-5c|%c%lc|\\n", 65, 66, 67, 0, 200)',
    [printf("%c|%5c|%-5c|%c%lc|\n", [i8, 65], [i8, 66], [i8, 67], [i8, 0], [i16, 200])],
    "A|    B|C    |\0\xc8|\n",
  ),
  row(
    "L7.52",
    'printf("%p|%20p|%-20p|%5p|\\n", 0, 4096, 4096, (void*)16)',
    [printf("%p|%20p|%-20p|%5p|\n", [i8, 0], [i16, 4096], [i16, 4096], [pointer, 16])],
    "0|              0x1000|0x1000              | 0x10|\n",
  ),
  row("L7.52", 'printf("%p\\n", -1)', [printf("%p\n", [i8, -1])], "0xffffffffffffffff\n"),
  row(
    "L7.53",
    'printf("%s %s %5s|%-5s|%s\\n", -5, 5, 5, -5, (void*)5)',
    [printf("%s %s %5s|%-5s|%s\n", [i8, -5], [i8, 5], [i8, 5], [i8, -5], [pointer, 5])],
    "-5 5     5|-5   |0x5\n",
  ),
  row(
    "L7.54",
    'printf("%d %s %x\\n", true, true, (void*)4294967297)',
    [printf("%d %s %x\n", [bool, true], [bool, true], [pointer, 4294967297])],
    "1 true 1\n",
  ),
  row(
    "L7.55",
    'printf("%-6d|%6d|%08X|%3s|%+5d|%-+5d|\\n", 5, 5, 255, "abcd", 5, 5)',
    [printf("%-6d|%6d|%08X|%3s|%+5d|%-+5d|\n", [i8, 5], [i8, 5], [i16, 255], [str, "abcd"], [i8, 5], [i8, 5])],
    "5     |     5|000000FF|abcd|   +5|+5   |\n",
  ),
  row(
    "L7.55",
    'printf("%10s|%-10s|\\n", (1,2), true)',
    [printf("%10s|%-10s|\n", [tuple(i8, i8), [1, 2]], [bool, true])],
    "    (1, 2)|true      |\n",
    { differs: "L7.55: the width is that of the whole text" },
  ),
  row(
    "L7.55",
    'printf("%05s|%05c|%10s|\\n", "ab", 65, pton("1.2.3.4"))',
    [printf("%05s|%05c|%10s|\n", [str, "ab"], [i8, 65], [array(u8, 4), [1, 2, 3, 4]])],
    "000ab|0000A| [1,2,3,4]|\n",
    { differs: "L7.55: the width is that of the whole text" },
  ),
  row(
    "L7.55",
    'printf("%05s|%05c|%05d|%00005d\\n", "ab", 65, 5, 5)',
    [printf("%05s|%05c|%05d|%00005d\n", [str, "ab"], [i8, 65], [i8, 5], [i8, 5])],
    "000ab|0000A|00005|00005\n",
  ),
  row(
    "L7.56",
    'printf("%05d|%06ld|%#010x|%+05d\\n", -42, -42, 255, 5)',
    [printf("%05d|%06ld|%#010x|%+05d\n", [i8, -42], [i8, -42], [i16, 255], [i8, 5])],
    "-0042|-00042|0x000000ff|+0005\n",
    { differs: "L7.56: sign and prefix before the zeros" },
  ),
  row("L7.56", 'printf("%-08x|\\n", 255)', [printf("%-08x|\n", [i16, 255])], "ff      |\n", {
    differs: "L7.56: C's rule, where - beats 0",
  }),
  row(
    "L7.58",
    'printf("%.3d|%5.3d|%-5.3d|%.3x\\n", 5, -5, 5, 10)',
    [printf("%.3d|%5.3d|%-5.3d|%.3x\n", [i8, 5], [i8, -5], [i8, 5], [i8, 10])],
    "005| -005|005  |00a\n",
    { differs: "L7.58: a precision is a minimum of digits" },
  ),
  row(
    "L7.59",
    'printf("%#x|%#X|%#o|%#x|%#o|%+u|%+x|%#d\\n", 255, 255, 8, 0, 0, 5, 5, 8)',
    [
      printf(
        "%#x|%#X|%#o|%#x|%#o|%+u|%+x|%#d\n",
        [i16, 255],
        [i16, 255],
        [i8, 8],
        [i8, 0],
        [i8, 0],
        [i8, 5],
        [i8, 5],
        [i8, 8],
      ),
    ],
    "0xff|0XFF|010|0|0|5|5|8\n",
  ),
  row(
    "L7.60",
    'printf("%r|%rx|%rh|\\n", buf("ab\\x01",3), buf("ab\\x01",3), buf("ab\\x01",3))',
    [printf("%r|%rx|%rh|\n", [buffer, bytes("ab\x01")], [buffer, bytes("ab\x01")], [buffer, bytes("ab\x01")])],
    "ab\\x01|\\x61\\x62\\x01|61 62 01|\n",
  ),
  row(
    "L7.60",
    'printf("%10r|%-10r|%20rx|%20rh|\\n", buf("ab\\x01",3), buf("ab\\x01",3), buf("ab\\x01",3), buf("ab\\x01",3))',
    [
      printf(
        "%10r|%-10r|%20rx|%20rh|\n",
        [buffer, bytes("ab\x01")],
        [buffer, bytes("ab\x01")],
        [buffer, bytes("ab\x01")],
        [buffer, bytes("ab\x01")],
      ),
    ],
    "    ab\\x01|ab\\x01    |        \\x61\\x62\\x01|            61 62 01|\n",
  ),
  row(
    "L7.61",
    'printf("%gr %gr %gr %gr\\n", 0xcc0, 0xdc0, 0x820, 0)',
    [printf("%gr %gr %gr %gr\n", [i64, 0xcc0], [i64, 0xdc0], [i64, 0x820], [i64, 0])],
    "GFP_KERNEL GFP_KERNEL|__GFP_ZERO GFP_ATOMIC 0\n",
  ),
  row(
    "L7.62",
    'enum E { A = 3, B } begin { printf("%d %s %5s|%x\\n", B, B, A, B) }',
    [printf("%d %s %5s|%x\n", [enumE, 4], [enumE, 4], [enumE, 3], [enumE, 4])],
    "4 B     A|4\n",
  ),
  row("L7.65", 'printf("%s\\n","a%db")', [printf("%s\n", [str, "a%db"])], "a%db\n"),
  row("L7.46", 'printf("%d%%|%5%|%-%|\\n", 3)', [printf("%d%%|%5%|%-%|\n", [i8, 3])], "3%|%|%|\n"),
  row("L7.46", 'printf("%z %q %\\n")', [printf("%z %q %\n")], "%z %q %\n"),
  row(
    "L7.53",
    'printf("%s|\\n", (a=1,b="x"))',
    [printf("%s|\n", [record({ a: i8, b: str }), { a: 1, b: "x" }])],
    "{ .a = 1, .b = x }|\n",
  ),
  row(
    "7.3",
    'printf("%d %x %X %08x %-6d| %6d| %s %-8s|%8s| %c %p %u %lld %hhd\\n", -1, 255, 255, 255, 5, 5, "ab", "ab", "ab", 65, 4096, -1, -1, 257)',
    [
      printf(
        "%d %x %X %08x %-6d| %6d| %s %-8s|%8s| %c %p %u %lld %hhd\n",
        [i64, -1],
        [i64, 255],
        [i64, 255],
        [i64, 255],
        [i64, 5],
        [i64, 5],
        [str, "ab"],
        [str, "ab"],
        [str, "ab"],
        [i64, 65],
        [i64, 4096],
        [i64, -1],
        [i64, -1],
        [i64, 257],
      ),
    ],
    "-1 ff FF 000000ff 5     |      5| ab ab      |      ab| A 0x1000 4294967295 -1 1\n",
  ),
];

const VALUES: readonly TextRow[] = [
  row("L7.123", 'print(buf("a\\x00z", 3))', [print(buffer, bytes("a\0z"))], "a\\x00z\n"),
  row(
    "L7.124",
    "print(ntop(0x0100007f)); print(ntop((uint32)0))",
    [print({ k: "inet" }, "127.0.0.1"), print({ k: "inet" }, "0.0.0.0")],
    "127.0.0.1\n0.0.0.0\n",
  ),
  row(
    "L7.125",
    'print("plain"); print(-3); print((1,"a",(2,3)))',
    [print(str, "plain"), print(i8, -3), print(tuple(i8, str, tuple(i8, i8)), [1, "a", [2, 3]])],
    "plain\n-3\n(1, a, (2, 3))\n",
  ),
  row("L7.2", "print(1 == 1); print(false)", [print(bool, true), print(bool, false)], "true\nfalse\n"),
  row(
    "L7.3",
    'print("a\\tb\\n"); print("\\xff\\xc3\\xa9")',
    [print(str, "a\tb\n"), print(str, bytes("\xff\xc3\xa9"))],
    "a\tb\n\n\xff\xc3\xa9\n",
  ),
  row("L7.4", "print((uint8*)16); print((uint8*)0)", [print(pointer, 16), print(pointer, 0)], "0x10\n0x0\n"),
  row("L1.153", 'print("x\\ty"); print("\\x41\\102\\\\")', [print(str, "x\ty"), print(str, "AB\\")], "x\ty\nAB\\\n"),
  row(
    "L1.163",
    'print((a=1, b="x")); print((a=1, b=(2,3)))',
    [
      print(record({ a: i8, b: str }), { a: 1, b: "x" }),
      print(record({ a: i8, b: tuple(i8, i8) }), { b: [2, 3], a: 1 }),
    ],
    "{ .a = 1, .b = x }\n{ .a = 1, .b = (2, 3) }\n",
  ),
  row("L1.164", "print((1,))", [print(tuple(i8), [1])], "(1)\n"),
  row("L1.164", "print(())", [print(tuple(), [])], "()\n", { differs: "L1.164: the empty tuple is printable" }),
  row(
    "L2.116",
    "print((uint8)300); print((int8)200); print((uint16)65537)",
    [print(u8, 44), print(i8, -56), print(u16, 1)],
    "44\n-56\n1\n",
  ),
  row(
    "L2.117",
    "print((int32)4294967295); print((uint32)-1)",
    [print(i32, -1), print(u32, 4294967295)],
    "-1\n4294967295\n",
  ),
  row("L2.119", "$a = 9223372036854775807; print($a)", [print(i64, 9223372036854775807n)], "9223372036854775807\n"),
  row(
    "L7.1",
    "print(18446744073709551615); print((int64)-9223372036854775808)",
    [print(u64, 18446744073709551615n), print(i64, -9223372036854775808n)],
    "18446744073709551615\n-9223372036854775808\n",
  ),
  row(
    "L2.131",
    "enum E { A = 3, B } begin { print((enum E)4); print((uint64)B) }",
    [print(enumE, 4), print(u64, 4)],
    "B\n4\n",
  ),
  row("L7.8", "enum: a value without a name", [print(enumE, 9)], "9\n", { differs: "no such program" }),
  row("L2.140", 'print((int8[3])"ab")', [print(array(i8, 3), [97, 98, 0])], "[97,98,0]\n"),
  row("L7.7", 'print(pton("1.2.3.4"))', [print(array(u8, 4), [1, 2, 3, 4])], "[1,2,3,4]\n"),
  row(
    "L7.6",
    "struct A { char c[4]; int i; short s[2]; } begin { $a = (struct A *)0; print(*$a); }",
    [print(record({ c: chars(4), i: i32, s: array(i16, 2) }), { c: "", i: 0, s: [0, 0] })],
    "{ .c = , .i = 0, .s = [0,0] }\n",
  ),
  row("L7.11", "print(macaddr((uint64)0))", [print({ k: "mac" }, "00:00:00:00:00:00")], "00:00:00:00:00:00\n"),
  row("L7.14", "print(username)", [print({ k: "username" }, "root")], "root\n"),
  row(
    "L5.83",
    'system("echo %d %s", 5, "x")',
    [{ record: { type: "system", command: "echo 5 x", data: "5 x\n" } }],
    "5 x\n",
    { differs: "L5.83: nothing is added to what the command said" },
  ),
  row(
    "L5.82",
    'cat("/proc/sys/kernel/ostype")',
    [{ record: { type: "cat", path: "/proc/sys/kernel/ostype", data: "Linux\n" } }],
    "Linux\n",
  ),
  row("L5.84", 'time("t\\n")', [{ record: { type: "time", format: "t\n", ns: 1_700_000_000_000_000_000n } }], "t\n"),
];

const MAPS: readonly TextRow[] = [
  row("L1.146", "@n++; @n++; print(@n); clear(@n)", [scalar("@n", i64, 2)], "@n: 2\n"),
  row(
    "L2.123",
    "@c = count(); @c = count(); @s = sum(5); @s = sum(-7); @m = min(9); @m = min(4); @x = max(-3); @v = avg(10); @v = avg(5); @v = avg(-1)",
    [
      scalar("@c", count, 2),
      scalar("@m", min, 4),
      scalar("@s", sum, -2),
      scalar("@v", avg, 4),
      scalar("@x", max, -3),
    ].map(atEnd),
    "",
    { final: "@c: 2\n@m: 4\n@s: -2\n@v: 4\n@x: -3\n" },
  ),
  row(
    "L2.130",
    "enum E { A = 3, B } begin { print(A); @e[B] = 1 }",
    [print(enumE, 3), atEnd(keyed("@e", enumE, i64, [[4, 1]]))],
    "A\n",
    { final: "@e[B]: 1\n" },
  ),
  row("L2.133", "@s = stats(4); @s = stats(7)", [scalar("@s", stats, statsOf(2, 5, 11), true)], "", {
    final: "@s: { .count = 2, .average = 5, .total = 11 }\n",
  }),
  row(
    "L6.26",
    '@a["x"] = 3; @a["y"] = 1; @a["z"] = 2; print(@a); clear(@a)',
    [
      keyed("@a", str, i64, [
        ["x", 3],
        ["y", 1],
        ["z", 2],
      ]),
    ],
    "@a[y]: 1\n@a[z]: 2\n@a[x]: 3\n",
    { differs: "L7.34: sorted by value also where the value is 8 bits wide" },
  ),
  row(
    "L6.27",
    '@a["x"] = (int64)3; @a["y"] = 1; @a["z"] = 2; print(@a, 1); clear(@a)',
    [
      keyed(
        "@a",
        str,
        i64,
        [
          ["x", 3],
          ["y", 1],
          ["z", 2],
        ],
        { top: 1 },
      ),
    ],
    "@a[x]: 3\n",
  ),
  row(
    "L6.28",
    '@a["x"] = (int64)30; @a["y"] = 11; print(@a, 2, 10); clear(@a)',
    [
      keyed(
        "@a",
        str,
        i64,
        [
          ["x", 30],
          ["y", 11],
        ],
        { top: 2, div: 10 },
      ),
    ],
    "@a[y]: 1\n@a[x]: 3\n",
  ),
  row(
    "L6.29",
    "@a[1] = 5; @a[2] = 6; _ = delete(@a, 1); print(@a); clear(@a)",
    [keyed("@a", i64, i64, [[2, 6]])],
    "@a[2]: 6\n",
  ),
  row(
    "L6.30",
    "@a[1] = (int64)5; @a[2] = 6; zero(@a); print(@a, 5); clear(@a)",
    [
      keyed(
        "@a",
        i64,
        i64,
        [
          [2, 0],
          [1, 0],
        ],
        { top: 5 },
      ),
    ],
    "@a[1]: 0\n@a[2]: 0\n",
    { differs: "L6.30: equal values stand by key" },
  ),
  row(
    "L6.31",
    "@a[-5] = (int64)1; @a[3] = 2; print(@a); clear(@a)",
    [
      keyed("@a", i64, i64, [
        [3, 2],
        [-5, 1],
      ]),
    ],
    "@a[-5]: 1\n@a[3]: 2\n",
  ),
  row(
    "L6.32",
    '@a[1,"x"] = (int64)1; @a[1,"y"] = 2; print(@a); clear(@a)',
    [
      keyed("@a", tuple(i64, str), i64, [
        [[1, "x"], 1],
        [[1, "y"], 2],
      ]),
    ],
    "@a[1, x]: 1\n@a[1, y]: 2\n",
  ),
  row(
    "L6.33",
    '@s["b"] = "1"; @s["a"] = "2"; print(@s); clear(@s)',
    [
      keyed("@s", str, str, [
        ["b", "1"],
        ["a", "2"],
      ]),
    ],
    "@s[a]: 2\n@s[b]: 1\n",
  ),
  row(
    "L6.34",
    '@s[10] = "a"; @s[9] = "b"; @s[-1] = "c"; print(@s); clear(@s)',
    [
      keyed("@s", i8, str, [
        [10, "a"],
        [9, "b"],
        [-1, "c"],
      ]),
    ],
    "@s[-1]: c\n@s[9]: b\n@s[10]: a\n",
  ),
  row(
    "L6.35",
    '@t[2,"a"] = (1,2); @t[1,"b"] = (3,4); print(@t); clear(@t)',
    [
      keyed("@t", tuple(i8, str), tuple(i8, i8), [
        [
          [2, "a"],
          [1, 2],
        ],
        [
          [1, "b"],
          [3, 4],
        ],
      ]),
    ],
    "@t[1, b]: (3, 4)\n@t[2, a]: (1, 2)\n",
  ),
  row(
    "L6.36",
    '@c["a"] = count(); @c["b"] = count(); @c["b"] = count(); print(@c); clear(@c)',
    [
      keyed("@c", str, count, [
        ["b", 2],
        ["a", 1],
      ]),
    ],
    "@c[a]: 1\n@c[b]: 2\n",
  ),
  row(
    "L6.40",
    '@a[1,"x"] = 7; for ($kv : @a) { print($kv); print($kv.0.1) } clear(@a)',
    [print(tuple(tuple(i64, str), i64), [[1, "x"], 7]), print(str, "x")],
    "((1, x), 7)\nx\n",
  ),
  row(
    "L6.43",
    '@h["a"] = hist(1); @h["b"] = hist(1); @h["b"] = hist(1); print(@h, 1); clear(@h)',
    [
      keyed(
        "@h",
        str,
        hist(),
        [
          ["b", histOf([1, 1])],
          ["a", histOf([1])],
        ],
        { top: 1 },
      ),
    ],
    `@h[b]:\n${full("[1]", 2)}\n`,
  ),
  row(
    "L6.44",
    "@b = 1; @a = 2; @c[1] = 3",
    [scalar("@a", i8, 2), scalar("@b", i8, 1), keyed("@c", i8, i8, [[1, 3]])].map(atEnd),
    "",
    { final: "@a: 2\n@b: 1\n@c[1]: 3\n" },
  ),
  row(
    "L6.45",
    '@a[1]=1; @b["x"]=2; @[0]=3; @zz=4; @B=5',
    [
      keyed("@", i8, i8, [[0, 3]]),
      scalar("@B", i8, 5),
      keyed("@a", i8, i8, [[1, 1]]),
      keyed("@b", str, i8, [["x", 2]]),
      scalar("@zz", i8, 4),
    ].map(atEnd),
    "",
    { final: "@[0]: 3\n@B: 5\n@a[1]: 1\n@b[x]: 2\n@zz: 4\n" },
  ),
  row("L6.46", "config = { print_maps_on_exit=false } begin { @a = 1; }", [], ""),
  row(
    "L6.25",
    'if (0) { @x = 1; @s = "abc"; @t = (1,"a"); @p = (uint8*)5; @b = true; @m = max(3); @l = lhist(1,0,10,1); @k[1] = 1; @q = stats(1) } print(@x); print(@s); print(@t); print(@p); print(@b); print(@m); print(@l); print(@k); print(@q)',
    [
      ["@x", i64],
      ["@s", str],
      ["@t", tuple(i8, str)],
      ["@p", pointer],
      ["@b", bool],
      ["@m", max],
      ["@l", lhist(0, 10, 1)],
    ]
      .map(([name, value]) => ({ map: name, value, entries: [] }) as Step)
      .concat([
        { map: "@k", key: i8, value: i8, entries: [] },
        { map: "@q", value: stats, entries: [] },
      ]),
    "@x: 0\n@s: \n@t: (0, )\n@p: 0x0\n@b: false\n@m: 0\n@q: { .count = 0, .average = 0, .total = 0 }\n",
  ),
  row(
    "L7.33",
    "@e[1] = 4; print(@e); clear(@e); print(@e); @h = hist(4); clear(@h); print(@h)",
    [keyed("@e", i8, i8, [[1, 4]]), keyed("@e", i8, i8, []), { map: "@h", value: hist(), entries: [] }],
    "@e[1]: 4\n",
  ),
  row(
    "L7.79",
    "@h[1] = hist(4); zero(@h); print(@h); clear(@h); @g = hist(2); zero(@g); print(@g); clear(@g)",
    [keyed("@h", i8, hist(), [[1, []]]), scalar("@g", hist(), [])],
    "@h[1]:\n\n@g:\n\n",
  ),
  row(
    "L7.25",
    '@e[""] = 1; @k["a", 3] = 5; @d[1, (2, 3)] = 1; @n[((1,2),(3,4))] = 2',
    [
      keyed("@d", tuple(i8, tuple(i8, i8)), i8, [[[1, [2, 3]], 1]]),
      keyed("@e", str, i8, [["", 1]]),
      keyed("@k", tuple(str, i8), i8, [[["a", 3], 5]]),
      keyed("@n", tuple(tuple(i8, i8), tuple(i8, i8)), i8, [
        [
          [
            [1, 2],
            [3, 4],
          ],
          2,
        ],
      ]),
    ].map(atEnd),
    "",
    { final: "@d[1, (2, 3)]: 1\n@e[]: 1\n@k[a, 3]: 5\n@n[(1, 2), (3, 4)]: 2\n" },
  ),
  row("L7.25", '@c["(sd-pam)"] = 1', [atEnd(keyed("@c", str, i8, [["(sd-pam)", 1]]))], "", {
    final: "@c[sd-pam]: 1\n",
  }),
  row(
    "L7.35",
    "@m[1] = max(3); @m[2] = max(9); @m[3] = max(1); print(@m); clear(@m)",
    [
      keyed("@m", i8, max, [
        [1, 3],
        [2, 9],
        [3, 1],
      ]),
    ],
    "@m[3]: 1\n@m[1]: 3\n@m[2]: 9\n",
  ),
  row(
    "L7.35",
    "@m[1] = max(3); @m[2] = max(-5); print(@m); clear(@m)",
    [
      keyed("@m", i8, max, [
        [1, 3],
        [2, -5],
      ]),
    ],
    "@m[2]: -5\n@m[1]: 3\n",
    { differs: "L7.35: signed order" },
  ),
  row(
    "L7.36",
    '@a["x"]=avg(3); @a["y"]=avg(1); print(@a); clear(@a)',
    [
      keyed("@a", str, avg, [
        ["x", 3],
        ["y", 1],
      ]),
    ],
    "@a[y]: 1\n@a[x]: 3\n",
  ),
  row(
    "L7.36",
    "@m[1] = stats(1); @m[2] = stats(5); print(@m, 1); print(@m, 1, 2); clear(@m); @v[1] = avg(10); print(@v, 5, 3); clear(@v)",
    [
      keyed(
        "@m",
        i8,
        stats,
        [
          [2, statsOf(1, 5, 5)],
          [1, statsOf(1, 1, 1)],
        ],
        { top: 1 },
      ),
      keyed(
        "@m",
        i8,
        stats,
        [
          [2, statsOf(1, 5, 5)],
          [1, statsOf(1, 1, 1)],
        ],
        { top: 1, div: 2 },
      ),
      keyed("@v", i8, avg, [[1, 10]], { top: 5, div: 3 }),
    ],
    "@m[2]: { .count = 1, .average = 5, .total = 5 }\n@m[2]: { .count = 1, .average = 2, .total = 5 }\n@v[1]: 3\n",
  ),
  row(
    "L7.37",
    "@k[1] = hist(3); @k[1] = hist(3); @k[2] = hist(3); print(@k); clear(@k)",
    [
      keyed("@k", i8, hist(), [
        [1, histOf([3, 3])],
        [2, histOf([3])],
      ]),
    ],
    `@k[2]:\n${full("[2, 4)", 1)}\n@k[1]:\n${full("[2, 4)", 2)}\n`,
  ),
  row(
    "L7.39",
    '@u[(uint8)200] = "a"; @u[(uint8)5] = "b"; @w[18446744073709551615] = "x"; @w[1] = "y"; @t["b"] = true; @t["a"] = false',
    [
      keyed("@t", str, bool, [
        ["b", true],
        ["a", false],
      ]),
      keyed("@u", u8, str, [
        [5, "b"],
        [200, "a"],
      ]),
      keyed("@w", u64, str, [
        [1, "y"],
        [18446744073709551615n, "x"],
      ]),
    ].map(atEnd),
    "",
    { final: "@t[a]: false\n@t[b]: true\n@u[200]: a\n@u[5]: b\n@w[18446744073709551615]: x\n@w[1]: y\n" },
  ),
  row(
    "L6.3",
    '@t[1] = (10, "a", 7); print(@t, 5, 2); clear(@t); @r[1] = (a=10); print(@r, 1, 3); clear(@r); @y[1] = pton("10.20.30.40"); print(@y, 3, 10); clear(@y); @x[1] = (int64)-7; print(@x, 5, 2); clear(@x); @z = 9; print(@z, 1, 2); clear(@z)',
    [
      keyed("@t", i8, tuple(i8, str, i8), [[1, [10, "a", 7]]], { top: 5, div: 2 }),
      keyed("@r", i8, record({ a: i8 }), [[1, { a: 10 }]], { top: 1, div: 3 }),
      keyed("@y", i8, array(u8, 4), [[1, [10, 20, 30, 40]]], { top: 3, div: 10 }),
      keyed("@x", i8, i64, [[1, -7]], { top: 5, div: 2 }),
      { ...scalar("@z", i8, 9), top: 1, div: 2 } as Step,
    ],
    "@t[1]: (5, a, 3)\n@r[1]: { .a = 3 }\n@y[1]: [1,2,3,4]\n@x[1]: -3\n@z: 4\n",
  ),
];

const HISTOGRAMS: readonly TextRow[] = [
  row(
    "L7.126",
    "@h = hist(0); @h = hist(2); @h = hist(2); print(@h); clear(@h)",
    [scalar("@h", hist(), histOf([0, 2, 2]))],
    `@h:\n${half("[0]", 1)}${none("[1]")}${full("[2, 4)", 2)}\n`,
  ),
  row(
    "L7.127",
    "@h = hist(1024); print(@h); clear(@h)",
    [scalar("@h", hist(), histOf([1024]))],
    `@h:\n${full("[1K, 2K)", 1)}\n`,
  ),
  row(
    "L7.128",
    "@h = hist(-1); print(@h); clear(@h)",
    [scalar("@h", hist(), histOf([-1]))],
    `@h:\n${full("(..., 0)", 1)}\n`,
  ),
  row(
    "L7.129",
    "@l = lhist(5, 0, 100, 10); @l = lhist(95, 0, 100, 10); print(@l); clear(@l)",
    [scalar("@l", lhist(0, 100, 10), lhistOf([5, 95], 0, 100, 10))],
    `@l:\n${full("[0, 10)", 1)}${[1, 2, 3, 4, 5, 6, 7, 8].map((i) => none(`[${i}0, ${i + 1}0)`)).join("")}${full("[90, 100)", 1)}\n`,
  ),
  row(
    "L7.130",
    "@l = lhist(100, 0, 100, 10); print(@l); clear(@l)",
    [scalar("@l", lhist(0, 100, 10), lhistOf([100], 0, 100, 10))],
    `@l:\n${full("[100, ...)", 1)}\n`,
  ),
  row(
    "L7.131",
    "@l = lhist(3072, 0, 8192, 2048); print(@l); clear(@l)",
    [scalar("@l", lhist(0, 8192, 2048), lhistOf([3072], 0, 8192, 2048))],
    `@l:\n${full("[2K, 4K)", 1)}\n`,
  ),
  row(
    "L7.132",
    '@k["a"] = hist(3); @k["b"] = hist(3); @k["b"] = hist(9); print(@k); clear(@k)',
    [
      keyed("@k", str, hist(), [
        ["b", histOf([3, 9])],
        ["a", histOf([3])],
      ]),
    ],
    `@k[a]:\n${full("[2, 4)", 1)}\n@k[b]:\n${full("[2, 4)", 1)}${none("[4, 8)")}${full("[8, 16)", 1)}\n`,
  ),
  row("L7.133", "@h = hist(5, 2); @h = hist(9, 2)", [scalar("@h", hist(2), histOf([5, 9], 2), true)], "", {
    final: `@h:\n${full("[5]", 1)}${none("[6]")}${none("[7]")}${full("[8, 10)", 1)}\n`,
  }),
  row("L7.134", "@l = lhist(3, 0, 5, 1)", [scalar("@l", lhist(0, 5, 1), lhistOf([3], 0, 5, 1), true)], "", {
    final: `@l:\n${full("[3]", 1)}\n`,
  }),
  row(
    "L7.73",
    "@h = hist(0); @h = hist(1); @h = hist(3); @h = hist(1025); @h = hist(-4)",
    [scalar("@h", hist(), histOf([0, 1, 3, 1025, -4]), true)],
    "",
    {
      final: `@h:\n${full("(..., 0)", 1)}${full("[0]", 1)}${full("[1]", 1)}${full("[2, 4)", 1)}${["[4, 8)", "[8, 16)", "[16, 32)", "[32, 64)", "[64, 128)", "[128, 256)", "[256, 512)", "[512, 1K)"].map(none).join("")}${full("[1K, 2K)", 1)}\n`,
    },
  ),
  row(
    "L7.73",
    "@h = hist(1 << 62); @h = hist(1 << 59); @g = hist(1 << 40); @g = hist(1 << 39)",
    [
      atEnd(scalar("@g", hist(), histOf([1n << 40n, 1n << 39n]))),
      atEnd(scalar("@h", hist(), histOf([1n << 62n, 1n << 59n]))),
    ],
    "",
    {
      final: `@g:\n${full("[512G, 1T)", 1)}${full("[1T, 2T)", 1)}\n@h:\n${full("[512P, 1E)", 1)}${none("[1E, 2E)")}${none("[2E, 4E)")}${full("[4E, 8E)", 1)}\n`,
    },
  ),
  row(
    "L7.74",
    "@h = hist(1,1); @h = hist(2,1); @h = hist(3,1); @h = hist(4,1); @h = hist(8,1); @h = hist(-3,1)",
    [scalar("@h", hist(1), histOf([1, 2, 3, 4, 8, -3], 1), true)],
    "",
    {
      final: `@h:\n${full("(..., 0)", 1)}${none("[0]")}${full("[1]", 1)}${full("[2]", 1)}${full("[3]", 1)}${full("[4, 6)", 1)}${none("[6, 8)")}${full("[8, 12)", 1)}\n`,
    },
  ),
  row(
    "L7.75",
    "@a = hist(1 << 20, 5); @b = hist(1280, 2); @c = hist(4095, 2); @d = hist(4096, 2); @e = hist(31, 4)",
    [
      scalar("@a", hist(5), histOf([1 << 20], 5)),
      scalar("@b", hist(2), histOf([1280], 2)),
      scalar("@c", hist(2), histOf([4095], 2)),
      scalar("@d", hist(2), histOf([4096], 2)),
      scalar("@e", hist(4), histOf([31], 4)),
    ].map(atEnd),
    "",
    {
      final: `@a:\n${full("[1024K, 1056K)", 1)}\n@b:\n${full("[1280, 1536)", 1)}\n@c:\n${full("[3584, 4K)", 1)}\n@d:\n${full("[4K, 5K)", 1)}\n@e:\n${full("[31]", 1)}\n`,
    },
  ),
  row(
    "L7.76",
    "@l = lhist(-1, 0, 10, 2); @l = lhist(3,0,10,2); @l = lhist(3,0,10,2); @l = lhist(10,0,10,2); @l = lhist(99,0,10,2)",
    [scalar("@l", lhist(0, 10, 2), lhistOf([-1, 3, 3, 10, 99], 0, 10, 2), true)],
    "",
    {
      final: `@l:\n${half("(..., 0)", 1)}${none("[0, 2)")}${full("[2, 4)", 2)}${none("[4, 6)")}${none("[6, 8)")}${none("[8, 10)")}${full("[10, ...)", 2)}\n`,
    },
  ),
  row(
    "L7.76",
    "@l = lhist(3, 0, 5, 1); @l = lhist(5,0,5,1); @l = lhist(-1,0,5,1)",
    [scalar("@l", lhist(0, 5, 1), lhistOf([3, 5, -1], 0, 5, 1), true)],
    "",
    {
      final: `@l:\n${full("(..., 0)", 1)}${["[0]", "[1]", "[2]"].map(none).join("")}${full("[3]", 1)}${none("[4]")}${full("[5, ...)", 1)}\n`,
    },
  ),
  row(
    "L7.77",
    "@l = lhist(5000,0,10240,1024); @m = lhist(2097152, 0, 4194304, 1048576); @n = lhist(100, 0, 10240, 1024); @o = lhist(3000,512,10752,1024)",
    [
      scalar("@l", lhist(0, 10240, 1024), lhistOf([5000], 0, 10240, 1024)),
      scalar("@m", lhist(0, 4194304, 1048576), lhistOf([2097152], 0, 4194304, 1048576)),
      scalar("@n", lhist(0, 10240, 1024), lhistOf([100], 0, 10240, 1024)),
      scalar("@o", lhist(512, 10752, 1024), lhistOf([3000], 512, 10752, 1024)),
    ].map(atEnd),
    "",
    {
      final: `@l:\n${full("[4K, 5K)", 1)}\n@m:\n${full("[2M, 3M)", 1)}\n@n:\n${full("[0, 1K)", 1)}\n@o:\n${full("[2560, 3584)", 1)}\n`,
    },
  ),
  row(
    "L7.71",
    "unroll(3) { @a = hist(1); } unroll(7) { @a = hist(2); } unroll(9) { @a = hist(4); } unroll(13) { @a = hist(8); }",
    [
      scalar(
        "@a",
        hist(),
        histOf([1, 1, 1, ...Array<number>(7).fill(2), ...Array<number>(9).fill(4), ...Array<number>(13).fill(8)]),
        true,
      ),
    ],
    "",
    {
      final: `@a:\n${[
        ["[1]", 3, 12],
        ["[2, 4)", 7, 28],
        ["[4, 8)", 9, 36],
        ["[8, 16)", 13, 52],
      ]
        .map(
          ([label, n, bar]) =>
            `${String(label).padEnd(16)}${String(n).padStart(8)} |${"@".repeat(Number(bar)).padEnd(52)}|\n`,
        )
        .join("")}\n`,
    },
  ),
  row(
    "L6.4",
    '@h["a"] = hist(1); @h["a"] = hist(1); @h["a"] = hist(9); print(@h, 1, 2); clear(@h); @l["a"] = lhist(1,0,10,5); @l["a"] = lhist(1,0,10,5); print(@l, 1, 2); clear(@l)',
    [
      keyed("@h", str, hist(), [["a", histOf([1, 1, 9])]], { top: 1, div: 2 }),
      keyed("@l", str, lhist(0, 10, 5), [["a", lhistOf([1, 1], 0, 10, 5)]], { top: 1, div: 2 }),
    ],
    `@h[a]:\n${full("[1]", 1)}${none("[2, 4)")}${none("[4, 8)")}${none("[8, 16)")}\n@l[a]:\n${full("[0, 5)", 2)}\n`,
  ),
];

export const TEXT_ROWS: readonly TextRow[] = [...PRINTF, ...VALUES, ...MAPS, ...HISTOGRAMS];
