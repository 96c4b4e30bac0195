/** `import "path";` from files: what joins the program, what is refused, and which file a message names (L1.45). */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { canRun, file, folder, type Ran, tracelet } from "./support.ts";

const check = (script: string): Ran => tracelet(["check", script]);
const refusal = (name: string, text: string): string => {
  const { stderr, status } = check(file(name, text));
  expect(status).toBe(1);
  return stderr.replaceAll(`${folder}/`, "");
};

beforeAll(() => {
  for (const name of ["lib", "lib/deep", "open"]) mkdirSync(join(folder, name));
  file(
    "lib/twice.bt",
    '#!/usr/bin/tracelet\nimport "point.h";\nmacro twice($x) { $x * 2 }\nlet @seen = lruhash(16);\n',
  );
  file("lib/point.h", "#define SIDES 4\nstruct point { int x; int y[SIDES]; };\n");
  file("lib/say.bt", 'import "twice.bt";\nbegin { printf("lib %d\\n", sizeof(struct point)); }\n');
  file("lib/README", "not a script\n");
  file("lib/deep/bad.bt", "this is no script");
  file("settings.bt", "\nconfig = { max_strlen = 32 }\n");
  file("wrong.bt", "fn one(): int64 { return 1; }\nbegin {\n  print($nothing);\n}\n");
  file("broken.bt", "\n\nbegin { $x = ; }\n");
  file("unclosed.bt", "\nbegin { if (1) {\n");
});

describe("what joins the program", () => {
  const main = 'begin { $n = (int64)21; @seen[1] = SIDES; printf("main %d\\n", twice($n)); exit(); }\n';

  test("a directory: scripts and headers by name, each once, nothing of its subdirectories", () => {
    expect(check(file("main.bt", `import "lib";\nimport "lib/say.bt";\n${main}`))).toMatchObject({
      stderr: "",
      status: 0,
    });
  });

  test("a config of the script itself stands beside imports that hold probes", () => {
    const script = file("own.bt", `import "lib/say.bt";\nconfig = { max_strlen = 32 }\n${main}`);
    expect(check(script)).toMatchObject({ stderr: "", status: 0 });
  });

  test("a file that two links lead to is imported once", () => {
    symlinkSync(join(folder, "lib/say.bt"), join(folder, "lib/again.bt"));
    const script = file(
      "links.bt",
      'import "lib/again.bt";\nimport "lib/say.bt";\nimport "lib/twice.bt";\nbegin { @seen[1] = 1; }\n',
    );
    const listing = tracelet(["compile", script, "--emit", "ast"]);
    expect([listing.stderr, listing.status]).toEqual(["", 0]);
    expect(listing.stdout.match(/lib %d/g)).toHaveLength(1);
  });

  test("files that import each other, and themselves, end", () => {
    file("ping.bt", 'import "pong.bt";\nimport "ping.bt";\nmacro ping() { 1 }\n');
    const script = file("pong.bt", 'import "ping.bt";\nbegin { print(ping()); }\n');
    expect(check(script)).toMatchObject({ stderr: "", status: 0 });
  });

  test("-e: relative to the working directory", () => {
    const words = ["compile", "-e", `import "lib/say.bt"; ${main}`, "-o", join(folder, "e.o")];
    expect(tracelet(words)).toMatchObject({ stderr: "", status: 0 });
  });

  test.runIf(canRun)("probes of an import run before the script's", () => {
    const run = tracelet([file("run.bt", `import "lib";\n${main}`)]);
    expect(run.status, run.stderr).toBe(0);
    expect(run.stdout).toContain("lib 20\nmain 42\n");
  });
});

