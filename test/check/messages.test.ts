/** The words and places of the checker's messages: rows of section 9 of the language, one script each. */
import { describe, expect, it } from "vitest";
import { lines } from "./support.ts";

/** [row, script, lines that are expected, in order] */
const rows: readonly (readonly [string, string, readonly string[]])[] = [
  // names and variables
  ["L9.29", "BEGIN { $x = $y + 1; }", ["1:14-16: ERROR: Undefined or undeclared variable: $y"]],
  ["L9.30", "BEGIN { $x; }", ["1:9-11: ERROR: Undefined or undeclared variable: $x"]],
  ["L9.31", "BEGIN { if (1) { $y = 1; } print($y); }", ["1:34-36: ERROR: Undefined or undeclared variable: $y"]],
  [
    "L9.32",
    "begin { let $x; if (1) { let $x = 1; } }",
    [
      "1:26-36: ERROR: Variable $x was already declared. Variable shadowing is not allowed.",
      "1:9-15: WARNING: Variable $x was never assigned to.",
    ],
  ],
  [
    "L9.33",
    "begin { let $x; print($x); }",
    [
      "1:9-15: WARNING: Variable $x was never assigned to.",
      "1:23-25: WARNING: Variable used before it was assigned: $x",
    ],
  ],
  [
    "L9.34",
    "BEGIN { print(@nope); clear(@q); delete(@r); }",
    ["1:15-20: ERROR: Undefined map: @nope", "1:29-31: ERROR: Undefined map: @q", "1:41-43: ERROR: Undefined map: @r"],
  ],
  ["L9.35", "BEGIN { foo(1); }", ["1:9-15: ERROR: Unknown function: 'foo'"]],
  ["L9.36", "BEGIN { print(nosuch); }", ["1:15-21: ERROR: Unknown identifier: 'nosuch'"]],
  ["L9.37", "BEGIN { $s = (struct nope *)0; print($s->x); }", ["1:38-43: ERROR: Unknown struct/union: 'struct nope'"]],
  ["L9.38", "BEGIN { sizeof(struct nope); }", ['1:16-27: ERROR: Cannot resolve unknown type "struct nope"']],
  [
    "L9.39",
    "struct A { int x; } BEGIN { $p = (struct A *)0; print($p.zz); }",
    ["1:55-60: ERROR: Struct/union of type 'struct A' does not contain a field named 'zz'"],
  ],
  ["L9.40", "fentry:vfs_read { print(args.zz); }", ["1:25-32: ERROR: Can't find function parameter zz"]],
  [
    "L9.41",
    "macro m() { @x = 1 } begin { m() }",
    ["1:13-15: ERROR: Unhygienic access to map: @x. Maps must be passed into the macro as arguments."],
  ],
  [
    "L9.42",
    "macro m(a) { a } begin { m() }",
    ["1:26-29: ERROR: Call to m() has the wrong number of arguments. Expected: 1 but got 0."],
  ],
  [
    "L9.42",
    "macro m($a) { $a } begin { m(1) }",
    ["1:28-32: ERROR: Call to m() has arguments that do not match any definition"],
  ],
  ["L9.43", "begin { if comptime (1 > 2) { print($u) } }", []],
  // types
  [
    "L9.44",
    'BEGIN { $x = 1; $x = "a"; }',
    [
      "1:22-25: ERROR: Type mismatch for $x: trying to assign value of type 'string[2]' when variable already has a type 'int8'",
    ],
  ],
  [
    "L9.45",
    'BEGIN { @x = 1; @x = "a"; }',
    [
      "1:22-25: ERROR: Type mismatch for @x: trying to assign value of type 'string[2]' when map already has a type 'int8'",
    ],
  ],
  [
    "L9.46",
    'BEGIN { @x[1] = 1; @x["a"] = 1; }',
    [
      "1:20-27: ERROR: Argument mismatch for @x: trying to access with arguments: 'string[2]' when map expects arguments: 'int8'",
    ],
  ],
  [
    "L9.47",
    "BEGIN { @a[1] = 1; @a = 2; }",
    [
      "1:20-22: ERROR: @a used as a map without an explicit key (scalar map), previously used with an explicit key (non-scalar map)",
    ],
  ],
  [
    "L9.47",
    "BEGIN { @a = 1; @a[1] = 2; }",
    [
      "1:17-22: ERROR: @a used as a map with an explicit key (non-scalar map), previously used without an explicit key (scalar map)",
    ],
  ],
  [
    "L9.48",
    "BEGIN { @a = 1; @a = count(); }",
    [
      "1:22-29: ERROR: Type mismatch for @a: trying to assign value of type 'count_t' when map already has a type 'int8'",
    ],
  ],
  [
    "L9.49",
    'BEGIN { $s = (1,"x"); $s = (1,2); }',
    [
      "1:28-33: ERROR: Type mismatch for $s: trying to assign value of type '(int8,int8)' when variable already has a type '(int8,string[2])'",
    ],
  ],
  ["L9.50", 'BEGIN { if ("a" == 1) { } }', ["1:13-21: ERROR: Type mismatch for '==': comparing string[2] with int8"]],
  ["L9.51", 'BEGIN { $x = "a" - 1; }', ["1:14-21: ERROR: illegal literal operation with strings: -"]],
  ["L9.52", 'BEGIN { if ("a") { } }', ["1:13-16: ERROR: Invalid condition: string"]],
  ["L9.53", 'BEGIN { $x = (int32)"a"; }', ['1:14-24: ERROR: Cannot cast from "string[2]" to "int32"']],
  [
    "L9.54",
    "BEGIN { $x = 1; print($x.f); }",
    ["1:23-27: ERROR: Can not access field 'f' on expression of type 'int8'"],
  ],
  [
    "L9.55",
    'BEGIN { $x = "a"; print(*$x); }',
    ["1:25-28: ERROR: Can not dereference type 'string[2]'. It is not a pointer."],
  ],
  [
    "L9.56",
    "BEGIN { $t = (1,2); print($t.5) }",
    ["1:27-31: ERROR: Invalid tuple index: 5. Found 2 elements in tuple."],
  ],
  [
    "L9.57",
    "struct A { int y[4]; } BEGIN { $a = (struct A *)0; print($a.y[9]) }",
    ["1:58-65: ERROR: the index 9 is out of bounds for array of size 4"],
  ],
  [
    "L9.58",
    "BEGIN { $x = 1; print($x[0]); }",
    ["1:23-28: ERROR: The array index operator [] can only be used on arrays, pointers, and tuples, found int8."],
  ],
  ["L9.59", "BEGIN { $x = count(); }", ["1:14-21: ERROR: count() must be assigned directly to a map"]],
  ["L9.59", "BEGIN { print(count()); }", ["1:15-22: ERROR: count() must be assigned directly to a map"]],
  [
    "L9.60",
    "BEGIN { @a[1] = count(); $x = @a; }",
    [
      "1:31-33: ERROR: @a used as a map without an explicit key (scalar map), previously used with an explicit key (non-scalar map)",
    ],
  ],
  [
    "L9.61",
    "BEGIN { @a = count(); @b = @a; }",
    ["1:28-30: ERROR: Type mismatch for @b: trying to assign value of type 'count_t', an aggregation of another map"],
  ],
  [
    "L9.62",
    "BEGIN { @h = hist(1); $b = @h; }",
    ["1:28-30: ERROR: Value 'hist_t' cannot be assigned to a scratch variable."],
  ],
  [
    "L9.63",
    'BEGIN { $x = printf("a"); }',
    ["1:14-25: ERROR: Invalid expression for assignment: printf() should not be used in an assignment or as a map key"],
  ],
  [
    "L9.64",
    "BEGIN { let $a: uint16 = -1; }",
    [
      "1:26-28: ERROR: Type mismatch for $a: trying to assign value of type 'int8' when variable already has a type 'uint16'",
    ],
  ],
  [
    "L9.65",
    "BEGIN { $a = (uint64)nsecs; $b = (int64)nsecs; if ($a < $b) { } }",
    [
      "1:14-27: WARNING: Unnecessary cast: expression is already of type uint64",
      "1:52-54: WARNING: Expression of type: uint64 being cast to type: int64. This may cause unexpected results. Use an explicit cast to suppress this warning.",
    ],
  ],
  [
    "L9.66",
    "BEGIN { $a = (int64)nsecs; print($a / -2); }",
    ["1:34-41: WARNING: signed operands for '/' can lead to undefined behavior (cast to unsigned to silence warning)"],
  ],
  [
    "L9.67",
    "BEGIN { print((uint64)nsecs); }",
    ["1:15-28: WARNING: Unnecessary cast: expression is already of type uint64"],
  ],
  [
    "L9.68",
    "BEGIN { 1 + 1; @a[1] = 1; has_key(@a, 1); }",
    ["1:9-14: WARNING: Return value discarded.", "1:27-41: WARNING: Return value discarded."],
  ],
  [
    "L9.69",
    'BEGIN { $a = nsecs; $b = $a ? 1 : "x"; }',
    ["1:26-38: ERROR: Branches must return the same type or compatible types: have 'int8' and 'string[2]'"],
  ],
  [
    "L9.70",
    "BEGIN { print(9223372036854775807 * 3); }",
    ["1:15-38: ERROR: unable to fold literals due to overflow or underflow"],
  ],
  [
    "L9.71",
    "let @a = hash(1); begin { @a[1] = count(); }",
    ["1:10-14: ERROR: Incompatible map types. Type from declaration: hash. Type from value/key type: percpuhash"],
  ],
  ["L9.71", "let @a = foo(1); begin { @a[1] = 1; }", ["1:10-13: ERROR: Invalid bpf map type: foo"]],
  ["L9.72", "let @a = hash(1); begin { }", ["1:1-17: WARNING: Unused map: @a"]],
  // calls
  [
    "L9.73",
    "BEGIN { @x = count(1); @y = sum(); @z = lhist(1,2); }",
    [
      "1:14-22: ERROR: count() requires no arguments (1 provided)",
      "1:29-34: ERROR: sum() requires one argument (0 provided)",
      "1:41-51: ERROR: lhist() requires 4 arguments (2 provided)",
    ],
  ],
  ["L9.74", "BEGIN { @x = 1; print(@x, 1, 2, 3); }", ["1:17-35: ERROR: print() takes up to 3 arguments (4 provided)"]],
  ["L9.75", 'BEGIN { @x = sum("a") }', ["1:14-22: ERROR: sum() only supports integer arguments (string[2] provided)"]],
  ["L9.76", "BEGIN { clear(1) }", ["1:9-17: ERROR: clear() expects a map argument"]],
  [
    "L9.77",
    "BEGIN { printf(1); time(1); cat(1) }",
    [
      "1:9-18: ERROR: printf() expects a string literal as the first argument (integer provided)",
      "1:20-27: ERROR: time() expects a string literal as the first argument (integer provided)",
      "1:29-35: ERROR: cat() expects a string literal as the first argument (integer provided)",
    ],
  ],
  [
    "L9.78",
    'BEGIN { printf("%d") }',
    ["1:9-21: ERROR: not enough arguments for format string (0 supplied, 1 expected)"],
  ],
  [
    "L9.79",
    'BEGIN { printf("x", 1) }',
    ["1:9-23: ERROR: too many arguments for format string (1 supplied, 0 expected)"],
  ],
  ["L9.80", 'BEGIN { printf("%d", "a") }', ["1:9-26: ERROR: unsupported format specifier for type 'string[2]': d"]],
  [
    "L9.81",
    'BEGIN { @h = hist(1); printf("%d", @h) }',
    ["1:23-39: ERROR: unsupported format specifier for type 'hist_t': d"],
  ],
  [
    "L9.82",
    "BEGIN { @x = lhist(1,0,10000,1) }",
    ["1:14-32: ERROR: lhist() too many buckets, must be <= 1000 (would need 10000)"],
  ],
  [
    "L9.83",
    "BEGIN { @x = lhist(1,10,2,1); @y = lhist(1,0,2,0) }",
    [
      "1:14-29: ERROR: lhist() min must be less than max (provided min 10 and max 2)",
      "1:36-50: ERROR: lhist() step must be >= 1 (0 provided)",
    ],
  ],
  ["L9.84", "BEGIN { @x = hist(1, 9) }", ["1:14-24: ERROR: hist: bits 9 must be 0..5"]],
  ["L9.85", 'BEGIN { system("ls") }', ["1:9-21: ERROR: system() is an unsafe function being used in safe mode"]],
  [
    "L9.86",
    'k:vfs_read { signal("KILL"); } BEGIN { override(1) }',
    [
      "1:14-28: ERROR: signal() is unsafe. To use you need the --unsafe flag",
      "1:40-51: ERROR: override() can only be used inside kprobes",
    ],
  ],
  [
    "L9.87",
    "BEGIN { print(arg0) }",
    ["1:15-19: ERROR: The arg0 builtin can only be used with 'kprobes', 'uprobes' and 'usdt' probes"],
  ],
  [
    "L9.88",
    "BEGIN { print(retval) }",
    ["1:15-21: ERROR: The retval builtin can only be used with 'kretprobe' and 'uretprobe' and 'fentry' probes"],
  ],
  [
    "L9.89",
    "kprobe:vfs_read { @ = args->x }",
    [
      "1:23-30: ERROR: The args builtin can only be used with tracepoint, rawtracepoint, fentry/fexit, and uprobe probes (kprobe used here)",
    ],
  ],
  ["L9.90", "BEGIN { print(func) }", ["1:15-19: ERROR: The func builtin can not be used with 'begin' probes"]],
  [
    "L9.91",
    'BEGIN { print(reg("ip")); print(uaddr("x")) }',
    [
      '1:15-24: ERROR: reg can not be used with "begin" probes',
      '1:33-43: ERROR: uaddr can not be used with "begin" probes',
    ],
  ],
  [
    "L9.92",
    'k:vfs_read { print(reg("zz")); }',
    ["1:20-29: ERROR: 'zz' is not a valid register on this architecture (x86_64)"],
  ],
  [
    "L9.93",
    "BEGIN { print(kstack(2000)) }",
    ["1:15-27: ERROR: kstack([int limit]): limit shouldn't exceed 1024, 2000 given"],
  ],
  ["L9.94", "BEGIN { print(kstack(3, perf)) }", ["1:15-30: ERROR: Expected stack mode as first argument"]],
  ["L9.95", "BEGIN { print(kstack(foo)) }", ["1:15-26: ERROR: Error parsing stack mode: unknown mode 'foo'"]],
  [
    "L9.96",
    'BEGIN { print(ntop("a")) }',
    ["1:15-24: ERROR: ntop() argument must be 4 or 16 bytes in size (2 provided)"],
  ],
  [
    "L9.97",
    'BEGIN { print(pton("zz")) }',
    ["1:15-25: ERROR: pton() expects an string argument of an IPv4/IPv6 address, got zz"],
  ],
  ["L9.99", 'BEGIN { print(cgroupid("/nope")) }', []],
  [
    "L9.100",
    'BEGIN { print(strftime("%H", "a")) }',
    ["1:15-34: ERROR: strftime() only supports integer arguments (string[2] provided)"],
  ],
  [
    "L9.101",
    'BEGIN { join("a"); $a = join(0) }',
    [
      "1:9-18: ERROR: join() only supports int or pointer arguments (string[2] provided)",
      "1:25-32: ERROR: Invalid expression for assignment: join() should not be used in an assignment or as a map key",
    ],
  ],
  ["L9.102", "BEGIN { print(cpid) }", []],
  [
    "L9.103",
    'config = { max_strlen = 4 } BEGIN { print("abcdefgh") }',
    ["1:43-53: ERROR: String is too long (over 4 bytes): 8 bytes"],
  ],
  [
    "L9.104",
    "BEGIN { print(str(0, 5000)) }",
    ["1:15-27: WARNING: length param (5000) is too long and will be shortened to 1024 bytes (see BPFTRACE_MAX_STRLEN)"],
  ],
  [
    "L9.105",
    'BEGIN { $x = 1; print(strncmp("a", "b", $x)) }',
    ["1:23-44: ERROR: Builtin strncmp requires a non-negative literal"],
  ],
  [
    "L9.106",
    "BEGIN { @m = 1; print(has_key(@m, 1)); print(len(@m)); delete(@m, 1) }",
    [
      "1:23-37: ERROR: call to has_key() expects a map with explicit keys (non-scalar map)",
      "1:46-53: ERROR: call to len() expects a map with explicit keys (non-scalar map)",
      "1:56-69: ERROR: call to delete() expects a map with explicit keys (non-scalar map)",
    ],
  ],
  [
    "L9.107",
    "BEGIN { @a[1] = 1; delete(@a[1], @a[2], @a[3]) }",
    ["1:20-47: ERROR: delete() takes up to 2 arguments (3 provided)"],
  ],
  ["L9.108", "BEGIN { while (nsecs) { break; } }", ["1:9-33: WARNING: While loops are deprecated"]],
  [
    "L9.109",
    "BEGIN { for ($i : 0..2) { exit(); } }",
    ["1:27-33: ERROR: 'return' statement is not allowed in a for-loop: exit() returns from the probe"],
  ],
  ["L9.110", "BEGIN { exit(); print(1); }", ["1:17-25: WARNING: Unreachable statement."]],
  // probes
  ["L9.111", "foo:bar { }", ["1:1-8: ERROR: Invalid provider: 'foo'"]],
  [
    "L9.112",
    "interval:s { } uprobe:f { } tracepoint:a { } kprobe { } usdt:x { }",
    [
      "1:1-11: ERROR: interval probe must have unit of time",
      "1:16-24: ERROR: uprobe should have a target: uprobe:BINARY:FUNCTION[+OFFSET]",
      "1:29-41: ERROR: tracepoint probe must have a target: tracepoint:CATEGORY:EVENT",
      "1:46-52: ERROR: kprobes should be attached to a function or an address",
      "1:57-63: ERROR: usdt probe must specify at least path or pid to probe",
    ],
  ],
  ["L9.113", "interval:foo:1 { }", ["1:1-15: ERROR: foo is not an accepted unit of time"]],
  [
    "L9.114",
    "interval:s:a { } interval:s:0 { } profile:hz:-1 { }",
    [
      "1:1-13: ERROR: interval probe must have an integer frequency",
      "1:18-30: ERROR: interval frequency should be a positive integer",
      "1:35-48: ERROR: profile frequency should be a positive integer",
    ],
  ],
  [
    "L9.115",
    "software:zz:1 { } hardware:zz:1 { }",
    ["1:1-14: ERROR: zz is not a software probe", "1:19-32: ERROR: zz is not a hardware probe"],
  ],
  ["L9.116", "software:* { }", ["1:1-11: ERROR: wildcards are not allowed for software probe type"]],
  ["L9.117", "begin:x { }", ["1:1-8: ERROR: begin/end probes should not have a target"]],
  ["L9.120", "uretprobe:/bin/true:f+4 { }", ["1:1-24: ERROR: uretprobes can not be attached to a function offset"]],
  [
    "L9.121",
    "kprobe:zzznope { }",
    [
      '1:1-15: ERROR: kprobe: zzznope is not traceable (either non-existing, inlined, or marked as "notrace"); attaching to it will likely fail',
    ],
  ],
  ["L9.122", "kprobe:zzz* { }", ["1:1-12: ERROR: No matches for kprobe zzz*."]],
  [
    "L9.125",
    "kprobe:nomod:vfs_read { }",
    ["1:1-22: ERROR: specified module nomod in probe kprobe:nomod:vfs_read is not loaded."],
  ],
  [
    "L9.126",
    "watchpoint:0:8:w { } watchpoint:0x10:3:w { } watchpoint:0x10:8:ww { } watchpoint:0x10:8:q { }",
    [
      "1:1-17: ERROR: watchpoint must be attached to a non-zero address",
      "1:22-41: ERROR: watchpoint length must be one of (1,2,4,8)",
      "1:46-66: ERROR: watchpoint modes may not be duplicated",
      "1:71-90: ERROR: watchpoint mode must be combination of (r,w,x)",
    ],
  ],
  ["L9.127", "iter:task { } BEGIN { }", ["1:1-10: ERROR: iter probes cannot be mixed with other probes"]],
  ["L9.127", "iter:nope { }", ["1:1-10: ERROR: iter nope not available for your kernel version."]],
];

describe("messages name the thing, both types, and the place", () => {
  it.each(rows)("%s %s", (_row, script, expected) => {
    expect(lines(script)).toEqual(expected);
  });
});
