/** Programs of the language's conformance rows must pass the checker without an error; what they print is tested elsewhere. */
import { describe, expect, it } from "vitest";
import { checked } from "./support.ts";

const statements: readonly (readonly [string, string])[] = [
  ["L1.133", "print(1 + 2 * 3)"],
  ["L1.142", "$x = 5; print($x++ + $x)"],
  ["L1.144", "$x = 7; $x -= 2; $x *= 3; $x /= 5; $x %= 2; print($x)"],
  ["L1.145", "$x = 12; $x &= 10; $x |= 1; $x ^= 3; $x <<= 4; $x >>= 1; print($x)"],
  ["L1.146", "@n++; @n++; print(@n); clear(@n)"],
  ["L1.147", "print(~5); print(- -5)"],
  ["L1.149", 'if (0) { print("a"); } else if (1) { print("b"); } else { print("c"); }'],
  ["L1.150", "unroll(3) { @i += 2; } print(@i); clear(@i)"],
  ["L1.151", '$i = 0; while ($i < 5) { $i++; if ($i == 2) { continue; } if ($i == 4) { break; } printf("%d ", $i); }'],
  ["L1.152", '$t = (1, ("b", 3)); print($t.1.0); print($t)'],
  ["L1.154", 'printf("%d\\n", sizeof(uint32)); printf("%d\\n", sizeof("abcd"))'],
  ["L1.157", '$n = 3; for ($i : 0..$n) { $n--; printf("%d", $i) }'],
  ["L1.159", 'for ($i : 0..9) { if ($i == 1) { continue } if ($i == 3) { break } printf("%d", $i) }'],
  ["L1.161", "$y = { let $t = 4; $t * 2 }; print($y)"],
  ["L1.162", '$z = if (2 > 1) { "a" } else { "b" }; print($z)'],
  ["L1.163", 'print((a=1, b="x")); print((a=1, b=(2,3)).b.1)'],
  ["L1.164", "print((1,)); print(())"],
  ["L1.171", 'print("abc"[1]); print((10,20,30)[2])'],
  ["L1.172", "$x = 0; print($x ?: 9); $x = 4; print($x ?: 9)"],
  ["L2.122", '$v = @z["k"]; @z["k"] = 3; print($v); clear(@z)'],
  [
    "L2.123",
    "@c = count(); @s = sum(5); @s = sum(-7); @m = min(9); @m = min(4); @x = max(-3); @v = avg(10); @v = avg(-1)",
  ],
  ["L2.129", 'print((1,"a") == (1,"a")); print((1,2) != (1,2))'],
  ["L2.132", '@c = count(); if (@c == 2) { print("two") } printf("%d\\n", @c)'],
  ["L2.136", "$b = (uint8*)16; $b += 2; print($b); $c = (uint32*)16; $c++; print($c + 2)"],
  ["L2.138", '$a = (int8[8])12345; printf("%x %x\\n", $a[0], $a[1]); print((uint64)$a)'],
  ["L2.140", 'print((int8[3])"ab")'],
  ["L5.77", 'print(ntop(2, 0x04030201)); print(ntop(10, pton("::1")))'],
  ["L5.80", 'print(strlen("hello")); print(strstr("hello","lo")); print(strcontains("hello","xx"))'],
  ["L6.32", '@a[1,"x"] = 1; @a[1,"y"] = 2; print(@a); clear(@a)'],
  ["L6.35", '@t[2,"a"] = (1,2); @t[1,"b"] = (3,4); print(@t); clear(@t)'],
  ["L6.37", "_ = delete(@a, 1); @a[1] = 1; print(has_key(@a, 1)); print(len(@a)); clear(@a)"],
  ["L6.38", "@a[1] = 5; let $v; if (find(@a, 1, $v)) { print($v) } clear(@a)"],
  ["L6.39", "@a[1] = 1; @a[2] = 2; for ($kv : @a) { @s += $kv.1; } print(@s); clear(@a); clear(@s)"],
  ["L6.40", '@a[1,"x"] = 7; for ($kv : @a) { print($kv); print($kv.0.1) } clear(@a)'],
  ["L6.42", "@a[(1,2)] = 3; print(@a[1,2]); print(delete(@a, (1,2)))"],
  ["L7.110", 'printf("%d|%5d|%-5d|%05d\\n", 42, 42, 42, 42)'],
  ["L7.122", 'printf("%rh|%rx\\n", buf("hi",2), buf("hi",2))'],
  ["L7.135", 'printf("%s %s\\n", (1,"a"), true)'],
  ["L11.40", "$x = (1 == 1) + 1; print($x); @n = sum(nsecs > 0)"],
];

const programs: readonly (readonly [string, string])[] = [
  ["L1.165", "macro add1(x) { x + 1 } begin { print(add1(add1(5))) }"],
  ["L1.166", "macro bump($v) { $v += 10; $v } begin { $q = 1; print(bump($q)); print($q) }"],
  ["L1.167", "macro put(@m, k) { @m[k] = 9; } begin { put(@z, 2); }"],
  ["L1.168", "macro one { 1 } begin { print(one + one()) }"],
  ["L1.169", "fn twice($a: int64) : int64 { return $a * 2; } begin { print(twice(21)) }"],
  ["L1.175", "#define K (2 + 3)\nbegin { print(K * 2) }"],
  ["L2.130", 'enum E { A = 3, B } begin { print(A); printf("%d %s\\n", B, B); @e[B] = 1 }'],
  ["L2.137", "struct A { char c; int i; short s; } begin { print(sizeof(struct A)); print(offsetof(struct A, i)) }"],
  ["L11.1", "t:syscalls:sys_enter_openat { print(str(args->filename)); }"],
  ["L11.2", "BEGIN { print(((struct task_struct *)curtask)->mm.owner->comm); }"],
  ["L11.3", "kfunc:vfs_read { @[comm] = sum(args->count); }"],
  ["L11.15", 't:syscalls:sys_enter_openat /strncmp(str(args->filename), "/etc", 4) == 0/ { }'],
  ["L11.17", "k:vfs_read { @[ustack(perf,5), kstack(perf), kstack(3)] = count() }"],
  ["L11.31", "interval:s:1 { } i:ms:100 { } i:hz:10 { } i:us:500 { }"],
  ["L11.46", 'i:s:1 { $a = 1; } i:s:2 { $a = "x"; }'],
];

describe("conformance programs pass", () => {
  it.each(statements)("%s %s", (_row, statement) => {
    const { text, diagnostics } = checked(`BEGIN { ${statement}; exit(); }`);
    expect(
      diagnostics.filter((d) => d.severity === "error"),
      text,
    ).toEqual([]);
  });
  it.each(programs)("%s %s", (_row, program) => {
    const { text, diagnostics } = checked(program);
    expect(
      diagnostics.filter((d) => d.severity === "error"),
      text,
    ).toEqual([]);
  });
});
