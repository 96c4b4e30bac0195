/** Runs of a machine: budgets, faults, callbacks, memory of the kernel and the process, the current task. */
import { describe, expect, test } from "vitest";
import { loadMachine, type Machine, MEMORY_BASE, SimulatorError } from "../../compiler/simulator/machine.ts";
import { machineFrom, result, words } from "./assemble.ts";

const ENDLESS = `
  r0 = 0
again:
  r0 += 1
  goto again`;

describe("runs that do not end", () => {
  test("stop at the budget, at the loop's line, and leave the machine usable", async () => {
    const machine = await machineFrom([ENDLESS, "r0 = 5\nexit"], {}, { budget: 5000 });
    const failure = machine.run(0);
    expect(failure?.reason).toBe("budget");
    expect(failure?.message).toBe("the program ran 5000 instructions and did not end");
    expect(failure?.place).toMatchObject({ program: "program0", section: "kprobe/f", insn: 1, line: { line: 2 } });
    expect(result(machine, 1)).toBe(5n);
    expect(machine.run(0)?.reason).toBe("budget");
  });

  test("the budget counts instructions: of 1000, a loop of 3 takes 332 rounds, not 334", async () => {
    const counted = (rounds: number) => `
  r1 = 0
  r0 = 0
again:
  r0 += 1
  r1 += 1
  if r1 != ${rounds} goto again
  exit`;
    const machine = await machineFrom([counted(332), counted(334)], {}, { budget: 1000 });
    expect(result(machine, 0)).toBe(332n);
    expect(machine.run(1)?.reason).toBe("budget");
  });

  test("callbacks count: bpf_loop cannot outlast it", async () => {
    const loop = `
  r1 = 8000000
  r2 = function[body] ll
  r3 = 0
  r4 = 0
  call 181
  exit
body:
  r0 = 0
  exit`;
    const machine = await machineFrom([loop], {}, { budget: 10_000 });
    expect(machine.run(0)?.reason).toBe("budget");
  });

  test("calls that go too deep", async () => {
    const deep = `
  r1 = 100
  call function[f]
  exit
f:
  if r1 == 0 goto done
  r1 -= 1
  call function[f]
done:
  r0 = 3
  exit`;
    const machine = await machineFrom([deep, deep.replace("r1 = 100", "r1 = 6")]);
    const failure = machine.run(0);
    expect(failure?.reason).toBe("stack");
    expect(failure?.place.line?.line).toBe(4);
    expect(result(machine, 1)).toBe(3n);
  });
});

