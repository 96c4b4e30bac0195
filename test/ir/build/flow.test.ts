/** Control flow: where scratch memory is looked up, loops as jumps or callbacks, leaving them; reads of kernel structs. */
import { describe, expect, test } from "vitest";
import type { Expr, MemberPath, Stmt } from "../../../compiler/2-check/typed.ts";
import { bitFieldUnit } from "../../../compiler/3-ir/build/kernel-memory.ts";
import { fromBtf } from "../../../compiler/types/from-btf.ts";
import type { Type } from "../../../compiler/types/type.ts";
import { defaultSnapshot } from "../../runner/kernels.ts";
import * as t from "./fixture.ts";

const span = { start: 0, end: 1 };
const when = (condition: Expr, yes: readonly Stmt[], no: readonly Stmt[] = []): Stmt => ({
  kind: "if",
  condition,
  then: yes,
  else: no,
  span,
});
const S1024: Type = { kind: "string", size: 1024 };
const path = t.newVar("$path", S1024);
const keep = t.assignVar(path, t.str(t.arg(0), 1024));

/** Text of each block, the entry first. */
function blocks(ir: string): readonly string[] {
  return ir.split(/\n(?=b\d+)/).slice(1);
}

describe("scratch memory is looked up", () => {
  test("not at all where nothing needs it", () => {
    expect(t.irOf({ body: [t.printf("%s", t.str(t.arg(0), 1024))] })).not.toContain("scratch");
  });
  test("inside the only branch that needs it", () => {
    const ir = t.irOf({ vars: [path], body: [when(t.over(t.arg(1), t.num(5)), [keep])] });
    expect(blocks(ir)[0]).not.toContain("scratch");
    expect(ir.match(/map-lookup "scratch"/g)).toHaveLength(1);
  });
  test("before a branch when both sides need it", () => {
    const ir = t.irOf({ vars: [path], body: [when(t.over(t.arg(1), t.num(5)), [keep], [keep])] });
    expect(ir.match(/map-lookup "scratch"/g)).toHaveLength(1);
    expect(blocks(ir)[0]).toContain("scratch");
  });
  test("behind the predicate, unless that needs it itself", () => {
    const predicate = t.over(t.arg(1), t.num(5));
    expect(blocks(t.irOf({ vars: [path], predicate, body: [keep] }))[0]).not.toContain("scratch");
    const long = t.same(t.str(t.arg(0), 1024), t.str(t.arg(1), 1024));
    expect(blocks(t.irOf({ vars: [path], predicate: long, body: [keep] }))[0]).toContain("scratch");
  });
  test("once before a loop", () => {
    const i = t.newVar("$i", t.I64);
    const loop: Stmt = {
      kind: "for-range",
      var: i.id,
      from: t.num(0, t.I64),
      to: t.num(4, t.I64),
      captured: [],
      body: [keep],
      span,
    };
    const ir = t.irOf({ vars: [path, i], body: [loop] });
    expect(blocks(ir)[0]).toContain("scratch");
  });
});

