/** Helpers that take the kernel's types or formats: paths, cookies, the trace. */
import { describe, expect, test } from "vitest";
import { findMember } from "../../compiler/btf/layout.ts";
import { formatKernel } from "../../compiler/simulator/kernel-format.ts";
import type { Machine } from "../../compiler/simulator/machine.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { machineFrom, result } from "./assemble.ts";

const { btf } = defaultSnapshot("6.12");
const PAGE = 0xffff888000000000n;
const text = new TextEncoder();

function offsetOf(struct: string, ...path: readonly string[]): bigint {
  let type = btf.find("struct", struct);
  let offset = 0;
  for (const name of path) {
    const found = type === undefined ? undefined : findMember(btf, type, name);
    if (found === undefined) throw new Error(`no ${struct}.${path.join(".")}`);
    offset += found.bitOffset / 8;
    type = found.type;
  }
  return BigInt(offset);
}
function word(machine: Machine, address: bigint, value: bigint): void {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  machine.memory.map(address, bytes, "kernel");
}

describe("paths", () => {
  const D_PATH = `
  r1 = *(u64 *)(r1 + 0)
  r2 = value[m]+0 ll
  r3 = 32
  call 147
  exit`;
  const open = async () => machineFrom([D_PATH], { m: { type: "ARRAY", key: 4, value: 32, entries: 1 } }, { btf });
  /** Places dentries; each has a page of its own, its name behind it. */
  const dentry = (machine: Machine, n: bigint, name: string, parent: bigint): bigint => {
    const at = PAGE + n * 4096n;
    word(machine, at + offsetOf("dentry", "d_parent"), parent === 0n ? at : parent);
    word(machine, at + offsetOf("dentry", "d_name", "name"), at + 2048n);
    machine.memory.map(at + 2048n, text.encode(`${name}\0`), "kernel");
    return at;
  };
  const pathOf = (machine: Machine): string =>
    new TextDecoder().decode(machine.maps[0]?.lookup(new Uint8Array(4))?.[0]).replace(/\0.*/s, "");

  test("go up to the root, and over mounts", async () => {
    const machine = await open();
    const root = dentry(machine, 1n, "/", 0n);
    const home = dentry(machine, 2n, "home", root);
    const mounted = dentry(machine, 3n, "/", 0n);
    const file = dentry(machine, 4n, "notes", dentry(machine, 5n, "user", mounted));
    const [top, inner, path] = [PAGE + 0x10000n, PAGE + 0x20000n, PAGE + 0x30000n];
    const mount = (at: bigint, parent: bigint, point: bigint): bigint => {
      word(machine, at + offsetOf("mount", "mnt_parent"), parent);
      word(machine, at + offsetOf("mount", "mnt_mountpoint"), point);
      return at + offsetOf("mount", "mnt");
    };
    mount(top, top, root);
    word(machine, path + offsetOf("path", "mnt"), mount(inner, top, home));
    word(machine, path + offsetOf("path", "dentry"), file);
    machine.context.setBigUint64(0, path, true);
    expect(result(machine)).toBe(BigInt("/home/user/notes".length + 1));
    expect(pathOf(machine)).toBe("/home/user/notes");
  });

  test("what an event leaves out ends them; nothing at all is a fault; long ones say so", async () => {
    const machine = await open();
    const path = PAGE + 0x30000n;
    machine.context.setBigUint64(0, path, true);
    expect(result(machine)).toBe(-14n);
    word(machine, path + offsetOf("path", "dentry"), dentry(machine, 1n, "alone", 0n));
    expect(result(machine)).toBe(7n);
    expect(pathOf(machine)).toBe("/alone");
    word(machine, path + offsetOf("path", "dentry"), dentry(machine, 2n, "x".repeat(40), 0n));
    expect(result(machine)).toBe(-36n);
  });
});

test("sockets have the cookie of the event, or the next number", async () => {
  const machine = await machineFrom(["r1 = *(u64 *)(r1 + 0)\ncall 46\nexit"], {}, { btf });
  const cookie = (address: bigint): bigint => {
    machine.context.setBigUint64(0, address, true);
    return result(machine);
  };
  expect(cookie(0n)).toBe(0n);
  expect(cookie(PAGE)).toBe(1n);
  expect(cookie(PAGE + 4096n)).toBe(2n);
  expect(cookie(PAGE)).toBe(1n);
  word(machine, PAGE + 8192n + offsetOf("sock", "__sk_common", "skc_cookie"), 4711n);
  expect(cookie(PAGE + 8192n)).toBe(4711n);
});

describe("formats", () => {
  test("bpf_trace_printk and bpf_snprintf", async () => {
    const seen: unknown[] = [];
    const put = (bytes: string) =>
      [...text.encode(bytes)].map((byte, n) => `*(u8 *)(r10 - ${64 - n}) = ${byte}`).join("\n  ");
    const trace = `
  ${put("n %d %s\0")}
  r1 = r10
  r1 += -64
  r2 = 8
  r3 = -5
  r4 = r10
  r4 += -62
  call 6
  exit`;
    const print = `
  ${put("%5u|%x\0")}
  *(u64 *)(r10 - 16) = 77
  *(u64 *)(r10 - 8) = 255
  r1 = value[m]+0 ll
  r2 = 8
  r3 = r10
  r3 += -64
  r4 = r10
  r4 += -16
  r5 = 16
  call 165
  exit`;
    const machine = await machineFrom(
      [trace, print],
      { m: { type: "ARRAY", key: 4, value: 8, entries: 1 } },
      { onEffect: (effect) => seen.push(effect) },
    );
    expect(result(machine, 0)).toBe(BigInt("n -5 %d %s".length));
    expect(seen).toEqual([{ kind: "trace", text: "n -5 %d %s" }]);
    expect(result(machine, 1)).toBe(9n);
    expect(machine.maps[0]?.lookup(new Uint8Array(4))?.[0]).toEqual(text.encode("   77|f\0"));
  });

  test.each([
    ["%d %i", [0xffffffffn, 7n], "-1 7"],
    ["%lld %llu", [-1n, 0xffffffffffffffffn], "-1 18446744073709551615"],
    ["%u %hhu", [0x1_0000_0005n, 0x1ffn], "5 255"],
    ["%#x %X %08lx", [255n, 0xabcn, 0x12n], "0xff ABC 00000012"],
    ["%-5d|%5d|%05d|%+d", [1n, 2n, -3n, 4n], "1    |    2|-0003|+4"],
    ["%c%c %%", [65n, 66n], "AB %"],
    ["%s %.3s %10s", [1n, 2n, 3n], "text1 tex      text3"],
    ["%p %px", [0x1234n, 0x5678n], "0000000000001234 0000000000005678"],
    ["%q", [1n], "%q"],
  ])("%s", (format, args, expected) => {
    expect(formatKernel(format, args, (address) => `text${address}`)).toBe(expected);
  });
});
