/** Values that a begin probe cannot make the same twice: stacks, times, time series, cut strings, foreign bytes. */
import { describe, expect, it } from "vitest";
import type { ValueType } from "../../compiler/5-object/manifest.ts";
import { strftime } from "../../compiler/render/strftime.ts";
import type { Value } from "../../compiler/stream/records.ts";
import {
  atEnd,
  chars,
  i8,
  i64,
  keyed,
  print,
  printf,
  scalar,
  show,
  stack,
  str,
  streamOf,
  timestamp,
  tuple,
} from "./builders.ts";

const FRAMES: Value = [
  { address: 0xffffffff81f0582an, symbol: "vfs_read", offset: 0 },
  { address: 0xffffffff81000001n, symbol: "nft_do_chain", offset: 165, module: "nf_tables" },
  { address: 5 },
];
const USER: Value = [
  { address: 0x7fef5711ae89, symbol: "syscall", offset: 25, module: "/usr/lib/libc.so.6" },
  { address: 0x7fef50437188 },
];
/** Program output without the run's two newlines. */
const stdout = (...steps: Parameters<typeof streamOf>[0]): string => show(streamOf(steps)).stdout.replace(/\n\n$/, "");

describe("stacks", () => {
  it.each<readonly [string, ValueType, Value, string]>([
    ["L7.16 bpftrace", stack(), FRAMES, "\n        vfs_read+0\n        nft_do_chain+165\n        0x5\n"],
    [
      "L7.17 perf, kernel",
      stack("perf"),
      FRAMES,
      "\n\tffffffff81f0582a vfs_read+0\n\tffffffff81000001 nft_do_chain+165\n\t5 0x5\n",
    ],
    [
      "L7.17 perf, user",
      stack("perf", true),
      USER,
      "\n\t7fef5711ae89 syscall+25 (/usr/lib/libc.so.6)\n\t7fef50437188 0x7fef50437188 ([unknown])\n",
    ],
    ["L7.16 user", stack("bpftrace", true), USER, "\n        syscall+25\n        0x7fef50437188\n"],
    ["L7.18 raw", stack("raw"), FRAMES, "\nffffffff81f0582a\nffffffff81000001\n5\n"],
    [
      "L7.19 build_id",
      stack("build_id", true),
      [{ address: 1, symbol: "ab".repeat(20), offset: 0x1234 }, { address: 0x99 }],
      `\n${"ab".repeat(20)} 0x1234\n99\n`,
    ],
    ["L5.44 failed", stack(), [], "\n"],
    ["failed, as nil", stack(), null, "\n"],
  ])("%s", (_, type, value, text) => {
    expect(stdout(print(type, value))).toBe(`${text}\n`);
    expect(stdout(printf("[%s]\n", [type, value]))).toBe(`[${text}]\n`);
    expect(stdout(scalar("@v", type, value))).toBe(`@v: ${text}\n`);
    expect(stdout(keyed("@k", type, i64, [[value, 12]]))).toBe(`@k[${text}]: 12\n`);
    expect(stdout(keyed("@k", tuple(str, type, i8), i64, [[["x", value, 3], 12]]))).toBe(`@k[x, ${text}, 3]: 12\n`);
  });
  it("L7.21: in a tuple and as a column", () => {
    expect(stdout(print(tuple(stack(), i8), [[{ address: 5 }], 2]))).toBe("(\n        0x5\n, 2)\n");
    expect(stdout(printf("[%10s]\n", [stack("raw"), [5]]))).toBe("[       \n5\n]\n");
  });
  it("JSON has them as text, keys without spaces", () => {
    const json = show(
      streamOf([print(stack(), FRAMES), atEnd(keyed("@k", tuple(stack(), i8), i8, [[[FRAMES, 1], 1]]))]),
      "json",
    ).stdout;
    expect(json).toBe(
      '{"type": "value", "data": "\\n        vfs_read+0\\n        nft_do_chain+165\\n        0x5\\n"}\n{"type": "map", "data": {"@k": {"\\nvfs_read+0\\nnft_do_chain+165\\n0x5\\n,1": 1}}}\n',
    );
  });
});

