/** Maps of a machine: what helpers answer, and what the host sees. Errors are the kernel's. */
import { describe, expect, test } from "vitest";
import type { Machine } from "../../compiler/simulator/machine.ts";
import { machineFrom, result, word32, words } from "./assemble.ts";

const [ENOENT, E2BIG, EEXIST, EINVAL] = [-2n, -7n, -17n, -22n];

/** Puts context words 0 and 1 into m as key and value, with flags from word 2. */
const UPDATE = `
  r6 = r1
  r2 = *(u64 *)(r6 + 0)
  *(u64 *)(r10 - 8) = r2
  r3 = *(u64 *)(r6 + 8)
  *(u64 *)(r10 - 16) = r3
  r4 = *(u64 *)(r6 + 16)
  r1 = map[m] ll
  r2 = r10
  r2 += -8
  r3 = r10
  r3 += -16
  call 2
  exit`;
const DELETE = `
  r2 = *(u64 *)(r1 + 0)
  *(u64 *)(r10 - 8) = r2
  r1 = map[m] ll
  r2 = r10
  r2 += -8
  call 3
  exit`;
/** The value of key word 0, or -1. */
const LOOKUP = `
  r2 = *(u64 *)(r1 + 0)
  *(u64 *)(r10 - 8) = r2
  r1 = map[m] ll
  r2 = r10
  r2 += -8
  call 1
  if r0 == 0 goto none
  r0 = *(u64 *)(r0 + 0)
  exit
none:
  r0 = -1
  exit`;
/** Adds 1 to the value of key word 0, on this processor. */
const COUNT = `
  r2 = *(u64 *)(r1 + 0)
  *(u64 *)(r10 - 8) = r2
  r1 = map[m] ll
  r2 = r10
  r2 += -8
  call 1
  if r0 == 0 goto none
  r1 = *(u64 *)(r0 + 0)
  r1 += 1
  *(u64 *)(r0 + 0) = r1
  r0 = 0
  exit
none:
  r0 = -1
  exit`;
const PROGRAMS = [UPDATE, DELETE, LOOKUP, COUNT];

function call(machine: Machine, program: 0 | 1 | 2 | 3, ...context: readonly number[]): bigint {
  for (let n = 0; n < 3; n++) machine.context.setBigUint64(n * 8, BigInt(context[n] ?? 0), true);
  return result(machine, program);
}
const numbers = (bytes: Uint8Array): bigint => new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
const held = (machine: Machine): string[] =>
  [...(machine.maps[0]?.entries() ?? [])].map(({ key, values }) => `${numbers(key)}: ${values.map(numbers).join(" ")}`);
const mapOf = (machine: Machine) => {
  const [map] = machine.maps;
  if (map === undefined) throw new Error("no map");
  return map;
};

