/** Types: names, layouts, widening, and what BTF becomes. */
import { describe, expect, it } from "vitest";
import { I64, U64 } from "../../compiler/lang/types.ts";
import { scalarType } from "../../compiler/types/c-names.ts";
import { findBtfMember, findTagged, fromBtf } from "../../compiler/types/from-btf.ts";
import { alignOf, layoutOf, sizeOf } from "../../compiler/types/layout.ts";
import { printType } from "../../compiler/types/print.ts";
import { assignable, equal, join, settle } from "../../compiler/types/relations.ts";
import { toValueType } from "../../compiler/types/to-value-type.ts";
import type { IntegerType, Type } from "../../compiler/types/type.ts";
import { defaultSnapshot } from "../runner/kernels.ts";

const int = (size: 1 | 2 | 4 | 8, signed = true): IntegerType => ({ kind: "integer", size, signed });
const text = (size: number): Type => ({ kind: "string", size });
const tuple = (...fields: Type[]): Type => ({ kind: "tuple", fields });
/** A non-negative literal. */
const literal = (size: 1 | 2 | 4 | 8, unsigned: 1 | 2 | 4 | 8): IntegerType => ({ ...int(size), literal: unsigned });

describe("widening", () => {
  const rows: readonly (readonly [string, Type, Type, string | undefined])[] = [
    ["L2.4 same sign", int(1), int(4), "int32"],
    ["L2.4 unsigned fits the signed", int(4), int(2, false), "int32"],
    ["L2.4 one size up", int(1), int(1, false), "int16"],
    ["L2.4 none fits", int(8), int(8, false), "int64"],
    ["L2.3 a literal takes the other's sign", literal(1, 1), int(8, false), "uint64"],
    ["L2.3 as much as it needs", literal(2, 1), int(1, false), "uint8"],
    ["L2.3 or stays signed", literal(2, 1), int(1), "int16"],
    ["L2.31 the larger string", text(2), text(9), "string[9]"],
    ["L2.71 element by element", tuple(int(1), text(2)), tuple(int(4), text(5)), "(int32,string[5])"],
    ["L2.71 arity", tuple(int(1)), tuple(int(1), int(1)), undefined],
    ["L9.44 kinds do not mix", int(1), text(2), undefined],
    [
      "L2.100 one aggregation",
      { kind: "aggregate", fn: "count" },
      { kind: "aggregate", fn: "sum", signed: true },
      undefined,
    ],
    [
      "L2.102 signed if one is",
      { kind: "aggregate", fn: "sum", signed: false },
      { kind: "aggregate", fn: "sum", signed: true },
      "sum_t",
    ],
    [
      "L2.100 bounds",
      { kind: "aggregate", fn: "hist", bits: 0 },
      { kind: "aggregate", fn: "hist", bits: 2 },
      undefined,
    ],
  ];
  it.each(rows)("%s", (_name, a, b, expected) => {
    const joined = join(a, b);
    expect(joined === undefined ? undefined : printType(joined)).toBe(expected);
    const other = join(b, a);
    expect(other === undefined ? undefined : printType(other)).toBe(expected);
  });

  it("keeps literal marks out of stored types", () => {
    expect(settle(tuple(literal(1, 1), text(2)))).toEqual(tuple(int(1), text(2)));
  });

  it("stores only what needs no cast (L9.64)", () => {
    expect(assignable(int(1), int(2, false))).toBe(false);
    expect(assignable(literal(1, 1), int(2, false))).toBe(true);
    expect(assignable(int(2), int(8))).toBe(true);
  });
});

describe("layout", () => {
  it.each<readonly [Type, number, number]>([
    [{ kind: "inet" }, 20, 4],
    [{ kind: "mac" }, 6, 1],
    [{ kind: "usym" }, 16, 8],
    [{ kind: "stack", user: true, mode: "perf", limit: 3 }, 8, 8],
    [{ kind: "buffer", size: 6 }, 10, 4],
    [{ kind: "array", element: int(4), length: 3 }, 12, 4],
    [tuple(int(1), int(8), text(3)), 24, 8],
    [tuple(), 0, 1],
  ])("%j is %d bytes at %d", (type, size, align) => {
    expect([sizeOf(type), alignOf(type)]).toEqual([size, align]);
  });

  it("places fields as C does", () => {
    expect(layoutOf([int(1), int(4), int(2)])).toEqual({ size: 12, offsets: [0, 4, 8] });
  });

  it("describes values to the loader with the same sizes", () => {
    const type = tuple(int(4, false), text(5));
    expect(toValueType(type, () => "")).toEqual({
      k: "tuple",
      size: sizeOf(type),
      fields: [
        { offset: 0, type: { k: "int", size: 4, signed: false } },
        { offset: 4, type: { k: "string", size: 5 } },
      ],
    });
  });
});

describe("names", () => {
  it.each([
    ["unsigned long", U64],
    ["long unsigned int", U64],
    ["long long", I64],
    ["__be16", int(2, false)],
    ["s32", int(4)],
    ["uint8_t", int(1, false)],
    ["signed char", int(1)],
    ["pid_t", int(4)],
    ["_Bool", { kind: "bool" }],
  ] as const)("%s", (name, type) => {
    expect(scalarType(name)).toEqual(type);
  });

  it("knows no other names", () => {
    expect(scalarType("unsigned struct")).toBeUndefined();
  });
});

describe("kernel types", () => {
  const { btf } = defaultSnapshot("6.12");
  const source = { kind: "kernel", btf, module: undefined } as const;
  const member = (struct: string, name: string): Type | undefined => {
    const type = findTagged(source, "struct", struct);
    if (type?.kind !== "struct" || type.origin.kind !== "kernel") return undefined;
    const found = findBtfMember(btf, type.origin.id, name);
    return found === undefined ? undefined : fromBtf(source, found.member.type);
  };

  it("reads char arrays as text that is never cut", () => {
    expect(member("task_struct", "comm")).toEqual({ kind: "string", size: 16, exact: true });
  });

  it("looks through typedefs", () => {
    expect(member("task_struct", "pid")).toEqual(int(4));
  });

  it("finds members of anonymous members (L2.53)", () => {
    const type = findTagged(source, "struct", "sock_common");
    if (type?.kind !== "struct" || type.origin.kind !== "kernel") throw new Error("no struct sock_common");
    const found = findBtfMember(btf, type.origin.id, "skc_daddr");
    expect(found?.indices.length).toBeGreaterThan(1);
    expect(found?.bitOffset).toBe(0);
  });

  it("keeps pointers' targets, and equal structs equal", () => {
    const parent = member("task_struct", "real_parent");
    expect(parent === undefined ? "" : printType(parent)).toBe("struct task_struct *");
    const task = findTagged(source, "struct", "task_struct");
    expect(parent?.kind === "pointer" && task !== undefined && equal(parent.to, task)).toBe(true);
  });
});