describe("memory", () => {
  const load = (size: number) => `
  r1 = *(u64 *)(r1 + 0)
  r0 = *(u${size} *)(r1 + 4)
  exit`;
  const at = (machine: Machine, address: bigint) => machine.context.setBigUint64(0, address, true);

  test("loads of kernel structures: what is mapped, zero elsewhere", async () => {
    const machine = await machineFrom([load(64), load(16)]);
    const address = 0xffff888000001ff8n;
    machine.memory.map(
      address,
      Uint8Array.from({ length: 16 }, (_, n) => n + 1),
      "kernel",
    );
    at(machine, address);
    expect(machine.run(0)).toBeUndefined();
    expect(machine.result()).toBe(0x0c0b0a0908070605n);
    expect(result(machine, 1)).toBe(0x0605n);
    at(machine, 0xffff888000005000n);
    expect(result(machine, 0)).toBe(0n);
    at(machine, 0n);
    expect(result(machine, 0)).toBe(0n);
    at(machine, 0xffffffffffffffffn);
    expect(result(machine, 0)).toBe(0n);
  });

  test("what is kept outlives an event's memory", async () => {
    const machine = await machineFrom([load(32)]);
    machine.memory.map(0xffff888000000000n, words(1, 2), "kernel");
    machine.memory.keep();
    for (let event = 0; event < 50; event++) {
      const address = 0xffff888100000000n + BigInt(event) * 4096n;
      machine.memory.map(address, words(0, BigInt(event) << 32n), "kernel");
      at(machine, address + 8n);
      expect(result(machine)).toBe(BigInt(event));
      machine.memory.clear();
      expect(result(machine)).toBe(0n);
    }
    expect(machine.memory.read(0xffff888000000000n, 16)).toEqual(words(1, 2));
    expect(machine.memory.read(0xffff888000000000n, 5000)).toBeUndefined();
  });

  test("stores elsewhere stop the run, with the address", async () => {
    const store = `
  r2 = 0xffff888000000000 ll
  r0 = 0
  *(u64 *)(r2 + 16) = r0
  exit`;
    const beyond = "r0 = 0\nr2 = r10\nr2 += 30000\nr1 = 0x7fffffff ll\nr2 += r1\n*(u8 *)(r2 + 0) = 1\nexit";
    const machine = await machineFrom([store, beyond, "r1 = 8\nlock *(u64 *)(r1 + 0) += r1\nr0 = 0\nexit"]);
    const failure = machine.run(0);
    expect(failure).toMatchObject({ reason: "memory", place: { insn: 3, line: { line: 4 } } });
    expect(failure?.message).toContain("0xffff888000000010");
    expect(machine.run(1)).toMatchObject({ reason: "memory", place: { insn: 6 } });
    expect(machine.run(2)?.reason).toBe("memory");
  });

  test("a helper's pointers must be the program's own memory", async () => {
    const read = `
  r1 = 0x1234 ll
  r2 = 8
  r3 = 0
  call 113
  exit`;
    const machine = await machineFrom([read]);
    expect(machine.run(0)).toMatchObject({ reason: "memory", place: { insn: 4 } });
  });

  test("addresses that cannot be", async () => {
    const { memory } = await machineFrom(["r0 = 0\nexit"]);
    expect(() => memory.map(0x1000n, words(1), "kernel")).toThrow("0x1000 is no kernel address");
    expect(() => memory.map(0xffff888000000000n, words(1), "user")).toThrow("is no user address");
    expect(() => memory.map(MEMORY_BASE, words(1), "kernel")).toThrow("where the simulator keeps its own memory");
    expect(() => memory.map(-1n, words(1), "kernel")).toThrow("is no address of 64 bits");
    expect(() => memory.map((1n << 64n) - 4n, words(1), "kernel")).toThrow("is no address of 64 bits");
    const page = new Uint8Array(4096);
    expect(() => {
      for (let n = 0n; n < 20_000n; n++) memory.map(0xffff888000000000n + n * 4096n, page, "kernel");
    }).toThrow("more than 48 MiB of memory at one time");
  });
});