describe("strings", () => {
  it("L2.35: a string that fills its capacity was cut; char arrays never are", () => {
    const type: ValueType = { k: "string", size: 5 };
    expect(
      stdout(
        print(type, "/x/te"),
        print(type, "/x/t"),
        print(chars(5), "/x/te"),
        print(type, "ééa"),
        print(type, new Uint8Array([1, 255, 255, 255, 255])),
      ),
    ).toBe("/x/te..\n/x/t\n/x/te\n\xc3\xa9\xc3\xa9a..\n\x01\xff\xff\xff\xff..\n");
    expect(
      show(streamOf([printf("%s|%8s|", [type, "/x/te"], [type, "/x/te"])], { str_trunc_trailer: "…" })).stdout,
    ).toBe("/x/te\xe2\x80\xa6|/x/te\xe2\x80\xa6|\n\n");
  });
  it("any byte passes through unchanged: as text, key, format and separator", () => {
    const all = Uint8Array.from({ length: 255 }, (_, i) => i + 1);
    const text = String.fromCharCode(...all);
    expect(stdout(print(chars(300), all))).toBe(`${text}\n`);
    expect(stdout(keyed("@é", chars(300), i8, [[all, 1]]))).toBe(`@\xc3\xa9[${text}]: 1\n`);
    expect(stdout(printf("日%s\n", [str, "本"]))).toBe("\xe6\x97\xa5\xe6\x9c\xac\n");
    expect(stdout({ record: { type: "join", separator: "→", parts: ["a", all] } })).toBe(`a\xe2\x86\x92${text}\n`);
  });
  it("widths and precisions count bytes", () => {
    expect(stdout(printf("%4s|%-4s|%.2s|", [str, "é"], [str, "é"], [str, "éa"]))).toBe(
      "  \xc3\xa9|\xc3\xa9  |\xc3\xa9|",
    );
  });
  it("maps sort strings by bytes", () => {
    expect(
      stdout(
        keyed("@", str, str, [
          ["é", "3"],
          ["z", "2"],
          ["Z", "1"],
        ]),
      ),
    ).toBe("@[Z]: 1\n@[z]: 2\n@[\xc3\xa9]: 3\n");
  });
});

describe("printf never fails", () => {
  it("L7.68: what cannot be converted is shown as such", () => {
    expect(stdout(printf("%d|%x|%c|%p|%s\n", [str, "ab"], [str, "ab"], [str, "ab"], [str, "ab"], [i8, "ab"]))).toBe(
      "!{invalid integer conversion: ab}|!{invalid integer conversion: ab}|!{invalid integer conversion: ab}|!{invalid integer conversion: ab}|ab\n",
    );
    expect(
      show([...streamOf([]).slice(0, 1), { type: "printf", event: 9, format: "%d %s|%d\n", args: [1] }]).stdout,
    ).toBe("1 !{missing argument}|!{missing argument}\n");
  });
  it("an absurd width is held to a column of 4096", () => {
    expect(stdout(printf("%999999999d", [i8, 1])).length).toBe(4096);
  });
});

describe("times", () => {
  const ns = 1_795_341_187_419_598_376n; // 2026-11-22 09:53:07.419598376 UTC, a Sunday
  it.each<readonly [string, string]>([
    ["%a %A %b %B %h", "Sun Sunday Nov November Nov"],
    ["%c", "Sun Nov 22 09:53:07 2026"],
    ["%C %y %Y", "20 26 2026"],
    ["%d %e %j", "22 22 326"],
    ["%D %F %x", "11/22/26 2026-11-22 11/22/26"],
    ["%g %G %V %u %w %U %W", "26 2026 47 7 0 47 46"],
    ["%H %I %M %S %p %P", "09 09 53 07 AM am"],
    ["%R %T %X %r", "09:53 09:53:07 09:53:07 09:53:07 AM"],
    ["%s %z %Z", "1795341187 +0000 UTC"],
    ["%n%t%%", "\n\t%"],
    ["%k|%l|%f|%%|%Q|%E|%Ey|%-d|%_d|%5Y", " 9| 9|%f|%|%Q|%E|26|22|22|02026"],
    ["%-H %_H %^a %#p %3d %-j %_5d %05e", "9  9 SUN am 022 326    22 00022"],
    ["%EY %Od %OH", "2026 22 09"],
    ["%", "%"],
    ["100%", "100%"],
    ["%5a|%05a", "  Sun|00Sun"],
  ])("L5.10 %s", (format, text) => {
    expect(strftime(format, ns, { utcOffset: 0, fractions: false })).toBe(text);
  });
  it("L5.11: a timestamp has fractions, and no time for the epoch", () => {
    expect(
      stdout(
        print(timestamp("%H|%f|%k|%l|%%|%Q"), ns),
        print(timestamp("%Y"), 5),
        print(timestamp(""), ns),
        printf("%10s|\n", [timestamp("%Y"), ns]),
      ),
    ).toBe("09|419598|419598376|419|%|%Q\n(?)\n(?)\n      2026|\n");
    expect(stdout(keyed("@", timestamp("%H"), i8, [[ns, 1]]))).toBe("@[09]: 1\n");
  });
  it("is the traced host's local time", () => {
    const at = (utc_offset: number): string =>
      show(streamOf([print(timestamp("%F %T %z %Z %s"), ns)], { utc_offset })).stdout.trim();
    expect(at(5 * 3600 + 1800)).toBe("2026-11-22 15:23:07 +0530 +0530 1795341187");
    expect(at(-10 * 3600)).toBe("2026-11-21 23:53:07 -1000 -1000 1795341187");
  });
  it("week numbers and days across years", () => {
    const at = (iso: string, format: string): string =>
      strftime(format, BigInt(Date.parse(`${iso}T00:00:00Z`)) * 1_000_000n, { utcOffset: 0, fractions: false });
    expect(at("2021-01-03", "%G-W%V %U %W %j")).toBe("2020-W53 01 00 003");
    expect(at("2024-12-30", "%G-W%V %U %W %j")).toBe("2025-W01 52 53 365");
    expect(at("2024-12-31", "%j")).toBe("366");
    expect(at("2023-12-31", "%j %G-W%V")).toBe("365 2023-W52");
    expect(at("1969-12-31", "%F %s")).toBe("1969-12-31 -86400");
  });
  it("L5.10: time() prints at most 63 bytes and says when it prints nothing", () => {
    const time = (format: string) => show(streamOf([{ record: { type: "time", format, ns } }]));
    expect(time("%H:%M:%S\n").stdout).toBe("09:53:07\n\n\n");
    expect(time("")).toEqual({ stdout: "\n\n", stderr: "ERROR: strftime returned zero (Invalid argument)\n" });
    expect(time("x".repeat(64)).stdout).toBe("\n\n");
    expect(time("x".repeat(63)).stdout).toBe(`${"x".repeat(63)}\n\n`);
  });
});

