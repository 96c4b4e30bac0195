/** What the editor is told of a script that is being written: completion and hover, at a bar in the text. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compile, defaultOptions } from "../../compiler/index.ts";
import { openSnapshot } from "../../compiler/snapshot/index.ts";
import { complete } from "../../playground/worker/complete.ts";
import { hover } from "../../playground/worker/hover.ts";
import { problemsOf } from "../../playground/worker/problems.ts";
import type { CompletionItem, Script } from "../../playground/worker/protocol.ts";

const root = join(import.meta.dirname, "../..");
const snapshot = openSnapshot(readFileSync(join(root, "compiler/kernels/debian-6.12-amd64.tls")));

function scriptAt(marked: string): { readonly script: Script; readonly position: number } {
  const position = marked.indexOf("|");
  const text = marked.slice(0, position) + marked.slice(position + 1);
  return { script: { name: "x.bt", text, kernel: "", options: { unsafe: false, positional: undefined } }, position };
}
function items(marked: string): readonly CompletionItem[] {
  return complete({ kind: "complete", ...scriptAt(marked), explicit: true }, snapshot).items;
}
function labels(marked: string): readonly string[] {
  return items(marked).map(({ label }) => label);
}
function title(marked: string): string | undefined {
  return hover({ kind: "hover", ...scriptAt(marked) }, snapshot).found?.title;
}

test.each([
  ["|", "kprobe"],
  ["kpr|", "kretprobe"],
  ["// a comment: with { brackets\nkprobe:tcp_sendm|", "tcp_sendmsg"],
  ["kprobe:a { @ = 1 }\n\nkprobe:tcp_sendm|", "tcp_sendmsg"],
  ["kprobe:vfs_read, kprobe:tcp_sendm|", "tcp_sendmsg"],
  ["tracepoint:sched:sched_sw|", "sched:sched_switch"],
  ["rawtracepoint:sched_sw|", "sched_switch"],
  ["software:|", "page-faults"],
  ["config = { max_|", "max_strlen"],
  ['config = { missing_probes = "|', "ignore"],
  ["kprobe:vfs_read { co|", "comm"],
  ["kprobe:vfs_read { @ = hi|", "hist"],
  ["kprobe:vfs_read /pi|", "pid"],
  ["kprobe:vfs_read { $size = arg2; print($s|", "$size"],
  ["kprobe:vfs_read { @foo[comm] = count(); print(@|", "@foo"],
  ["kprobe:vfs_read { @ = ((struct task_str|", "task_struct"],
  ["tracepoint:sched:sched_switch { print(args.|", "next_comm"],
  ["tracepoint:sched:sched_switch { print(args.|) }", "next_comm"],
  ["fentry:tcp_sendmsg { @[args.|] = count(); }", "sk"],
  ["fentry:tcp_sendmsg { $s = args.sk; @[$s.__sk_common.|", "skc_daddr"],
  ["fentry:tcp_sendmsg /args.sk->__sk_common.|", "skc_daddr"],
  ["fentry:tcp_sendmsg { if ($1 > 2) { $t = (struct task_struct *)curtask; $t->mm->|", "brk"],
  ['kprobe:vfs_read { printf("%s", str(((struct file *)arg0)->f_path.dentry->d_name.|', "name"],
  ["kprobe:vfs_read { @a[comm] = (struct file *)arg0; for ($kv : @a) { $kv.|", "1"],
  ["struct own { int b; }\nkprobe:vfs_read { @ = ((struct own *)arg0)->|", "b"],
])("%s offers %s", (marked, label) => {
  expect(labels(marked)).toContain(label);
});

test.each(['kprobe:vfs_read { printf("pi|', "// pi|", "/* pi|", "#include <li|", "struct a { in|"])(
  "nothing is offered inside %s",
  (marked) => {
    expect(labels(marked)).toEqual([]);
  },
);

test("only what a probe has is offered in it", () => {
  expect(labels("kretprobe:vfs_read { |")).toContain("retval");
  expect(labels("kprobe:vfs_read { |")).not.toContain("retval");
  expect(labels("tracepoint:sched:sched_switch { |")).not.toContain("arg0");
});

test("fields say their types, functions their arguments and what they do", () => {
  expect(items("fentry:tcp_sendmsg { @[args.|").find(({ label }) => label === "sk")?.detail).toBe("struct sock *");
  const str = items("kprobe:vfs_read { st|").find(({ label }) => label === "str");
  expect(str).toMatchObject({ detail: "str(value, [number])", doc: "text at an address", insert: "str($0)" });
});

test.each([
  ["kprobe:tcp_s|endmsg { @x = 1 }", "kprobe:tcp_sendmsg"],
  ["kprobe:vfs_read { @[co|mm] = count(); }", "comm"],
  ["kprobe:vfs_read { @ = cou|nt(); }", "count()"],
  ["kprobe:vfs_read { @x[co|mm] = hist(arg2); }", "comm"],
  ["kprobe:vfs_read { @si|ze = hist(arg2); }", "@size: hist_t"],
  [
    "kprobe:tcp_sendmsg { $sk = (struct sock *)arg0; @x[$sk->__sk_common.skc_fam|ily] = count(); }",
    "skc_family: uint16",
  ],
  [
    "kprobe:tcp_sendmsg { $sk = (struct sock *)arg0; @x[$s|k->__sk_common.skc_family] = count(); }",
    "$sk: struct sock *",
  ],
  ["fentry:tcp_sendmsg /args.si|ze > 5/ { @ = 1 }", "size_t size"],
  ["kprobe:vfs_read { if (AF_IN|ET == 2) { @ = 1 } }", "AF_INET = 2"],
  ["kprobe:vfs_read { @ = ((struct fi|le *)arg0)->f_flags; }", "struct file"],
  ["config = { max_str|len = 64 } begin { exit(); }", "max_strlen = 1024"],
  ["kprobe:vfs_read { @ = 1 } // co|mm", undefined],
])("%s is %s", (marked, expected) => {
  expect(title(marked)).toBe(expected);
});

test.each([
  ["kprobe:vfs_raed { @ = 1 }", "kprobe:vfs_read { @ = 1 }"],
  ["kprobe:vfs_read { @[conm] = count(); }", "kprobe:vfs_read { @[comm] = count(); }"],
  ["kprobe:vfs_read { pirntf(1); }", "kprobe:vfs_read { printf(1); }"],
  ["fentry:vfs_read { @ = args.file.f_flag; }", "fentry:vfs_read { @ = args.file.f_flags; }"],
  ["tracepoint:sched:sched_swich { @ = 1 }", "tracepoint:sched:sched_switch { @ = 1 }"],
  [
    "kretprobe:vfs_read { @[retval > 0 ? 1 : 0] = count(); }",
    "kretprobe:vfs_read { @[(int64)retval > 0 ? 1 : 0] = count(); }",
  ],
  ["begin { @a[1] = 1; has_key(@a, 1); }", "begin { @a[1] = 1; _ = has_key(@a, 1); }"],
])("the first fix of %s makes it %s", (text, fixed) => {
  const { source, diagnostics } = compile(text, defaultOptions(snapshot));
  const edit = problemsOf(source, diagnostics)[0]?.fixes[0]?.edits[0];
  expect(edit).toBeDefined();
  expect(text.slice(0, edit?.from) + edit?.insert + text.slice(edit?.to)).toBe(fixed);
});

test("what needs --unsafe can be allowed", () => {
  const { source, diagnostics } = compile('begin { system("ls"); }', defaultOptions(snapshot));
  expect(problemsOf(source, diagnostics)[0]?.fixes).toEqual([
    { label: "Allow unsafe functions", edits: [], allowUnsafe: true },
  ]);
});