describe("reads", () => {
  /** Helper `id` from the context's address into 16 bytes that were all ones; gives its result, the bytes stand in m. */
  const read = (id: number) => `
  r3 = *(u64 *)(r1 + 0)
  *(u64 *)(r10 - 16) = -1
  *(u64 *)(r10 - 8) = -1
  r1 = r10
  r1 += -16
  r2 = 16
  call ${id}
  r1 = value[m]+0 ll
  r2 = *(u64 *)(r10 - 16)
  *(u64 *)(r1 + 0) = r2
  r2 = *(u64 *)(r10 - 8)
  *(u64 *)(r1 + 8) = r2
  exit`;
  const IDS = { any: 4, anyText: 45, user: 112, kernel: 113, userText: 114, kernelText: 115 };
  const NAMES = Object.keys(IDS) as (keyof typeof IDS)[]; // the keys of a closed record
  const open = () =>
    machineFrom(
      NAMES.map((name) => read(IDS[name])),
      { m: { type: "ARRAY", key: 4, value: 16, entries: 1 } },
    );
  const bytesOf = (machine: Machine) => machine.maps[0]?.lookup(new Uint8Array(4))?.[0];
  const run = (machine: Machine, name: keyof typeof IDS, address: bigint): bigint => {
    machine.context.setBigUint64(0, address, true);
    return result(machine, NAMES.indexOf(name));
  };
  const KERNEL = 0xffff88800000fff8n;
  const USER = 0x7fff0000fff8n;
  const data = new TextEncoder().encode("0123456789abcdefghij\0");
  const blank = new Uint8Array(16);

  test("kernel and process are told apart, faults clear the buffer", async () => {
    const machine = await open();
    machine.memory.map(KERNEL, data, "kernel");
    machine.memory.map(USER, data, "user");
    for (const [name, address] of [
      ["kernel", KERNEL],
      ["user", USER],
      ["any", KERNEL],
      ["any", USER],
    ] as const) {
      expect(run(machine, name, address)).toBe(0n);
      expect(bytesOf(machine)).toEqual(data.slice(0, 16));
    }
    for (const [name, address, error] of [
      ["kernel", USER, -34n],
      ["kernel", 0n, -34n],
      ["user", KERNEL, -14n],
      ["kernel", KERNEL + 0x1000n, -14n],
      ["kernel", KERNEL + 0xffffn, -14n],
      ["any", 0n, -14n],
      ["kernelText", USER, -34n],
      ["userText", KERNEL, -14n],
      ["anyText", 0n, -14n],
    ] as const) {
      expect(run(machine, name, address)).toBe(error);
      expect(bytesOf(machine)).toEqual(blank);
    }
  });

  test("texts end at their NUL or are cut, and count it", async () => {
    const machine = await open();
    machine.memory.map(KERNEL, data, "kernel");
    machine.memory.map(USER, data, "user");
    for (const [name, address] of [
      ["kernelText", KERNEL],
      ["userText", USER],
      ["anyText", USER],
    ] as const) {
      expect(run(machine, name, address)).toBe(16n);
      expect(bytesOf(machine)).toEqual(new TextEncoder().encode("0123456789abcde\0"));
      expect(run(machine, name, address + 10n)).toBe(11n);
      expect(bytesOf(machine)?.slice(0, 11)).toEqual(new TextEncoder().encode("abcdefghij\0"));
      expect(run(machine, name, address + 20n)).toBe(1n);
    }
  });

  test("a program's own memory can be read as the kernel's", async () => {
    const machine = await open();
    expect(run(machine, "kernel", machine.contextAddress)).toBe(0n);
    expect(bytesOf(machine)?.slice(0, 8)).toEqual(words(machine.contextAddress));
  });
});

describe("callbacks", () => {
  test("bpf_loop counts rounds, and stops where the callback says so", async () => {
    const loop = (stop: number) => `
  *(u64 *)(r10 - 8) = 0
  r1 = 100
  r2 = function[body] ll
  r3 = r10
  r3 += -8
  r4 = 0
  call 181
  r1 = *(u64 *)(r10 - 8)
  r0 <<= 32
  r0 += r1
  exit
body:
  r3 = *(u64 *)(r2 + 0)
  r3 += r1
  *(u64 *)(r2 + 0) = r3
  r0 = 0
  if r1 != ${stop} goto on
  r0 = 1
on:
  exit`;
    const machine = await machineFrom([loop(1000), loop(9)]);
    expect(result(machine, 0)).toBe((100n << 32n) + 4950n);
    expect(result(machine, 1)).toBe((10n << 32n) + 45n);
  });

  test("walks of maps see each entry once, though the callback deletes it", async () => {
    const walk = `
  *(u64 *)(r10 - 8) = 0
  r1 = map[m] ll
  r2 = function[body] ll
  r3 = r10
  r3 += -8
  r4 = 0
  call 164
  r1 = *(u64 *)(r10 - 8)
  r0 <<= 32
  r0 += r1
  exit
body:
  r5 = *(u64 *)(r3 + 0)
  r6 = *(u64 *)(r4 + 0)
  r6 += r5
  *(u64 *)(r4 + 0) = r6
  call 3
  r0 = 0
  exit`;
    const machine = await machineFrom([walk], { m: { type: "HASH", key: 8, value: 8, entries: 10 } });
    for (let key = 0; key < 10; key++) machine.maps[0]?.update(words(key), [words(key * key)]);
    expect(result(machine)).toBe((10n << 32n) + 285n);
    expect(machine.maps[0]?.size).toBe(0);
    expect(result(machine)).toBe(0n);
  });

  test("walks of arrays in walks of arrays", async () => {
    const walk = `
  *(u64 *)(r10 - 8) = 0
  r1 = map[m] ll
  r2 = function[outer] ll
  r3 = r10
  r3 += -8
  r4 = 0
  call 164
  r0 = *(u64 *)(r10 - 8)
  exit
outer:
  r6 = *(u32 *)(r2 + 0)
  *(u64 *)(r10 - 16) = r4
  *(u64 *)(r10 - 8) = r6
  r1 = map[m] ll
  r2 = function[inner] ll
  r3 = r10
  r3 += -16
  r4 = 0
  call 164
  r0 = 0
  exit
inner:
  r5 = *(u32 *)(r2 + 0)
  r6 = *(u64 *)(r4 + 8)
  r6 *= 10
  r6 += r5
  r4 = *(u64 *)(r4 + 0)
  r7 = *(u64 *)(r4 + 0)
  r7 += r6
  *(u64 *)(r4 + 0) = r7
  r0 = 0
  exit`;
    const machine = await machineFrom([walk], { m: { type: "PERCPU_ARRAY", key: 4, value: 8, entries: 3 } });
    expect(result(machine)).toBe(99n);
  });
});

