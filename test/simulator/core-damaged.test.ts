/** Damaged objects: each is refused in words or runs to its end; none brings the machine down. */
import { expect, test } from "vitest";
import { readElf } from "../../compiler/elf/read.ts";
import { compile, defaultOptions } from "../../compiler/index.ts";
import { loadMachine, SimulatorError } from "../../compiler/simulator/machine.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { mutate, randomBits } from "../tools/mutate.ts";

const COUNT = Number(process.env.DAMAGED_COUNT ?? 240);
const snapshot = defaultSnapshot("6.12");
const SCRIPTS = [
  'kprobe:vfs_read { @[pid, comm] = count(); @h = hist(arg2); printf("%d\\n", pid); }',
  "kprobe:vfs_read { $i = 0; while ($i < 10) { @[$i] = sum($i); $i++; } for ($kv : @) { @total = sum($kv.0); } }",
  "kprobe:tcp_sendmsg { @[kstack(3), ustack(2)] = max(arg2); print(((struct sock *)arg0)->__sk_common.skc_family); }",
  "BEGIN { @a[1] = 1; delete(@a, 1); for ($i : 0..5) { @b[$i] = $i; } clear(@a); exit(); }",
];

/** Bytes of instructions only: what the rest of the object says stays true. */
function damageCode(object: Uint8Array, random: () => number): Uint8Array {
  const copy = object.slice();
  const code = readElf(copy).sections.filter((section) => section.flags.exec && section.data.length > 0);
  const data = code[random() % code.length]?.data ?? new Uint8Array();
  for (let n = 1 + (random() % 3); n > 0; n--) data[random() % data.length] = random() & 0xff;
  return copy;
}

test(`${COUNT} damaged objects`, { timeout: 300_000 }, async () => {
  const objects = SCRIPTS.map((script) => {
    const { object, diagnostics } = compile(script, defaultOptions(snapshot));
    if (object === undefined) throw new Error(`${script}: ${diagnostics[0]?.message}`);
    return object;
  });
  const ends = new Map<string, number>();
  const count = (end: string) => ends.set(end, (ends.get(end) ?? 0) + 1);
  for (let seed = 0; seed < COUNT; seed++) {
    const object = objects[seed % objects.length];
    if (object === undefined) continue;
    const random = randomBits(seed + 1);
    for (let n = 0; n < 8; n++) random();
    const damaged = seed % 2 === 0 ? mutate(object, random) : damageCode(object, random);
    try {
      const machine = await loadMachine(damaged, { btf: snapshot.btf, budget: 20_000 });
      machine.programs.forEach((_, index) => {
        const failure = machine.run(index);
        count(failure === undefined ? "ran" : failure.reason);
        if (failure !== undefined) expect(failure.message).not.toBe("");
      });
      machine.drain(() => {});
      for (const map of machine.maps) for (const { key } of map.entries()) if (key.length > 4096) count("long key");
    } catch (error) {
      expect(error, `seed ${seed}`).toBeInstanceOf(SimulatorError);
      count("refused");
    }
  }
  console.log(`damaged objects: ${[...ends].map(([end, times]) => `${end} ${times}`).join(", ")}`);
  expect(ends.get("refused")).toBeGreaterThan(0);
  expect(ends.get("ran")).toBeGreaterThan(0);
});
