/** The text form: print and parse are inverse; mistakes are named with their line; the validator says what is wrong. */
import { describe, expect, test } from "vitest";
import { IrSyntaxError, parseFunctions } from "../../compiler/3-ir/parse.ts";
import { printFunction } from "../../compiler/3-ir/print.ts";
import { validate } from "../../compiler/3-ir/validate.ts";
import { randomProgram } from "../codegen/random-program.ts";

const EVERYTHING = `function everything program 0 {
  slot s0 "key \\"quoted\\"" 16 align 8
b0:
  v0 = const -9223372036854775808
  v1 = core-value 16 core field_byte_offset 42 0:3:1 "struct sock.__sk_common.skc_family" @1..9
  v2 = add v0, v1
  v3 = compare slt v0, v2
  v4 = negate v3
  v5 = extend s16 v4
  v6 = swap 64 v5
  v7 = context
  v8 = slot s0 + 8
  v9 = map "AT_"
  v10 = data .rodata + 8
  v11 = function "callback"
  v12 = load s32 v7 + 8 context tracepoint "sched" "sched_switch" "prev_pid" 24 4
  v13 = load u64 v7 - 16 kernel core field_byte_offset 7 0:1 "struct task_struct.pid"
  store u8 v8 + 1, v0 stack
  atomic-add u64 v10 + 0, v0 data
  zero v8 + 0, 8 stack
  copy v8 + 0, v13 + 4, 8 align 4 stack
  v14 = map-lookup "AT_" scalars 12 { 0 u32 v0; 4 u64 v1 }
  v15 = map-update "AT_" memory v8 + 0, 8, scalars 8 { }, flags 1
  v16 = map-delete "AT_" memory v8 - 8, 16
  v17 = call probe_read_kernel(v8, v0, v13) pure reads kernel writes stack
  v18 = call ktime_get_ns()
  v19 = call-function "twice"(v0, v1)
  branch32 ule v0, v1 then b1(v0) else b2 unlikely else
b1(v20):
  jump b2
b2:
  return v0 @3..4
}
`;

describe("text", () => {
  test("every kind of instruction comes back as it was", () => {
    const [fn] = parseFunctions(EVERYTHING);
    if (fn === undefined) throw new Error("nothing was read");
    expect(printFunction(fn, { spans: true })).toBe(EVERYTHING);
    expect(validate(fn)).toEqual([]);
  });
  test("random functions come back as they were", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const fn = randomProgram(seed, 40, 5);
      expect(parseFunctions(printFunction(fn))).toEqual([
        // A parsed function knows no more values than it defines.
        { ...fn, nextValue: expect.any(Number), nextBlock: expect.any(Number) },
      ]);
    }
  });
  test.each([
    ["an unknown operation", "b0:\n  v0 = frobnicate v1\n  return v0\n}", 'line 3: "frobnicate" is no operation'],
    ["a missing operand", "b0:\n  v0 = add v1\n  return v0\n}", 'line 3: expected ","'],
    ["an unknown helper", "b0:\n  v0 = call nope()\n  return v0\n}", 'line 3: "nope" is no helper'],
    ["too much", "b0:\n  v0 = const 1 2\n  return v0\n}", 'line 3: "2" is too much'],
    ["a text that ends early", "b0:\n  v0 = const 1", "the text ends inside a function"],
    ["a block twice", "b0:\n  jump b0\nb0:\n  jump b0\n}", "block b0 is there twice"],
  ])("names %s", (_, body, message) => {
    expect(() => parseFunctions(`function f program 0 {\n${body}`)).toThrow(new IrSyntaxError(message));
  });
});

describe("validator", () => {
  const problems = (body: string): readonly string[] => {
    const [fn] = parseFunctions(`function f program 0 {\n  slot s0 "x" 8 align 8\n${body}\n}`);
    return fn === undefined ? ["nothing was read"] : validate(fn);
  };
  test.each([
    ["a value defined twice", "b0:\n  v0 = const 1\n  v0 = const 2\n  return v0", "v0 is defined twice"],
    ["a value never defined", "b0:\n  return v0", "v0 is used in the end of b0 but never defined"],
    [
      "a use before the definition",
      "b0:\n  v1 = negate v0\n  v0 = const 1\n  return v1",
      'v0 (of b0) does not dominate its use in "v1 = negate v0" of b0',
    ],
    [
      "a use that is not dominated",
      "b0:\n  v0 = const 1\n  branch eq v0, v0 then b1 else b2\nb1:\n  v1 = const 2\n  jump b2\nb2:\n  return v1",
      "v1 (of b1) does not dominate its use in the end of b2",
    ],
    ["a missing argument", "b0:\n  jump b1\nb1(v0):\n  return v0", "b0 jumps to b1 with 0 arguments for 1 parameters"],
    ["a jump to nowhere", "b0:\n  jump b7", "b0 jumps to b7, which does not exist"],
    ["an unreachable block", "b0:\n  v0 = const 1\n  return v0\nb1:\n  return v0", "b1 cannot be reached"],
    [
      "an address outside its slot",
      "b0:\n  v0 = slot s0 + 9\n  return v0",
      '"v0 = slot s0 + 9" points outside its 8 bytes',
    ],
    ["an unknown slot", "b0:\n  v0 = slot s3 + 0\n  return v0", '"v0 = slot s3 + 0" names no slot of the function'],
    ["an argument that is not there", "b0:\n  v0 = argument 0\n  return v0", '"v0 = argument 0": the function has 0'],
    ["a jump back to the entry", "b0:\n  jump b0", "the entry block is jumped to"],
    [
      "parts that overlap",
      'b0:\n  v0 = const 1\n  v1 = map-lookup "m" scalars 8 { 0 u64 v0; 4 u32 v0 }\n  return v1',
      'parts of "v1 = map-lookup "m" scalars 8 { 0 u64 v0; 4 u32 v0 }" overlap or stand outside',
    ],
  ])("finds %s", (_, body, problem) => {
    expect(problems(body)).toContain(problem);
  });
});