describe("time series", () => {
  const series = (interval: number, signed = true): ValueType => ({
    k: "tseries",
    interval,
    count: 20,
    fn: "last",
    signed,
  });
  const start = 1_795_341_187_700_000_000n;
  const points = (interval: number, ...values: readonly (number | undefined)[]): Value =>
    values.flatMap((value, i) => (value === undefined ? [] : [{ time: start + BigInt(i * interval), value }]));
  const RULE = `|${"_".repeat(51)}|`;
  const BOTTOM = `v${"_".repeat(51)}v`;

  it("L7.80 L7.81: header, rule, points, zero line, scale above and below", () => {
    const text = stdout(scalar("@a", series(100_000_000), points(100_000_000, -3, 0, 3, 6, 9, 12, 15)));
    const scale = "               -3                                                 15\n".slice(2);
    expect(text).toBe(
      `@a:\n${scale}hh:mm:ss.ms  ${RULE}\n` +
        "09:53:07.700 *       .                                           | -3\n" +
        "09:53:07.800 |       *                                           | 0\n" +
        "09:53:07.900 |       .        *                                  | 3\n" +
        "09:53:08.000 |       .                 *                         | 6\n" +
        "09:53:08.100 |       .                         *                 | 9\n" +
        "09:53:08.200 |       .                                  *        | 12\n" +
        "09:53:08.300 |       .                                           * 15\n" +
        `             ${BOTTOM}\n${scale}\n`,
    );
  });

  it("L7.82: empty intervals, up to the newest of the whole map; sorted by the latest", () => {
    const text = stdout(
      keyed("@b", i8, series(100_000_000), [
        [1, points(100_000_000, 1, undefined, 3)],
        [0, points(100_000_000, undefined, 2)],
      ]),
    );
    expect(text.split("\n").filter((line) => /^(@|09)/.test(line))).toEqual([
      "@b[0]:",
      `09:53:07.800 |${" ".repeat(25)}*${" ".repeat(25)}| 2`,
      `09:53:07.900 |${" ".repeat(51)}| -`,
      "@b[1]:",
      `09:53:07.700 *${" ".repeat(51)}| 1`,
      `09:53:07.800 |${" ".repeat(51)}| -`,
      `09:53:07.900 |${" ".repeat(51)}* 3`,
    ]);
  });

  it("one interval has no distance: nanoseconds, and room to either side", () => {
    const text = stdout(scalar("@", series(1_000_000_000), points(1_000_000_000, 1)));
    expect(text).toBe(
      `@:\n                   0                                                   2\nhh:mm:ss.ns        ${RULE}\n09:53:07.000000000 |${" ".repeat(25)}*${" ".repeat(25)}| 1\n` +
        `                   ${BOTTOM}\n                   0                                                   2\n\n`,
    );
  });

  it("units by the interval, at most `count` rows, no data at all", () => {
    expect(
      stdout(
        scalar("@", series(2_000_000_000), [
          { time: 2_000_000_000, value: 0 },
          { time: 4_000_000_000, value: 5 },
        ]),
      ),
    ).toContain("hh:mm:ss |___");
    expect(
      stdout(
        scalar("@", series(1000), [
          { time: 1000, value: 0 },
          { time: 2000, value: 5 },
        ]),
      ),
    ).toContain("hh:mm:ss.\xce\xbcs    |___");
    const long = stdout(
      scalar(
        "@",
        series(1000),
        Array.from({ length: 50 }, (_, i) => ({ time: 1000 * (i + 1), value: i })),
      ),
    );
    expect(long.split("\n").filter((line) => line.startsWith("00:"))).toHaveLength(20);
    expect(stdout(scalar("@", series(1000), []))).toBe("@:\n<no data>\n");
    expect(stdout(scalar("@", series(1000, false), [{ time: 1000, value: 0 }]))).toContain(
      "0                                                   1",
    );
  });
});
