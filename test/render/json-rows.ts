/** Programs, their stream, and the JSON lines that bpftrace 0.27 prints for them; `differs` as in text-rows.ts. */
import {
  array,
  atEnd,
  avg,
  bool,
  buffer,
  enumE,
  hist,
  histOf,
  i8,
  i16,
  i64,
  keyed,
  lhist,
  lhistOf,
  max,
  pointer,
  print,
  printf,
  record,
  type Step,
  scalar,
  stats,
  statsOf,
  str,
  tuple,
  u64,
} from "./builders.ts";

export type JsonRow = {
  readonly id: string;
  readonly program: string;
  readonly steps: readonly Step[];
  readonly json: string;
  readonly differs?: string;
};

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const row = (id: string, program: string, steps: readonly Step[], json: string, differs?: string): JsonRow => ({
  id,
  program,
  steps,
  json: `${json}\n`,
  ...(differs === undefined ? {} : { differs }),
});
const one = (id: string, program: string, step: Step, json: string, differs?: string): JsonRow =>
  row(id, program, [step], json, differs);

export const JSON_ROWS: readonly JsonRow[] = [
  one("L7.137", 'print((1,"a"))', print(tuple(i8, str), [1, "a"]), '{"type": "value", "data": [1,"a"]}'),
  one("L7.138", "print(-5)", print(i8, -5), '{"type": "value", "data": -5}'),
  one("L7.139", "print(true)", print(bool, true), '{"type": "value", "data": true}'),
  one(
    "L7.140",
    'print((a=1, b="x"))',
    print(record({ a: i8, b: str }), { a: 1, b: "x" }),
    '{"type": "value", "data": {"a": 1, "b": "x"}}',
  ),
  one("L7.141", 'printf("a%d\\n", 1)', printf("a%d\n", [i8, 1]), '{"type": "printf", "data": "a1\\n"}'),
  one(
    "L7.142",
    '@a[1,"b"] = 2',
    atEnd(keyed("@a", tuple(i8, str), i8, [[[1, "b"], 2]])),
    '{"type": "map", "data": {"@a": {"1,b": 2}}}',
  ),
  one("L7.143", "@a = 5", scalar("@a", i8, 5, true), '{"type": "map", "data": {"@a": 5}}'),
  one("L7.144", '@a = "q\\"t"', scalar("@a", str, 'q"t', true), '{"type": "map", "data": {"@a": "q\\"t"}}'),
  one(
    "L7.145",
    "@n[-1] = (int64)5; @n[3] = 9",
    atEnd(
      keyed("@n", i8, i64, [
        [3, 9],
        [-1, 5],
      ]),
    ),
    '{"type": "map", "data": {"@n": {"-1": 5, "3": 9}}}',
  ),
  one(
    "L7.146",
    "@h = hist(-1); @h = hist(0)",
    scalar("@h", hist(), histOf([-1, 0]), true),
    '{"type": "hist", "data": {"@h": [{"max": -1, "count": 1},{"min": 0, "max": 0, "count": 1}]}}',
  ),
  one(
    "L7.147",
    "@l = lhist(5,0,10,5); @l = lhist(99,0,10,5)",
    scalar("@l", lhist(0, 10, 5), lhistOf([5, 99], 0, 10, 5), true),
    '{"type": "hist", "data": {"@l": [{"min": 5, "max": 9, "count": 1},{"min": 10, "count": 1}]}}',
  ),
  one(
    "L7.148",
    '@k[1,"a"] = hist(2)',
    atEnd(keyed("@k", tuple(i8, str), hist(), [[[1, "a"], histOf([2])]])),
    '{"type": "hist", "data": {"@k": {"1,a": [{"min": 2, "max": 3, "count": 1}]}}}',
  ),
  one(
    "L7.149",
    "@s = stats(4)",
    scalar("@s", stats, statsOf(1, 4, 4), true),
    '{"type": "stats", "data": {"@s": {"count": 1, "average": 4, "total": 4}}}',
  ),
  one(
    "L7.150",
    '@s["x"] = stats(4)',
    atEnd(keyed("@s", str, stats, [["x", statsOf(1, 4, 4)]])),
    '{"type": "stats", "data": {"@s": {"x": {"count": 1, "average": 4, "total": 4}}}}',
  ),
  one("L7.151", "@v = avg(5)", scalar("@v", avg, 5, true), '{"type": "stats", "data": {"@v": 5}}'),
  one("L7.152", "@m = max(3)", scalar("@m", max, 3, true), '{"type": "map", "data": {"@m": 3}}'),
  one(
    "L7.153",
    'time("x\\n")',
    { record: { type: "time", format: "x\n", ns: 1n << 60n } },
    '{"type": "time", "data": "x\\n"}',
  ),
  one(
    "L7.154",
    'cat("/proc/sys/kernel/ostype")',
    { record: { type: "cat", path: "/proc/sys/kernel/ostype", data: "Linux\n" } },
    '{"type": "cat", "data": "Linux\\n"}',
  ),
  one(
    "L7.155",
    'system("echo hi")',
    { record: { type: "system", command: "echo hi", data: "hi\n" } },
    '{"type": "syscall", "data": "hi\\n"}',
  ),
  one(
    "L7.94",
    "join((uint64)0)",
    { record: { type: "join", separator: " ", parts: [] } },
    '{"type": "join", "data": ""}',
  ),
  one(
    "L7.85",
    "@e[(1,(2,3))] = 5",
    atEnd(keyed("@e", tuple(i8, tuple(i8, i8)), i8, [[[1, [2, 3]], 5]])),
    '{"type": "map", "data": {"@e": {"1,(2,3)": 5}}}',
  ),
  one(
    "L7.85",
    '@k["x y"] = stats(4)',
    atEnd(keyed("@k", str, stats, [["x y", statsOf(1, 4, 4)]])),
    '{"type": "stats", "data": {"@k": {"xy": {"count": 1, "average": 4, "total": 4}}}}',
  ),
  one(
    "L7.85",
    "@a[(uint8*)16] = 1",
    atEnd(keyed("@a", pointer, i8, [[16, 1]])),
    '{"type": "map", "data": {"@a": {"0x10": 1}}}',
  ),
  one(
    "L7.86",
    "@h = hist(300, 2)",
    scalar("@h", hist(2), histOf([300], 2), true),
    '{"type": "hist", "data": {"@h": [{"min": 256, "max": 319, "count": 1}]}}',
  ),
  one(
    "L7.87",
    '@h["a"] = hist(9); @h["b"] = hist(9); @h["b"] = hist(9)',
    atEnd(
      keyed("@h", str, hist(), [
        ["b", histOf([9, 9])],
        ["a", histOf([9])],
      ]),
    ),
    '{"type": "hist", "data": {"@h": {"a": [{"min": 8, "max": 15, "count": 1}], "b": [{"min": 8, "max": 15, "count": 2}]}}}',
  ),
  one(
    "L7.100",
    "print(18446744073709551615)",
    print(u64, 18446744073709551615n),
    '{"type": "value", "data": "18446744073709551615"}',
  ),
  row(
    "L7.100",
    "print(9007199254740993); print(9007199254740992); print(9007199254740994); print(-9007199254740993)",
    [
      print(i64, 9007199254740993n),
      print(i64, 9007199254740992),
      print(i64, 9007199254740994n),
      print(i64, -9007199254740993n),
    ],
    '{"type": "value", "data": "9007199254740993"}\n{"type": "value", "data": 9007199254740992}\n{"type": "value", "data": 9007199254740994}\n{"type": "value", "data": "-9007199254740993"}',
  ),
  row(
    "L7.101",
    'enum E { A = 3, B } begin { print(A); print((A, "x")); @e[B] = A; }',
    [print(enumE, 3), print(tuple(enumE, str), [3, "x"]), atEnd(keyed("@e", enumE, enumE, [[4, 3]]))],
    '{"type": "value", "data": 3}\n{"type": "value", "data": [3,"x"]}\n{"type": "map", "data": {"@e": {"B": 3}}}',
  ),
  row(
    "L7.101",
    'print((uint8*)255); print(ntop(0x0100007f)); print(pton("1.2.3.4")); print(ksym(5)); print((1,))',
    [
      print(pointer, 255),
      print({ k: "inet" }, "127.0.0.1"),
      print(array(i8, 4), [1, 2, 3, 4]),
      print({ k: "ksym" }, "0x5"),
      print(tuple(i8), [1]),
    ],
    '{"type": "value", "data": 255}\n{"type": "value", "data": "127.0.0.1"}\n{"type": "value", "data": [1,2,3,4]}\n{"type": "value", "data": "0x5"}\n{"type": "value", "data": [1]}',
  ),
  one(
    "L7.102",
    'print(buf("a\\xff", 2))',
    print(buffer, bytes("a\xff")),
    '{"type": "value", "data": "a\\\\xff"}',
    "L7.102: buffers as text",
  ),
  one(
    "L7.103",
    'print("q\\"\\n\\r\\t\\x01\\\\/\\x7f")',
    print(str, 'q"\n\r\t\x01\\/\x7f'),
    '{"type": "value", "data": "q\\"\\n\\r\\t\\u0001\\\\/\x7f"}',
  ),
  one(
    "L7.103",
    'print("\\xc3\\xa9\\xff")',
    print(str, bytes("\xc3\xa9\xff")),
    '{"type": "value", "data": "\xc3\xa9\xff"}',
    "L7.103: bytes from 0x80 as they are",
  ),
  row(
    "L7.104",
    "@q[1] = 1; clear(@q); print(@q); @z[1] = hist(3); clear(@z); print(@z); @x = 1; clear(@x); print(@x)",
    [keyed("@q", i8, i8, []), keyed("@z", i8, hist(), []), { map: "@x", value: i8, entries: [] }],
    '{"type": "map", "data": {"@x": 0}}',
  ),
  one(
    "L7.104",
    "@h = hist(1); zero(@h); print(@h); clear(@h)",
    scalar("@h", hist(), []),
    '{"type": "hist", "data": {"@h": []}}',
  ),
  one(
    "L7.91",
    'printf("%s %d %x\\n", (1,"a"), 300, -1)',
    printf("%s %d %x\n", [tuple(i8, str), [1, "a"]], [i16, 300], [i8, -1]),
    '{"type": "printf", "data": "(1, a) 300 ffffffff\\n"}',
  ),
];