describe("programs of any size", () => {
  test.each([100, 5000])("%d branches one behind the other", async (count) => {
    const steps = Array.from({ length: count }, (_, n) => `if r1 == ${n} goto l${n}\nr0 += 1\nl${n}:`);
    const machine = await machineFrom([`r1 = *(u64 *)(r1 + 0)\nr0 = 0\n${steps.join("\n")}\nexit`]);
    machine.context.setBigUint64(0, 3n, true);
    expect(result(machine)).toBe(BigInt(count - 1));
  });

  test("a thousand branches in each other, and exits from each", async () => {
    const count = 1000;
    const steps = Array.from({ length: count }, (_, n) => `r0 = ${n}\nif r1 == ${n} goto l${n}`);
    const ends = Array.from({ length: count }, (_, n) => `l${n}:\nr0 *= 2\nexit`);
    const machine = await machineFrom([
      `r1 = *(u64 *)(r1 + 0)\n${steps.join("\n")}\nr0 = -1\nexit\n${ends.join("\n")}`,
    ]);
    for (const n of [0, 500, 999]) {
      machine.context.setBigUint64(0, BigInt(n), true);
      expect(result(machine)).toBe(BigInt(n * 2));
    }
    machine.context.setBigUint64(0, 1000n, true);
    expect(result(machine)).toBe(-1n);
  });
});

