/** A small module by hand: what code generation would give for a kprobe and a tracepoint that count by pid. */
import type { Code, CodeModule } from "../../compiler/4-codegen/program.ts";
import type { Manifest } from "../../compiler/5-object/manifest.ts";
import { BtfBuilder, VOID } from "../../compiler/btf/build.ts";
import { readBtf } from "../../compiler/btf/read.ts";
import type { TypeId } from "../../compiler/btf/types.ts";
import * as asm from "../../compiler/ebpf/insn.ts";
import { branded } from "../../compiler/util/brand.ts";

const { r0, r1, r2, r3, r6, r7, r10 } = asm;

/** A kernel unlike any real one: members of task_struct stand elsewhere, so that only relocation can find them. */
export function smallKernel(): ReturnType<typeof readBtf> {
  const btf = new BtfBuilder();
  const int = btf.int("int", 4, true);
  const u64 = btf.int("long long unsigned int", 8, false);
  const comm = btf.array(btf.int("char", 1, true), 16);
  const task = btf.reserve();
  const anonymous = btf.add({
    kind: "struct",
    name: "",
    size: 8,
    members: [
      { name: "pid", type: btf.add({ kind: "typedef", name: "pid_t", type: int }), bitOffset: 0, bitSize: 0 },
      { name: "tgid", type: int, bitOffset: 32, bitSize: 0 },
    ],
  });
  const entity = btf.add({
    kind: "struct",
    name: "sched_entity",
    size: 24,
    members: [
      { name: "unused", type: u64, bitOffset: 0, bitSize: 0 },
      { name: "vruntime", type: u64, bitOffset: 128, bitSize: 0 },
    ],
  });
  btf.define(task, {
    kind: "struct",
    name: "task_struct",
    size: 96,
    members: [
      { name: "comm", type: comm, bitOffset: 0, bitSize: 0 },
      { name: "", type: anonymous, bitOffset: 16 * 8, bitSize: 0 },
      { name: "parent", type: btf.pointer(task), bitOffset: 24 * 8, bitSize: 0 },
      { name: "se", type: entity, bitOffset: 32 * 8, bitSize: 0 },
      { name: "sched_reset_on_fork", type: int, bitOffset: 64 * 8 + 3, bitSize: 1 },
    ],
  });
  btf.add({
    kind: "typedef",
    name: "atomic_t",
    type: btf.add({
      kind: "struct",
      name: "",
      size: 4,
      members: [{ name: "counter", type: int, bitOffset: 0, bitSize: 0 }],
    }),
  });
  btf.add({
    kind: "enum",
    name: "hrtimer_mode",
    size: 4,
    signed: false,
    values: [
      { name: "HRTIMER_MODE_ABS", value: 0n },
      { name: "HRTIMER_MODE_REL", value: 1n },
    ],
  });
  btf.add({
    kind: "func",
    name: "nothing",
    type: btf.add({ kind: "func_proto", returns: VOID, params: [], variadic: false }),
    linkage: "static",
  });
  return readBtf(btf.finish());
}

export const SCRIPT = `// counts
kprobe:vfs_read { @count[curtask.pid] = count(); }
kprobe:vfs_read { $x = curtask.se.vruntime; }
`;
const spanOf = (text: string): { start: number; end: number } => {
  const start = SCRIPT.indexOf(text);
  return { start, end: start + text.length };
};