describe("hash maps", () => {
  test("update, look up, delete, with the kernel's errors", async () => {
    const machine = await machineFrom(PROGRAMS, { m: { type: "HASH", key: 8, value: 8, entries: 3 } });
    expect(call(machine, 2, 7)).toBe(-1n);
    expect(call(machine, 0, 7, 70)).toBe(0n);
    expect(call(machine, 2, 7)).toBe(70n);
    expect(call(machine, 0, 7, 71, 1)).toBe(EEXIST);
    expect(call(machine, 0, 8, 80, 2)).toBe(ENOENT);
    expect(call(machine, 0, 8, 80, 3)).toBe(EINVAL);
    expect(call(machine, 0, 7, 71, 2)).toBe(0n);
    expect(call(machine, 2, 7)).toBe(71n);
    expect(call(machine, 0, 8, 80, 1)).toBe(0n);
    expect(call(machine, 0, 9, 90)).toBe(0n);
    expect(call(machine, 0, 10, 100)).toBe(E2BIG);
    expect(mapOf(machine).size).toBe(3);
    expect(call(machine, 1, 8)).toBe(0n);
    expect(call(machine, 1, 8)).toBe(ENOENT);
    expect(call(machine, 0, 10, 100)).toBe(0n);
    expect(held(machine)).toEqual(["7: 71", "10: 100", "9: 90"]);
  });

  test("hold thousands of keys, through deletion and reuse", async () => {
    const machine = await machineFrom(PROGRAMS, { m: { type: "HASH", key: 8, value: 8, entries: 5000 } });
    for (let key = 0; key < 5000; key++) expect(call(machine, 0, key, key * 3)).toBe(0n);
    expect(call(machine, 0, 5000, 1)).toBe(E2BIG);
    for (let key = 0; key < 5000; key += 2) expect(call(machine, 1, key)).toBe(0n);
    for (let key = 0; key < 5000; key++) expect(call(machine, 2, key)).toBe(key % 2 === 0 ? -1n : BigInt(key * 3));
    for (let key = 10_000; key < 12_500; key++) expect(call(machine, 0, key, 1)).toBe(0n);
    expect(mapOf(machine).size).toBe(5000);
    expect(new Set([...mapOf(machine).entries()].map(({ key }) => numbers(key))).size).toBe(5000);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 9, 12, 16, 20, 31, 40])("keys of %d bytes are told apart", async (size) => {
    const machine = await machineFrom([LOOKUP], { m: { type: "HASH", key: size, value: 8, entries: 600 } });
    const map = mapOf(machine);
    const keys = Array.from({ length: size * 8 }, (_, bit) => {
      const key = new Uint8Array(size);
      key[bit >> 3] = 1 << (bit & 7);
      return key;
    });
    for (const [index, key] of keys.entries()) expect(map.update(key, [words(index)])).toBe(true);
    for (const [index, key] of keys.entries()) expect(map.lookup(key)?.map(numbers)).toEqual([BigInt(index)]);
    expect(map.lookup(new Uint8Array(size))).toBeUndefined();
    expect(map.size).toBe(keys.length);
  });

  test("per processor: a new key starts at zero on the others, the host sees them all", async () => {
    const machine = await machineFrom(PROGRAMS, { m: { type: "PERCPU_HASH", key: 8, value: 8, entries: 2 } });
    machine.task.setCpu(2);
    expect(call(machine, 0, 1, 10)).toBe(0n);
    machine.task.setCpu(0);
    expect(call(machine, 3, 1)).toBe(0n);
    expect(call(machine, 3, 1)).toBe(0n);
    expect(held(machine)).toEqual(["1: 2 0 10 0"]);
    expect(call(machine, 1, 1)).toBe(0n);
    expect(call(machine, 0, 5, 9)).toBe(0n);
    expect(held(machine)).toEqual(["5: 9 0 0 0"]);
    expect(mapOf(machine).update(words(5), [words(1), words(2), words(3), words(4)])).toBe(true);
    machine.task.setCpu(3);
    expect(call(machine, 2, 5)).toBe(4n);
  });

  test("with eviction: the key that was not used for longest goes", async () => {
    const machine = await machineFrom(PROGRAMS, { m: { type: "LRU_HASH", key: 8, value: 8, entries: 3 } });
    for (const key of [1, 2, 3]) call(machine, 0, key, key);
    call(machine, 2, 1);
    expect(call(machine, 0, 4, 4)).toBe(0n);
    expect(call(machine, 2, 2)).toBe(-1n);
    expect(held(machine).sort()).toEqual(["1: 1", "3: 3", "4: 4"]);
    call(machine, 1, 1);
    call(machine, 0, 5, 5);
    call(machine, 0, 6, 6);
    expect(held(machine).sort()).toEqual(["4: 4", "5: 5", "6: 6"]);
  });

  test("the host deletes while it walks, and clears", async () => {
    const machine = await machineFrom(PROGRAMS, { m: { type: "LRU_PERCPU_HASH", key: 8, value: 8, entries: 8 } });
    for (let key = 0; key < 8; key++) call(machine, 0, key, key);
    const map = mapOf(machine);
    for (const { key } of map.entries()) if (numbers(key) % 2n === 0n) expect(map.delete(key)).toBe(true);
    expect(map.delete(words(0))).toBe(false);
    expect(map.size).toBe(4);
    map.clear();
    expect(map.size).toBe(0);
    expect([...map.entries()]).toEqual([]);
    call(machine, 0, 1, 1);
    expect(held(machine)).toEqual(["1: 1 0 0 0"]);
  });
});

