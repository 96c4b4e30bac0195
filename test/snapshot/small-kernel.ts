/** A kernel of a dozen types with one module, as a raw capture: everything a snapshot can hold, small enough to damage. */
import { BtfBuilder } from "../../compiler/btf/build.ts";
import { readBtf } from "../../compiler/btf/read.ts";
import type { BtfType, TypeId } from "../../compiler/btf/types.ts";
import type { CaptureFile } from "../../compiler/snapshot/index.ts";
import { branded } from "../../compiler/util/brand.ts";
import { ByteWriter, encodeUtf8 } from "../../compiler/util/bytes.ts";

/** Every kind of BTF type at least once, with awkward values. */
function smallVmlinux(): Uint8Array {
  const b = new BtfBuilder();
  const int = b.int("int", 4, true);
  const ulong = b.int("long unsigned int", 8, false);
  const char = b.int("char", 1, true, "char");
  b.int("_Bool", 1, false, "bool");
  const add = (type: BtfType): TypeId => b.add(type);
  const list = b.reserve();
  const listPointer = b.pointer(list);
  const member = (name: string, type: TypeId, bitOffset: number, bitSize = 0) => ({ name, type, bitOffset, bitSize });
  b.define(list, {
    kind: "struct",
    name: "list_head",
    size: 16,
    members: [member("next", listPointer, 0), member("prev", listPointer, 64)],
  });
  const inner = add({ kind: "union", name: "", size: 8, members: [member("a", ulong, 0), member("", listPointer, 0)] });
  const text = b.array(char, 16);
  const flags = [
    member("low", int, 0, 3),
    member("high", int, 3, 29),
    member("rest", inner, 64),
    member("comm", text, 128),
  ];
  const task = add({ kind: "struct", name: "task_struct", size: 32, members: flags });
  add({ kind: "struct", name: "empty", size: 0, members: [] });
  const color = [
    { name: "RED", value: 0n },
    { name: "BLUE", value: 0xffffffffn },
  ];
  add({ kind: "enum", name: "color", size: 4, signed: false, values: color });
  add({ kind: "enum", name: "", size: 4, signed: true, values: [{ name: "MINUS", value: -2147483648n }] });
  add({ kind: "enum64", name: "wide", size: 8, signed: false, values: [{ name: "ALL", value: 0xffffffffffffffffn }] });
  add({
    kind: "enum64",
    name: "deep",
    size: 8,
    signed: true,
    values: [{ name: "LOWEST", value: -9223372036854775808n }],
  });
  add({ kind: "fwd", name: "hidden", union: false });
  add({ kind: "fwd", name: "hidden_union", union: true });
  const taskPointer = b.pointer(add({ kind: "const", type: task }));
  add({ kind: "typedef", name: "task_t", type: task });
  add({ kind: "volatile", type: int });
  add({ kind: "restrict", type: taskPointer });
  b.pointer(add({ kind: "type_tag", name: "user", type: int }));
  const param = (name: string, type: TypeId) => ({ name, type });
  const proto = add({
    kind: "func_proto",
    returns: int,
    params: [param("task", taskPointer), param("size", ulong)],
    variadic: false,
  });
  const variadic = add({
    kind: "func_proto",
    returns: branded<TypeId>(0),
    params: [param("format", b.pointer(char))],
    variadic: true,
  });
  const wake = add({ kind: "func", name: "wake_up", type: proto, linkage: "static" });
  add({ kind: "func", name: "printk", type: variadic, linkage: "global" });
  add({ kind: "func", name: "asm_entry", type: variadic, linkage: "extern" });
  const counter = add({ kind: "var", name: "counter", type: int, linkage: "global" });
  add({ kind: "datasec", name: ".data..percpu", size: 4096, vars: [{ type: counter, offset: 64, size: 4 }] });
  add({ kind: "float", name: "double", size: 8 });
  add({ kind: "decl_tag", name: "bpf_kfunc", type: wake, component: -1 });
  add({ kind: "decl_tag", name: "nonnull", type: wake, component: 1 });
  const hook = add({
    kind: "func_proto",
    returns: branded<TypeId>(0),
    params: [param("", b.pointer(branded<TypeId>(0))), param("", taskPointer)],
    variadic: false,
  });
  add({ kind: "typedef", name: "btf_trace_wakeup", type: b.pointer(hook) });
  add({
    kind: "struct",
    name: "bpf_iter__task",
    size: 16,
    members: [member("meta", listPointer, 0), member("task", taskPointer, 64)],
  });
  return b.finish();
}

