/** Any record that a decoder lets through, and any that it would not, renders without an exception. Seeded: a failure repeats. */
import { describe, expect, it } from "vitest";
import type { ValueType } from "../../compiler/5-object/manifest.ts";
import { compileFormat } from "../../compiler/render/printf.ts";
import { DEFAULT_STYLE } from "../../compiler/render/value.ts";
import { createStreamDecoder, type StreamItem } from "../../compiler/stream/decode.ts";
import { encodeMessage } from "../../compiler/stream/encode.ts";
import type { HeaderRecord, StreamRecord, Value } from "../../compiler/stream/records.ts";
import { PLACE, show, streamOf } from "./builders.ts";

/** Numbers below n, in [0, n). */
function generator(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}
type Random = ReturnType<typeof generator>;
const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)] as T;

const KINDS = [
  "int",
  "bool",
  "string",
  "buffer",
  "pointer",
  "enum",
  "array",
  "tuple",
  "record",
  "inet",
  "mac",
  "timestamp",
  "ksym",
  "stack",
  "username",
  "none",
  "count",
  "sum",
  "min",
  "avg",
  "stats",
  "hist",
  "lhist",
  "tseries",
] as const;

function randomType(random: Random, depth = 0): ValueType {
  const fields = (): ValueType[] => Array.from({ length: random(4) }, () => randomType(random, depth + 1));
  const size = pick(random, [1, 2, 4, 8] as const);
  const k = depth > 2 ? "int" : pick(random, KINDS);
  switch (k) {
    case "int":
      return { k, size, signed: random(2) === 0 };
    case "string":
      return { k, size: random(20), exact: random(2) === 0 };
    case "buffer":
      return { k, size: random(20) };
    case "enum":
      return { k, size, signed: false, names: { "1": "ONE", "-1": "MINUS" } };
    case "array":
      return { k, length: random(4), stride: 8, element: randomType(random, depth + 1) };
    case "tuple":
      return { k, size: 8, fields: fields().map((type) => ({ offset: 0, type })) };
    case "record":
      return {
        k,
        size: 8,
        fields: fields().map((type, i) => ({ name: pick(random, ["a", "b", "__proto__", `f${i}`]), offset: 0, type })),
      };
    case "timestamp":
      return { k, format: pick(random, ["%F %T.%f", "", "%", "%c %Z"]) };
    case "stack":
      return {
        k,
        user: random(2) === 0,
        mode: pick(random, ["bpftrace", "perf", "raw", "build_id"] as const),
        limit: 3,
        map: "s",
      };
    case "sum":
    case "min":
    case "avg":
    case "stats":
      return { k, signed: random(2) === 0 };
    case "hist":
      return { k, bits: random(6) };
    case "lhist":
      return { k, min: -10, max: 4096, step: pick(random, [1, 7, 1024]) };
    case "tseries":
      return {
        k,
        interval: pick(random, [0, 1, 1000, 1_000_000_000]),
        count: random(50),
        fn: "last",
        signed: random(2) === 0,
      };
    default:
      return { k };
  }
}

const INTEGERS = [
  0,
  1,
  -1,
  255,
  -128,
  65536,
  2 ** 31,
  -(2 ** 31),
  2 ** 53 - 1,
  18446744073709551615n,
  -9223372036854775808n,
  1n << 62n,
];

function randomValue(random: Random, depth = 0): Value {
  switch (random(depth > 3 ? 6 : 10)) {
    case 0:
    case 1:
    case 2:
      return pick(random, INTEGERS);
    case 3:
      return random(2) === 0;
    case 4:
      return pick(random, ["", "a", "é", "%d", "(x)", "long enough to be cut"]);
    case 5:
      return random(2) === 0 ? null : Uint8Array.from({ length: random(30) }, () => random(256));
    case 6:
    case 7:
      return Array.from({ length: random(5) }, () => randomValue(random, depth + 1));
    default: {
      const names = [
        "address",
        "symbol",
        "offset",
        "module",
        "min",
        "max",
        "count",
        "time",
        "value",
        "average",
        "total",
        "toString",
        "a",
        "f0",
      ];
      return Object.fromEntries(
        Array.from({ length: random(5) }, () => [pick(random, names), randomValue(random, depth + 1)]),
      );
    }
  }
}