describe("arrays", () => {
  test("hold all their elements, and nothing else", async () => {
    const machine = await machineFrom(PROGRAMS, { m: { type: "ARRAY", key: 4, value: 8, entries: 3 } });
    expect(call(machine, 2, 2)).toBe(0n);
    expect(call(machine, 2, 3)).toBe(-1n);
    expect(call(machine, 0, 2, 5)).toBe(0n);
    expect(call(machine, 0, 3, 5)).toBe(E2BIG);
    expect(call(machine, 0, 2, 5, 1)).toBe(EEXIST);
    expect(call(machine, 1, 2)).toBe(EINVAL);
    const map = mapOf(machine);
    expect([...map.entries()].map(({ values }) => values.map(numbers))).toEqual([[0n], [0n], [5n]]);
    expect(map.update(word32(1), [words(6)])).toBe(true);
    expect(map.update(word32(3), [words(6)])).toBe(false);
    expect(call(machine, 2, 1)).toBe(6n);
  });

  test("per processor", async () => {
    const machine = await machineFrom(PROGRAMS, { m: { type: "PERCPU_ARRAY", key: 4, value: 8, entries: 2 } });
    for (const cpu of [0, 1, 1, 3, 3, 3]) {
      machine.task.setCpu(cpu);
      call(machine, 3, 1);
    }
    expect([...mapOf(machine).entries()].map(({ values }) => values.map(numbers))).toEqual([
      [0n, 0n, 0n, 0n],
      [1n, 2n, 0n, 3n],
    ]);
  });
});

describe("ring buffers", () => {
  /** Reserves 24 bytes, writes context word 0, submits, or discards if word 1 is set. 1: there was no room. */
  const RESERVE = `
  r6 = r1
  r1 = map[ring] ll
  r2 = 24
  r3 = 0
  call 131
  if r0 == 0 goto full
  r2 = *(u64 *)(r6 + 0)
  *(u64 *)(r0 + 0) = r2
  *(u64 *)(r0 + 8) = 0
  *(u64 *)(r0 + 16) = -1
  r1 = r0
  r3 = *(u64 *)(r6 + 8)
  r2 = 0
  if r3 != 0 goto drop
  call 132
  r0 = 0
  exit
drop:
  call 133
  r0 = 0
  exit
full:
  r0 = 1
  exit`;
  const OUTPUT = `
  r2 = *(u64 *)(r1 + 0)
  *(u64 *)(r10 - 8) = r2
  r1 = map[ring] ll
  r2 = r10
  r2 += -8
  r3 = 5
  r4 = 0
  call 130
  exit`;
  const put = (machine: Machine, program: number, value: number, drop = 0): bigint => {
    machine.context.setBigUint64(0, BigInt(value), true);
    machine.context.setBigUint64(8, BigInt(drop), true);
    return result(machine, program);
  };
  const drained = (machine: Machine): [number, bigint][] => {
    const records: [number, bigint][] = [];
    machine.drain((record) => {
      const bytes = new Uint8Array(8);
      bytes.set(record.subarray(0, 8));
      records.push([record.length, numbers(bytes)]);
    });
    return records;
  };

  test("records come in order, what was discarded does not", async () => {
    const machine = await machineFrom([RESERVE, OUTPUT], { ring: { type: "RINGBUF", entries: 4096 } });
    put(machine, 0, 1);
    put(machine, 0, 2, 1);
    put(machine, 1, 3);
    put(machine, 0, 4);
    expect(drained(machine)).toEqual([
      [24, 1n],
      [5, 3n],
      [24, 4n],
    ]);
    expect(drained(machine)).toEqual([]);
  });

  test("take as much as the kernel's, and go round", async () => {
    const machine = await machineFrom([RESERVE, OUTPUT], { ring: { type: "RINGBUF", entries: 4096 } });
    for (let round = 0; round < 5; round++) {
      // 4096 bytes less one, in records of 24 bytes and a head of 8
      for (let n = 0; n < 127; n++) expect(put(machine, 0, n)).toBe(0n);
      expect(put(machine, 0, 127)).toBe(1n);
      expect(put(machine, 1, 127)).toBe(0n);
      expect(put(machine, 1, 127)).toBe(-11n);
      expect(drained(machine).map(([, value]) => Number(value))).toEqual([...Array(128).keys()]);
    }
  });

  test("a record that a stopped run left behind is passed over", async () => {
    const leave = `
  r1 = map[ring] ll
  r2 = 16
  r3 = 0
  call 131
again:
  goto again`;
    const machine = await machineFrom([RESERVE, leave], { ring: { type: "RINGBUF", entries: 4096 } }, { budget: 1000 });
    put(machine, 0, 1);
    expect(machine.run(1)?.reason).toBe("budget");
    put(machine, 0, 2);
    expect(drained(machine).map(([, value]) => value)).toEqual([1n, 2n]);
  });

  test("perf buffers give records too", async () => {
    const send = `
  r6 = r1
  *(u64 *)(r10 - 8) = 77
  r2 = map[perf] ll
  r3 = 0xffffffff ll
  r4 = r10
  r4 += -8
  r5 = 8
  call 25
  exit`;
    const machine = await machineFrom([send], { perf: { type: "PERF_EVENT_ARRAY", key: 4, value: 4, entries: 4 } });
    expect(result(machine)).toBe(0n);
    expect(drained(machine)).toEqual([[8, 77n]]);
  });
});

