/** No script makes the checker throw (L9.9): programs with a token taken out, doubled or swapped for another's. */
import { expect, test } from "vitest";
import { checked } from "./support.ts";

const SCRIPTS = [
  'k:tcp_sendmsg /arg2 > 8192/ { @size[pid, comm] = hist(arg2); printf("%d %s\\n", pid, comm); }',
  "t:syscalls:sys_enter_openat { $f = str(args.filename); @[$f] = count(); delete(@[$f]); }",
  'BEGIN { $t = (1, ("b", 3)); print($t.1.0); for ($kv : @m) { print($kv.0); } @m[1] = 2; }',
  "struct A { int x; char s[4]; } BEGIN { $p = (struct A *)0; print($p->s[1]); $p++; print(*$p); }",
  "macro m($v, @m, e) { $v += e; @m[e] = $v; $v } BEGIN { $q = 1; print(m($q, @z, 2)); }",
  "fexit:vfs_read /retval > 0/ { @[kstack(3), args.file->f_mode] = stats(retval); }",
  "fn f($a: int64): int64 { return $a * 2; } BEGIN { @c = count(); print(f(3) + @c); exit(); }",
  "BEGIN { let $x: uint8 = 3; if ($x > 1) { $y = (bool)$x; } else { unroll(2) { @i++; } } while (1) { break; } }",
];

/** A small generator, so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

test("damaged scripts are answered with diagnostics", () => {
  const next = random(7);
  const tokens = SCRIPTS.map((script) => script.match(/\s+|"[^"]*"|\w+|[^\s\w]/g) ?? []);
  const pool = tokens.flat().filter((token) => token.trim() !== "");
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(next() * list.length)];
  let errors = 0;
  for (let round = 0; round < 400; round++) {
    const script = [...(pick(tokens) ?? [])];
    const at = Math.floor(next() * script.length);
    const change = Math.floor(next() * 3);
    script.splice(at, change === 1 ? 0 : 1, ...(change === 0 ? [] : [pick(pool) ?? ""]));
    const text = script.join("");
    const { diagnostics } = (() => {
      try {
        return checked(text);
      } catch (failure) {
        throw new Error(`${text}\n${failure instanceof Error ? failure.stack : String(failure)}`);
      }
    })();
    if (diagnostics.some((diagnostic) => diagnostic.severity === "error")) errors++;
  }
  expect(errors).toBeGreaterThan(200);
});
