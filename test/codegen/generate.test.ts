/** The module level: frames that do not fit are reported with what takes the room, alone and along calls. */
import { expect, test } from "vitest";
import type { Module } from "../../compiler/3-ir/ir.ts";
import { optimizeFunction } from "../../compiler/3-ir/optimize.ts";
import { parseFunctions } from "../../compiler/3-ir/parse.ts";
import { generate } from "../../compiler/4-codegen/generate.ts";
import { printCode } from "../../compiler/4-codegen/print.ts";
import { isaOf } from "../../compiler/ebpf/isa.ts";
import { smallModule } from "../object/module.ts";
import { randomProgram } from "./random-program.ts";

const small = smallModule();
const env = { btf: small.btf, source: small.source, isa: "v3", arch: "x86_64" } as const;

function moduleOf(text: string): Module {
  const functions = parseFunctions(text);
  const programs = functions
    .filter((fn) => fn.kind === "program")
    .map((fn) => {
      const span = { start: 1, end: 5 };
      return { function: fn.name, program: "kprobe", section: "kprobe/f", attach: [], span } as const;
    });
  return { programs, functions, maps: [], data: [], license: "GPL", manifest: small.manifest };
}

/** A function that fills a buffer of so many bytes, then does what `more` says. */
function filling(head: string, name: string, bytes: number, more: string): string {
  return `function ${head} {
  slot s0 "${name}" ${bytes} align 8
b0:
  v0 = slot s0 + 0
  v1 = const ${bytes}
  v2 = call get_current_comm(v0, v1) writes stack
  v3 = load u64 v0 + 0 stack
${more}
}
`;
}

test("a frame of 512 bytes fits", () => {
  const { value, diagnostics } = generate(moduleOf(filling("f program 0", "path", 512, "  return v3")), env);
  expect(diagnostics).toEqual([]);
  expect(value.code[0]?.frame).toBe(512);
});

test("a larger frame names the probe and what takes the room", () => {
  const text = filling("kprobe_f_1 program 0", "str($p->name)", 520, "  return v3 @2..3");
  const [diagnostic, ...others] = generate(moduleOf(text), env).diagnostics;
  expect(others).toEqual([]);
  expect(diagnostic).toMatchObject({
    code: "stack-overflow",
    severity: "error",
    // L9.131
    message: "Looks like the BPF stack limit of 512 bytes is exceeded: kprobe_f_1 needs 520",
    span: { start: 1, end: 5 },
    notes: [{ text: "str($p->name) takes 520 bytes", span: undefined }],
  });
});

test("a session that does not fit is left out, for its two programs do the same", () => {
  const session = (name: string) => ({ name, section: "kprobe/f", entry: 0, returns: 1 });
  const text = ["entered", "small", "large"].map((name) =>
    filling(`${name} program 0`, "own", name === "large" ? 520 : 64, "  return v3"),
  );
  const module = moduleOf(text.join(""));
  const withSessions = (...names: string[]) => {
    const manifest = { ...module.manifest, sessions: names.map(session) };
    const { value, diagnostics } = generate({ ...module, manifest }, env);
    expect(diagnostics).toEqual([]);
    expect(value.code.map(({ name }) => name)).toEqual(["entered", "small"]);
    expect(value.programs.map((program) => program.function)).toEqual(["entered", "small"]);
    return value.manifest.sessions;
  };
  expect(withSessions("small", "large")).toEqual([session("small")]);
  expect(withSessions("large")).toBeUndefined();
});

test("frames along a chain of calls are added up as the kernel does", () => {
  const callee = filling("helper subprogram 0", "buffer", 250, "  return v3");
  const caller = (bytes: number): string =>
    filling("main program 0", "own", bytes, '  v4 = call-function "helper"()\n  return v4');
  expect(generate(moduleOf(caller(256) + callee), env).diagnostics).toEqual([]);
  const [diagnostic] = generate(moduleOf(caller(264) + callee), env).diagnostics;
  expect(diagnostic?.code).toBe("call-stack-overflow");
  expect(diagnostic?.message).toContain("need 544 together");
  expect(diagnostic?.message).toContain("(main: 288, helper: 256)");
});

test("callbacks count as called", () => {
  const callback = filling("step callback 2", "buffer", 400, "  return v3");
  const main = filling(
    "main program 0",
    "own",
    200,
    '  v4 = function "step"\n  v5 = call loop(v1, v4, v0, v1)\n  return v5',
  );
  expect(generate(moduleOf(main + callback), env).diagnostics.map((d) => d.code)).toEqual(["call-stack-overflow"]);
});

test("v2 code holds no instruction of a later version", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const functions = [optimizeFunction(randomProgram(seed, 40, 8))];
    const { value } = generate({ ...moduleOf(""), functions }, { ...env, isa: "v2" });
    const versions = value.code.flatMap((code) => code.insns.map((insn) => isaOf(insn)));
    expect(versions.filter((version) => version !== "v1" && version !== "v2")).toEqual([]);
  }
});

test("the same module gives the same text", () => {
  const functions = Array.from({ length: 10 }, (_, i) => ({ ...randomProgram(900 + i, 60, 20), name: `p${i}` }));
  const print = (): string =>
    printCode(generate({ ...moduleOf(""), functions: functions.map((fn) => optimizeFunction(fn)) }, env).value);
  expect(print()).toBe(print());
  expect(print()).toContain("; program p0:");
});
