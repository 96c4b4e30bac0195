/** The manifest of basic.bpf.c. */
import type { Manifest, ValueType } from "../../compiler/5-object/manifest.ts";
import { manifest, place } from "./objects.ts";

const int64: ValueType = { k: "int", size: 8, signed: true };
const uint64: ValueType = { k: "int", size: 8, signed: false };
const text: ValueType = { k: "string", size: 16 };
const args = [
  { offset: 8, type: int64 },
  { offset: 16, type: text },
];

export function basic(parts: Partial<Manifest> = {}): Manifest {
  return manifest({
    programs: [
      {
        name: "begin_0",
        section: "raw_tp/tracelet_begin",
        probe: "begin",
        attach: [{ kind: "begin" }],
        place: place(1),
        ledger: 0,
      },
      {
        name: "end_0",
        section: "raw_tp/tracelet_end",
        probe: "end",
        attach: [{ kind: "end" }],
        place: place(2),
        ledger: 8,
      },
    ],
    maps: [
      {
        name: "@count",
        storage: "percpu_hash",
        symbol: "m_count",
        key: uint64,
        keySize: 8,
        value: { k: "count" },
        valueSize: 8,
        maxEntries: 64,
        print: true,
      },
      {
        name: "@keyed",
        storage: "hash",
        symbol: "m_keyed",
        key: {
          k: "tuple",
          size: 24,
          fields: [
            { offset: 0, type: text },
            { offset: 16, type: uint64 },
          ],
        },
        keySize: 24,
        value: uint64,
        valueSize: 8,
        maxEntries: 64,
        print: true,
      },
      {
        name: "@hist",
        storage: "percpu_array",
        symbol: "m_hist",
        keySize: 4,
        value: { k: "hist", bits: 0 },
        valueSize: 8,
        maxEntries: 66,
        print: true,
      },
      {
        name: "@khist",
        storage: "percpu_hash",
        symbol: "m_khist",
        key: uint64,
        keySize: 16,
        bucketOffset: 8,
        value: { k: "hist", bits: 0 },
        valueSize: 8,
        maxEntries: 64,
        print: true,
      },
      {
        name: "@stats",
        storage: "percpu_hash",
        symbol: "m_stats",
        key: uint64,
        keySize: 8,
        value: { k: "stats", signed: true },
        valueSize: 16,
        maxEntries: 64,
        print: true,
      },
      {
        name: "@min",
        storage: "percpu_hash",
        symbol: "m_min",
        key: uint64,
        keySize: 8,
        value: { k: "min", signed: true },
        valueSize: 16,
        maxEntries: 64,
        print: false,
      },
      {
        name: "@Global",
        storage: "global",
        offset: 32,
        keySize: 0,
        value: int64,
        valueSize: 8,
        maxEntries: 1,
        print: true,
      },
    ],
    events: [
      { id: 1, kind: "printf", size: 32, args, format: "%d %s\n", place: place(1), program: 0 },
      { id: 2, kind: "exit", size: 16, args: [{ offset: 8, type: int64 }], place: place(1), program: 0 },
      { id: 3, kind: "printf", size: 32, args, format: "%d %s\n", place: place(2), program: 1 },
      { id: 4, kind: "print-map", size: 8, args: [], map: 5, top: 3, place: place(1), program: 0 },
    ],
    sites: [{ kind: "read", helper: "probe_read_user", place: place(3), program: 0, offset: 16, warn: false }],
    params: [
      { kind: "positional", index: 1, type: "int", offset: 0, size: 8 },
      { kind: "positional", index: 2, type: "string", offset: 8, size: 16 },
      { kind: "count", offset: 24, size: 8 },
      { kind: "named", name: "n", type: "int", offset: 32, size: 8, default: "99" },
    ],
    host: [{ kind: "ncpus", offset: 40 }],
    ...parts,
  });
}