/** Split BTF by hand: struct module_data { struct task_struct first; }, its pointer, a prototype, module_init(). */
export function smallModule(vmlinux: Uint8Array): Uint8Array {
  const base = readBtf(vmlinux);
  const task = base.find("struct", "task_struct") ?? 0;
  const int = base.find("int", "int") ?? 0;
  const names = ["module_data", "first", "data", "module_start"];
  const text = encodeUtf8(`${names.join("\0")}\0`);
  const at = (name: string): number =>
    base.stringsEnd +
    encodeUtf8(
      names
        .slice(0, names.indexOf(name))
        .map((each) => `${each}\0`)
        .join(""),
    ).length;
  const first = base.count;
  const words = [
    ...[at("module_data"), (4 << 24) | 1, 32, at("first"), task, 0],
    ...[0, 2 << 24, first],
    ...[0, (13 << 24) | 1, int, at("data"), first + 1],
    ...[at("module_start"), 12 << 24, first + 2],
  ];
  const out = new ByteWriter()
    .u16(0xeb9f)
    .u8(1)
    .u8(0)
    .u32(24)
    .u32(0)
    .u32(words.length * 4)
    .u32(words.length * 4)
    .u32(text.length);
  for (const word of words) out.u32(word);
  return out.raw(text).finish();
}

const format = `name: sched_wakeup
ID: 316
format:
	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
	field:int common_pid;	offset:4;	size:4;	signed:1;

	field:char comm[16];	offset:8;	size:16;	signed:0;
	field:pid_t pid;	offset:24;	size:4;	signed:1;
	field:__data_loc char[] msg;	offset:28;	size:4;	signed:0;

print fmt: "comm=%s", REC->comm
`;

export function smallKernel(): readonly CaptureFile[] {
  const vmlinux = smallVmlinux();
  const text = (path: string, content: string): CaptureFile => ({ path, bytes: encodeUtf8(content) });
  return [
    text("capture", "tracelet-capture 1\nrelease 6.99.3-small\nmachine x86_64\nversion #1 SMP\n"),
    { path: "btf/vmlinux", bytes: vmlinux },
    { path: "btf/blob", bytes: smallModule(vmlinux) },
    text("events/sched/sched_wakeup/format", format),
    text("events/ftrace/function/format", format),
    text(
      "available_filter_functions",
      "wake_up\nprintk\nwake_up.part.0\nrcu_tick\nmodule_start [blob]\nplain [untyped]\n__ftrace_invalid_address___64\n",
    ),
    text("kprobe_blacklist", "0xffffffff81000000-0xffffffff81000010\tprintk\n"),
    text("constants", "AF_INET 2\nNEGATIVE -1\nULLONG_MAX 18446744073709551615\nHEX 0x10\n"),
  ];
}

/** A ustar archive of files; the same rules as for a writer in spec/snapshot.md. */
export function archiveOf(files: readonly CaptureFile[]): Uint8Array {
  const out = new ByteWriter();
  for (const { path, bytes } of files) {
    const header = new Uint8Array(512);
    const put = (offset: number, value: string): void => header.set(encodeUtf8(value), offset);
    const slash = path.length > 100 ? path.lastIndexOf("/", 154) : -1;
    put(0, path.slice(slash + 1));
    if (slash > 0) put(345, path.slice(0, slash));
    put(100, "0000644\0");
    for (const offset of [108, 116]) put(offset, "0000000\0");
    put(124, `${bytes.length.toString(8).padStart(11, "0")}\0`);
    put(136, "00000000000\0");
    put(148, "        0");
    put(257, "ustar\x0000");
    const sum = header.reduce((total, byte) => total + byte, 0);
    put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
    out.raw(header).raw(bytes).align(512);
  }
  return out.zeros(1024).finish();
}