function randomStream(random: Random): readonly StreamRecord[] {
  const events = Array.from({ length: 4 }, (_, id) => ({
    id,
    kind: "printf",
    args: Array.from({ length: random(4) }, () => randomType(random)),
    place: PLACE,
  }));
  const maps = ["@", "@a", "@b"].map((name) => ({
    name,
    ...(random(3) === 0 ? {} : { key: randomType(random) }),
    value: randomType(random),
  }));
  const [base] = streamOf([]);
  const records: StreamRecord[] = [{ ...(base as HeaderRecord), events, maps, utc_offset: random(100000) - 50000 }];
  const values = (): Value[] => Array.from({ length: random(5) }, () => randomValue(random));
  for (let i = 0; i < 8; i++) {
    const event = random(5);
    records.push(
      pick<() => StreamRecord>(random, [
        () => ({
          type: pick(random, ["printf", "errorf", "warnf", "assert"] as const),
          event,
          format: randomFormat(random),
          args: values(),
        }),
        () => ({ type: "value", event, value: randomValue(random) }),
        () => ({
          type: "map",
          name: pick(random, ["@", "@a", "@b", "@unknown"]),
          map: 0,
          final: random(2) === 0,
          top: random(4),
          div: random(4),
          entries: Array.from({ length: random(6) }, () =>
            random(3) === 0 ? { value: randomValue(random) } : { key: randomValue(random), value: randomValue(random) },
          ),
        }),
        () => ({ type: "time", format: randomFormat(random), ns: pick(random, INTEGERS) }),
        () => ({ type: "join", separator: "é", parts: ["a", new Uint8Array([255])] }),
        () => ({
          type: "warning",
          kind: pick(random, ["map-full", "read", "toString", "stack"]),
          count: random(3),
          probe: "p",
          place: { line: random(4), column: random(50), endLine: random(4), endColumn: random(90) },
        }),
        () => ({ type: "detached", reason: "exit" }),
      ])(),
    );
  }
  return records;
}

function randomFormat(random: Random): string {
  return Array.from({ length: random(12) }, () =>
    pick(random, [
      "%",
      "%",
      "d",
      "s",
      "5",
      "0",
      "-",
      "+",
      "#",
      ".",
      "*",
      "l",
      "h",
      "x",
      "c",
      "p",
      "r",
      "rx",
      "gr",
      "o",
      " ",
      "é",
      "n",
      "z",
      "E",
    ]),
  ).join("");
}

describe("random streams", () => {
  it("render as text and JSON, straight or through the wire, to the same bytes", () => {
    const random = generator(20260);
    for (let round = 0; round < 1000; round++) {
      const records = randomStream(random);
      const texts = show(records);
      show(records, "json");
      if (round % 10 !== 0) continue;
      const got: StreamRecord[] = [];
      const decoder = createStreamDecoder((item: StreamItem) => got.push(item.record));
      decoder.push(encodeMessage(records.map((record) => ({ time: { seconds: 1, nanoseconds: 2 }, record }))));
      expect(show(got)).toEqual(texts);
    }
  });

  it("formats never throw, whatever the arguments, and give bytes", () => {
    const random = generator(7);
    for (let round = 0; round < 8000; round++) {
      const print = compileFormat(randomFormat(random), [randomType(random), randomType(random)], DEFAULT_STYLE);
      const text = print([randomValue(random), randomValue(random), randomValue(random)]);
      for (let i = 0; i < text.length; i++)
        if (text.charCodeAt(i) > 255) throw new Error(`${JSON.stringify(text)} is not bytes`);
    }
  });
});