export function smallModule(): CodeModule {
  const btf = smallKernel();
  const task = btf.find("struct", "task_struct") ?? VOID;
  const enumeration = btf.find("enum", "hrtimer_mode") ?? VOID;
  const atomic = btf.find("typedef", "atomic_t") ?? VOID;
  const field = (access: readonly number[], text: string, type: TypeId = task): asm.CoreReference => ({
    kind: "field_byte_offset",
    type,
    access,
    text,
  });
  const count = spanOf("@count[curtask.pid] = count()");
  const read = spanOf("$x = curtask.se.vruntime");

  /** bpf_probe_read_kernel(r10 + to, size, r6 + offset of the field) */
  const readField = (to: number, size: number, offset: number, core: asm.CoreReference): asm.Insn[] => [
    asm.mov.reg(r3, r6),
    asm.withCore(asm.add.imm(r3, offset), core),
    asm.mov.reg(r1, r10),
    asm.add.imm(r1, to),
    asm.mov.imm(r2, size),
    asm.call.helper(113),
  ];
  const current = [asm.call.helper(35), asm.mov.reg(r6, r0)];

  const counting: asm.Insn[] = [
    ...current,
    asm.st(4, r10, -4, 0),
    ...readField(-4, 4, 16, field([0, 1, 0], "struct task_struct.pid")),
    asm.lddw.map(r1, "AT_count"),
    asm.mov.reg(r2, r10),
    asm.add.imm(r2, -4),
    asm.call.helper(1),
    asm.jeq.imm(r0, 0, "missing"),
    asm.mov.imm(r1, 1),
    asm.atomic("add", 8, r0, 0, r1),
    asm.label("missing"),
    asm.lddw.mapValue(r1, ".bss", 8),
    asm.lddw.mapValue(r2, ".rodata", 8),
    asm.ldx(8, r2, r2, 0),
    asm.atomic("add", 8, r1, 0, r2),
    asm.call.func("twice"),
    asm.mov.imm(r0, 0),
    asm.exit(),
  ].map((insn) => asm.withSpan(insn, count));

  const looping: asm.Insn[] = [
    ...current,
    ...readField(-8, 8, 48, field([0, 3, 1], "struct task_struct.se.vruntime")),
    asm.withCore(asm.mov.imm(r7, 1), {
      ...field([0, 4], "struct task_struct.sched_reset_on_fork"),
      kind: "field_exists",
    }),
    asm.withCore(asm.lddw.imm(r7, 1n), {
      kind: "enumval_value",
      type: enumeration,
      access: [1],
      text: "enum hrtimer_mode.HRTIMER_MODE_REL",
    }),
    asm.withCore(asm.mov.imm(r7, 96), { ...field([0], "struct task_struct"), kind: "type_size" }),
    asm.withCore(asm.mov.imm(r7, 0), field([0, 0], "atomic_t.counter", atomic)),
    asm.mov.imm(r1, 4),
    asm.lddw.func(r2, "step"),
    asm.mov.imm(r3, 0),
    asm.mov.imm(asm.r4, 0),
    asm.call.helper(181),
    asm.mov.imm(r0, 0),
    asm.exit(),
  ].map((insn) => asm.withSpan(insn, read));

  const code = (name: string, kind: Code["kind"], args: number, insns: readonly asm.Insn[], frame: number): Code => ({
    name,
    kind,
    arguments: args,
    insns,
    frame,
    tracepoints: [],
  });
  const probe = (text: string): { start: number; end: number } => spanOf(text);
  const attach = [{ kind: "kprobe", function: "vfs_read" }] as const;
  return {
    programs: [
      {
        function: "kprobe_vfs_read_1",
        program: "kprobe",
        section: "kprobe/vfs_read",
        attach,
        span: probe("kprobe:vfs_read { @"),
      },
      {
        function: "kprobe_vfs_read_2",
        program: "kprobe",
        section: "kprobe/vfs_read",
        attach,
        span: probe("kprobe:vfs_read { $"),
      },
    ],
    code: [
      {
        ...code("kprobe_vfs_read_1", "program", 1, counting, 8),
        tracepoints: [
          {
            insn: branded<asm.InsnIndex>(2),
            use: { category: "sched", event: "sched_switch", field: "prev_pid", offset: 24, size: 4 },
            span: count,
          },
        ],
      },
      code("kprobe_vfs_read_2", "program", 1, looping, 8),
      code("twice", "subprogram", 1, [asm.mov.imm(r0, 2), asm.exit()], 0),
      code("step", "callback", 2, [asm.mov.imm(r0, 0), asm.exit()], 0),
    ],
    maps: [
      {
        symbol: "AT_count",
        type: "hash",
        keySize: 4,
        valueSize: 8,
        maxEntries: 4096,
        flags: 0,
        keyType: { k: "int", size: 4, signed: true },
        valueType: { k: "count" },
      },
      {
        symbol: "stacks",
        type: "stack_trace",
        keySize: 4,
        valueSize: 1016,
        maxEntries: 128,
        flags: 0,
        keyType: undefined,
        valueType: undefined,
      },
      {
        symbol: "ring",
        type: "ringbuf",
        keySize: 0,
        valueSize: 0,
        maxEntries: 65536,
        flags: 0,
        keyType: undefined,
        valueType: undefined,
      },
      {
        symbol: "scratch",
        type: "percpu_array",
        keySize: 4,
        valueSize: 24,
        maxEntries: 1,
        flags: 0,
        keyType: undefined,
        valueType: {
          k: "tuple",
          size: 24,
          fields: [
            { offset: 0, type: { k: "string", size: 16 } },
            { offset: 16, type: { k: "bool" } },
          ],
        },
      },
      {
        symbol: "lookup",
        type: "lru_percpu_hash",
        keySize: 10,
        valueSize: 20,
        maxEntries: 64,
        flags: 2,
        keyType: { k: "mac" },
        valueType: { k: "inet" },
      },
    ],
    data: [
      {
        name: ".rodata",
        size: 16,
        vars: [
          { name: "start_ns", offset: 0, size: 8, type: undefined },
          { name: "one", offset: 8, size: 8, type: { k: "int", size: 8, signed: false } },
        ],
        bytes: new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]),
      },
      { name: ".bss", size: 24, vars: [], bytes: undefined },
    ],
    license: "GPL",
    manifest: manifest(),
    btf,
    source: { name: "counts.bt", text: SCRIPT },
  };
}

function manifest(): CodeModule["manifest"] {
  const place = { line: 2, column: 1, endLine: 2, endColumn: 16 };
  const program = (name: string): Manifest["programs"][number] => ({
    name,
    section: "kprobe/vfs_read",
    probe: "kprobe:vfs_read",
    attach: [{ kind: "kprobe", function: "vfs_read" }],
    place,
  });
  return {
    version: 1,
    tool: "tracelet 0.1.0",
    source: { name: "counts.bt", text: SCRIPT },
    arch: "x86_64",
    kernel: "6.12.0",
    buffer: { kind: "ring", symbol: "ring" },
    config: {
      max_cat_bytes: 10240,
      max_probes: 1024,
      missing_probes: "warn",
      print_maps_on_exit: true,
      str_trunc_trailer: "..",
      perf_rb_pages: 64,
      cpp_demangle: true,
      cache_user_symbols: "PER_PID",
      stack_mode: "bpftrace",
    },
    unsafe: false,
    programs: [program("kprobe_vfs_read_1"), program("kprobe_vfs_read_2")],
    maps: [
      {
        name: "@count",
        storage: "hash",
        symbol: "AT_count",
        key: { k: "int", size: 4, signed: true },
        keySize: 4,
        value: { k: "count" },
        valueSize: 8,
        maxEntries: 4096,
        print: true,
      },
    ],
    events: [],
    sites: [],
    params: [],
    host: [{ kind: "start-ns", offset: 0 }],
    symbols: [],
  };
}