describe("loops", () => {
  const i = t.newVar("$i", t.I64);
  const sum = t.newVar("$sum", t.I64);
  const add: Stmt = t.assignVar(sum, {
    kind: "binary",
    op: "+",
    left: t.variable(sum),
    right: t.variable(i),
    type: t.I64,
    span,
  });
  const range = (to: Expr, body: readonly Stmt[]): Stmt => ({
    kind: "for-range",
    var: i.id,
    from: t.num(0, t.I64),
    to,
    captured: [sum.id],
    body,
    span,
  });

  test("a short range stays in registers", () => {
    const ir = t.irOf({
      vars: [i, sum],
      body: [t.assignVar(sum, t.num(0, t.I64)), range(t.num(10, t.I64), [add]), t.printf("%d", t.variable(sum))],
    });
    expect(ir).not.toContain("call loop");
    expect(ir).not.toContain("slot");
  });
  test("a long one is called back, and shares what it captures", () => {
    const module = t.lower({
      vars: [i, sum],
      body: [t.assignVar(sum, t.num(0, t.I64)), range(t.arg(2), [add]), t.printf("%d", t.variable(sum))],
    });
    expect(module.functions.map((fn) => [fn.name, fn.kind, fn.arguments])).toEqual([
      ["kprobe_vfs_read_1", "program", 1],
      ["kprobe_vfs_read_1_cb0", "callback", 2],
    ]);
    expect(module.functions[0]?.slots.map((slot) => slot.name)).toContain("shared");
  });
  test("exit() in a callback ends the program", () => {
    const ir = t.irOf({ vars: [i, sum], body: [range(t.arg(2), [t.exit]), t.printf("not after exit")] });
    const [program, callback] = ir.split("function kprobe_vfs_read_1_cb0");
    // Stop the loop, and tell the program to return.
    expect(callback).toMatch(/store u64 v\d+ \+ \d+, v\d+ stack\n.*const 1\n\s+return/);
    expect(program).toMatch(/call loop[\s\S]*branch ne/);
  });
  test("break leaves a while loop", () => {
    const loop: Stmt = { kind: "while", condition: t.num(1, t.BOOL), body: [{ kind: "break", span }], span };
    const ir = t.irOf({ body: [loop, t.printf("after")] });
    expect(ir).toContain("ringbuf_reserve");
  });
});

describe("kernel structs", () => {
  const { btf } = defaultSnapshot("6.12");
  const member = (struct: string, name: string, bits: Partial<MemberPath> = {}): MemberPath => {
    const id = btf.find("struct", struct);
    if (id === undefined) throw new Error(`no struct ${struct}`);
    const root = fromBtf({ kind: "kernel", btf, module: undefined }, id);
    const definition = btf.type(id);
    if (root.kind !== "struct" || definition.kind !== "struct") throw new Error(`${struct} is no struct`);
    const index = definition.members.findIndex((m) => m.name === name);
    const found = definition.members[index];
    if (found === undefined) throw new Error(`no ${struct}.${name}`);
    const type = fromBtf({ kind: "kernel", btf, module: undefined }, found.type);
    const offset = Math.floor(found.bitOffset / 8);
    return {
      root,
      steps: [{ kind: "member", index }],
      text: name,
      offset,
      bitSize: found.bitSize,
      bitOffset: found.bitOffset % 8,
      type,
      ...bits,
    };
  };
  const read = (at: MemberPath, direct: boolean): Expr => ({
    kind: "member",
    pointer: t.arg(0),
    path: at,
    space: "kernel",
    direct,
    type: at.type,
    span,
  });

  test("an offset is the target's to decide", () => {
    const pid = member("task_struct", "pid");
    const ir = t.irOf({ body: [t.printf("%d", read(pid, false))] });
    expect(ir).toContain("struct task_struct.pid");
    expect(ir).toMatch(/core field_byte_offset/);
    expect(ir).toContain("call probe_read_kernel");
  });
  test("a trusted pointer is followed by a plain load", () => {
    const ir = t.irOf({ body: [t.printf("%d", read(member("task_struct", "pid"), true))] });
    expect(ir).not.toContain("probe_read");
    expect(ir).toMatch(/load s32 v\d+ \+ \d+ kernel/);
  });
  test("a bit-field is cut out by shifts that the target decides", () => {
    const ihl = member("iphdr", "ihl");
    expect(ihl.bitSize).toBe(4);
    const ir = t.irOf({ body: [t.printf("%d", read(ihl, false))] });
    for (const kind of ["field_byte_offset", "field_byte_size", "field_lshift_u64", "field_rshift_u64"])
      expect(ir).toContain(kind);
    // The low four bits of the first byte.
    expect(bitFieldUnit(ihl)).toEqual({ offset: 0, size: 1, left: 60, right: 60 });
    expect(bitFieldUnit(member("iphdr", "version"))).toEqual({ offset: 0, size: 1, left: 56, right: 60 });
  });
});