describe("what is refused, and the file that is named", () => {
  test("a missing file: the place that was looked at", () => {
    expect(refusal("m.bt", 'import "no/such.bt";\nbegin { }\n')).toBe(
      'm.bt:1:1-21: ERROR: import "no/such.bt": no such file or directory: no/such.bt\n' +
        'import "no/such.bt";\n~~~~~~~~~~~~~~~~~~~~\n' +
        "HINT: a path is relative to the directory of the script that imports it\n",
    );
  });

  test("a config in an import", () => {
    expect(refusal("c.bt", 'import "settings.bt";\nbegin { }\n')).toMatch(
      /^settings\.bt:2:1-29: ERROR: invalid `config` within import\nconfig = \{ max_strlen = 32 \}\n~{28}\n/,
    );
  });

  test("a mistake in an import has the import's name, line and column", () => {
    expect(refusal("w.bt", 'import "wrong.bt";\nbegin { }\n')).toMatch(
      /^wrong\.bt:3:9-17: ERROR: .*\$nothing\n {2}print\(/,
    );
    expect(refusal("b.bt", 'import "broken.bt";\nbegin { }\n')).toMatch(/^broken\.bt:3:14-15: ERROR: syntax/);
    expect(refusal("u.bt", 'import "unclosed.bt";\nbegin { }\n')).toMatch(/^unclosed\.bt:2:\d+-\d+: ERROR: /);
    const both = refusal("s.bt", 'import "unclosed.bt";\nbegin { if (1) {\n');
    expect(both.match(/^\S+ ERROR/gm)).toEqual(["s.bt:2:17-17: ERROR", "unclosed.bt:2:17-17: ERROR"]);
  });

  test.skipIf(!canRun)("what a run says of an import has its name and its own line, in text and in JSON", () => {
    const library = file("lib/zero.bt", '// divides\n\nbegin {\n  $z = $#;\n  print(7 / $z);\n  errorf("odd");\n}\n');
    const script = file("divide.bt", 'import "lib/zero.bt";\nbegin { $z = $#; print(8 / $z); }\n');
    const { stderr } = tracelet(["-q", script]);
    expect(stderr).toContain(`${library}:5:9-15: WARNING: Divide or modulo by 0 detected`);
    expect(stderr).toContain("  print(7 / $z);\n        ~~~~~~\n");
    expect(stderr).toContain(`${library}:6:3-16: ERROR: odd`);
    expect(stderr).toContain(`${script}:2:24-30: WARNING: Divide or modulo by 0 detected`);
    const json = tracelet(["-q", "-f", "json", script]).stdout;
    expect(json).toContain(`"filename": "${library}", "line": 5, "col": 9`);
    expect(json).toContain(`"filename": "${script}", "line": 2, "col": 24`);
  });

  test("a mistake in a header of --include has the header's name and line", () => {
    const header = file("own.h", "struct own { int a; };\nstruct own2 { int b };\n");
    const { stderr, status } = tracelet(["compile", "--include", header, "-e", "begin { }", "-o", join(folder, "h.o")]);
    expect(status).toBe(1);
    expect(stderr.replaceAll(`${folder}/`, "")).toMatch(/^own\.h:2:\d+-\d+: ERROR: /);
  });

  test("C programs and objects, also in a directory, and other kinds of files", () => {
    mkdirSync(join(folder, "c"));
    file("c/x.bpf.c", "int main;");
    file("c/notes.txt", "");
    const c = /C programs and BPF objects \(\.bpf\.c, \.bpf\.o\) are not supported: c\/x\.bpf\.c\n/;
    expect(refusal("k1.bt", 'import "c/x.bpf.c";\nbegin { }\n')).toMatch(c);
    expect(refusal("k2.bt", 'import "c";\nbegin { }\n')).toMatch(c);
    expect(refusal("k3.bt", 'import "c/notes.txt";\nbegin { }\n')).toContain(
      "neither a script nor a header: c/notes.txt\n",
    );
  });

  test("what everyone may write to: a file, or its directory", () => {
    chmodSync(file("all.bt", "begin { }\n"), 0o666);
    expect(refusal("o1.bt", 'import "all.bt";\nbegin { }\n')).toContain("as everyone may write to ");
    file("open/lib.bt", "begin { }\n");
    chmodSync(join(folder, "open"), 0o1777);
    expect(refusal("o2.bt", 'import "open/lib.bt";\nbegin { }\n')).toMatch(
      /^o2\.bt:1:1-22: ERROR: .* may write to .*open\n/,
    );
  });

  test("bytes that are no text", () => {
    writeFileSync(join(folder, "bytes.bt"), Uint8Array.of(0xff, 0xfe, 0x00));
    expect(refusal("t.bt", 'import "bytes.bt";\nbegin { }\n')).toContain("bytes.bt cannot be read: ");
  });

  test("an import after a probe (L9.26)", () => {
    expect(refusal("late.bt", 'begin { }\nimport "lib/say.bt";\n')).toMatch(
      /^late\.bt:2:1-7: ERROR: syntax: root imports must appear before probes and functions\n/,
    );
  });
});
