/** target.c built, and the manifest of user.bpf.c that traces it. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Attach, Manifest, ValueType } from "../../compiler/5-object/manifest.ts";
import { folder, manifest, place } from "./objects.ts";

const int64: ValueType = { k: "int", size: 8, signed: true };
const stack: ValueType = { k: "stack", user: true, mode: "bpftrace", limit: 127, map: "stack_127" };

export function buildTarget(): string {
  const path = join(folder, "target");
  execFileSync("gcc", ["-O1", "-g", "-fno-omit-frame-pointer", "-o", path, join(import.meta.dirname, "target.c")]);
  return path;
}

export function user(target: string, parts: Partial<Manifest> = {}, more: readonly Attach[] = []): Manifest {
  return manifest({
    programs: [
      {
        name: "on_work",
        section: "uprobe/work",
        probe: `uprobe:${target}:work`,
        attach: [{ kind: "uprobe", path: target, symbol: "work" }, ...more],
        place: place(2),
        ledger: 0,
      },
      {
        name: "on_return",
        section: "uretprobe/leaf",
        probe: `uretprobe:${target}:leaf`,
        attach: [{ kind: "uretprobe", path: target, symbol: "leaf" }],
        place: place(3),
        ledger: 8,
      },
    ],
    maps: [
      {
        name: "@stacks",
        storage: "percpu_hash",
        symbol: "stacks",
        key: stack,
        keySize: 8,
        value: { k: "count" },
        valueSize: 8,
        maxEntries: 64,
        print: true,
      },
    ],
    events: [
      {
        id: 1,
        kind: "printf",
        size: 40,
        args: [
          { offset: 8, type: int64 },
          { offset: 16, type: { k: "usym" } },
          { offset: 32, type: stack },
        ],
        format: "%d %s %s\n",
        place: place(2),
        program: 0,
      },
      { id: 2, kind: "print", size: 40, args: [{ offset: 8, type: int64 }], place: place(3), program: 1 },
    ],
    ...parts,
  });
}