describe("stacks", () => {
  const stackId = (flags: number) => `
  r2 = map[s] ll
  r3 = ${flags}
  call 27
  exit`;
  const programs = [0, 0x100, 2, 0x1000].map(stackId);
  const S = { s: { type: "STACK_TRACE", key: 4, value: 24, entries: 4 } } as const;

  test("the same stack has the same id, its addresses stand in the map", async () => {
    const machine = await machineFrom(programs, S);
    machine.task.setKernelStack([10n, 20n]);
    machine.task.setUserStack([1n, 2n, 3n, 4n, 5n]);
    const kernel = result(machine, 0);
    const user = result(machine, 1);
    expect(result(machine, 0)).toBe(kernel);
    expect(user).not.toBe(kernel);
    const map = mapOf(machine);
    expect(map.size).toBe(2);
    expect(map.lookup(word32(Number(kernel)))).toEqual([words(10, 20, 0)]);
    expect(map.lookup(word32(Number(user)))).toEqual([words(1, 2, 3)]);
    expect(result(machine, 2)).toBe(-14n);
    expect(result(machine, 3)).toBe(EINVAL);
    machine.task.setKernelStack([10n, 20n, 30n]);
    const skipped = result(machine, 2);
    expect(map.lookup(word32(Number(skipped)))).toEqual([words(30, 0, 0)]);
    machine.task.setUserStack([]);
    expect(result(machine, 1)).toBe(-14n);
  });

  test("no stack is lost while there is room", async () => {
    const machine = await machineFrom(programs, S);
    const ids = [1n, 2n, 3n, 4n].map((address) => {
      machine.task.setKernelStack([address]);
      return result(machine, 0);
    });
    expect(new Set(ids).size).toBe(4);
    machine.task.setKernelStack([5n]);
    expect(result(machine, 0)).toBe(EEXIST);
    const map = mapOf(machine);
    expect(map.delete(word32(Number(ids[0])))).toBe(true);
    expect(result(machine, 0)).toBe(ids[0]);
  });

  test("bpf_get_stack fills a buffer and clears its rest", async () => {
    const get = `
  r2 = r10
  r2 += -32
  r3 = 32
  r4 = 0
  call 67
  r6 = *(u64 *)(r10 - 24)
  r7 = *(u64 *)(r10 - 16)
  r0 <<= 16
  r0 += r6
  r0 += r7
  exit`;
    const machine = await machineFrom([get], S);
    machine.task.setKernelStack([3n, 9n]);
    expect(result(machine)).toBe((16n << 16n) + 9n);
  });
});