describe("the current task", () => {
  test("is what was set", async () => {
    const helper = (id: number) => `call ${id}\nexit`;
    const ids = [14, 15, 8, 42, 5, 125, 208, 80, 35, 158, 173, 174, 118];
    const machine = await machineFrom(ids.map(helper));
    const { task } = machine;
    task.setThread(11, 10);
    task.setUser(1000, 100);
    task.setCpu(3, 1);
    task.setTime(2 ** 40 + 5);
    task.setTaiOffset(7n);
    task.setCgroup(99n);
    task.setAddress(0xffff888012345678n);
    task.setFunction(0xffffffff81000000n, 42n);
    const found = ids.map((_, index) => {
      machine.run(index);
      return machine.result();
    });
    expect(found).toEqual([
      (10n << 32n) | 11n,
      (100n << 32n) | 1000n,
      3n,
      1n,
      2n ** 40n + 5n,
      2n ** 40n + 5n,
      2n ** 40n + 12n,
      99n,
      0xffff888012345678n,
      0xffff888012345678n,
      0xffffffff81000000n,
      42n,
      (2n ** 40n + 5n) / 4_000_000n + 0xfffedb08n,
    ]);
    task.setTime(123_456_789_012_345_678n);
    machine.run(4);
    expect(machine.result()).toBe(123_456_789_012_345_678n);
    expect(() => task.setCpu(4)).toThrow("there is no processor 4: the machine has 4");
  });

  test("its name is cut and padded", async () => {
    const comm = `
  *(u64 *)(r10 - 16) = -1
  *(u64 *)(r10 - 8) = -1
  r1 = r10
  r1 += -16
  r2 = 16
  call 16
  r0 = *(u64 *)(r10 - 16)
  r1 = *(u64 *)(r10 - 8)
  r0 ^= r1
  exit`;
    const machine = await machineFrom([comm]);
    machine.task.setComm("0123456789abcdefgh");
    const text = new DataView(new TextEncoder().encode("0123456789abcde\0").buffer);
    machine.run(0);
    expect(machine.result()).toBe(text.getBigUint64(0, true) ^ text.getBigUint64(8, true));
    machine.task.setComm("x");
    machine.run(0);
    expect(machine.result()).toBe(0x78n);
  });

  test("random numbers repeat with the seed", async () => {
    const machine = await machineFrom(["call 7\nexit"]);
    const three = (seed: number) => {
      machine.task.setSeed(seed);
      return [0, 0, 0].map(() => result(machine));
    };
    expect(three(1)).toEqual(three(1));
    expect(three(1)).not.toEqual(three(2));
    expect(three(0).every((n) => n >= 0n && n < 2n ** 32n)).toBe(true);
  });

  test("arguments of functions", async () => {
    const arg = (n: number) => `
  r2 = ${n}
  r3 = r10
  r3 += -8
  *(u64 *)(r10 - 8) = 0
  call 183
  if r0 != 0 goto bad
  r0 = *(u64 *)(r10 - 8)
bad:
  exit`;
    const ret = `
  r2 = r10
  r2 += -8
  *(u64 *)(r10 - 8) = 0
  call 184
  r0 = *(u64 *)(r10 - 8)
  exit`;
    const machine = await machineFrom([arg(0), arg(1), arg(2), ret]);
    machine.task.setArgumentCount(2);
    for (const [index, value] of [5n, 6n, 7n].entries()) machine.context.setBigUint64(index * 8, value, true);
    expect([0, 1, 2, 3].map((program) => result(machine, program))).toEqual([5n, 6n, -22n, 7n]);
  });

  test("signals and overridden returns reach the host", async () => {
    const seen: unknown[] = [];
    const machine = await machineFrom(
      ["r1 = 9\ncall 109\nexit", "r1 = 10\ncall 117\nexit", "r2 = -5\ncall 58\nexit"],
      {},
      { onEffect: (effect) => seen.push(effect) },
    );
    for (const program of [0, 1, 2]) expect(result(machine, program)).toBe(0n);
    expect(seen).toEqual([
      { kind: "signal", signal: 9, thread: false },
      { kind: "signal", signal: 10, thread: true },
      { kind: "override", value: 0xfffffffffffffffbn },
    ]);
  });
});

describe("what cannot be simulated", () => {
  const refused = async (program: string, maps = {}, options = {}): Promise<string> => {
    try {
      await machineFrom([program], maps, options);
    } catch (error) {
      if (error instanceof SimulatorError) return error.message;
      throw error;
    }
    return "";
  };
  test.each([
    ["call 153\nexit", "program program0, instruction 0: helper bpf_per_cpu_ptr is not simulated"],
    ["call 9999\nexit", "program program0, instruction 0: helper 9999 is not simulated"],
    ["r0 = 0", "function program0 runs on behind its end"],
    ["r0 = 0\ngoto end\nend:\nr0 = 1\nexit", ""],
  ])("%s", async (program, message) => {
    expect(await refused(program)).toBe(message);
  });

  test("machines and maps that are too large or make no sense", async () => {
    const none = "r0 = 0\nexit";
    expect(await refused(none, {}, { cpus: 0 })).toBe("a machine has 1 to 256 processors, not 0");
    expect(await refused(none, {}, { budget: 0 })).toContain("a budget is 1 to");
    const huge = { m: { type: "PERCPU_HASH", key: 8, value: 4096, entries: 1_000_000 } } as const;
    expect(await refused(none, huge)).toMatch(/^the maps need more than the simulator's 1024 MiB: m alone \d+ MiB/);
    const some = {
      small: { type: "HASH", key: 8, value: 8, entries: 100 },
      m: { ...huge.m, entries: 10_000 },
    } as const;
    expect(await refused(none, some)).toBe("");
    expect(await refused(none, some, { mapMemory: 128 << 20 })).toBe(
      "the maps need more than the simulator's 128 MiB: m alone 157 MiB; make it smaller",
    );
  });

  test("bytes that are no object", async () => {
    await expect(loadMachine(new Uint8Array(10), { btf: undefined })).rejects.toThrow(
      /^this is no eBPF object that can be simulated: /,
    );
  });
});
