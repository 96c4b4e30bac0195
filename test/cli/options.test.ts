/** Section 8: forms, options, exit statuses and messages that need no privilege or only this host's BEGIN and END. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { configRows } from "../../compiler/lang/config.ts";
import { TRACELET } from "../runner/machine.ts";
import { canRun, file, folder, tracelet } from "./support.ts";

describe("wrong usage and files (status: spec/decisions/0003)", () => {
  test("no words: usage on stderr, status 1 (L8.1, L8.52)", () => {
    const { stdout, stderr, status } = tracelet([]);
    expect([stdout, status]).toEqual(["", 1]);
    expect(stderr).toMatch(/^USAGE: tracelet \[options\] SCRIPT\.bt \[PARAMS…\]\n/);
  });

  test("neither file nor -e (L8.4)", () => {
    expect(tracelet(["-v"])).toEqual({ stdout: "", stderr: "USAGE: filename or -e 'program' required.\n", status: 1 });
  });

  test("a file that is missing is named with the system's reason, without a place (L8.5, L9.7)", () => {
    expect(tracelet(["x.bt"])).toEqual({
      stdout: "",
      stderr: "ERROR: failed to open file 'x.bt': No such file or directory\n",
      status: 1,
    });
  });

  test("an unknown option: usage on stderr; 2, as every wrong usage that no working script has (L8.26, L8.54)", () => {
    const { stdout, stderr, status } = tracelet(["--nosuch"]);
    expect([stdout, status]).toEqual(["", 2]);
    expect(stderr).toContain("nosuch");
    expect(stderr).toContain("USAGE: tracelet");
  });

  test("--help is on stdout, status 0 (L8.26, L8.53)", () => {
    for (const option of ["-h", "--help"]) {
      const { stdout, stderr, status } = tracelet([option]);
      expect([stderr, status]).toEqual(["", 0]);
      expect(stdout).toContain("--unsafe");
      expect(stdout).toContain("compile [script]");
    }
  });

  test("--version has our version, and a line for scripts that look for bpftrace's (L8.25)", () => {
    for (const option of ["-V", "--version"]) {
      const { stdout, status } = tracelet([option]);
      expect(status).toBe(0);
      expect(stdout).toMatch(/^tracelet v\d+\.\d+\.\d+$/m);
      expect(stdout).toMatch(/^bpftrace v[0-9]/m);
    }
  });

  test("-f knows text and json (L8.20, L8.60)", () => {
    expect(tracelet(["-f", "xml", "-e", "BEGIN { }"])).toEqual({
      stdout: "",
      stderr: "ERROR: Invalid output format \"xml\"\nValid formats: 'text', 'json'\n",
      status: 1,
    });
  });

  test("-B knows line, full and none (L8.22)", () => {
    const { stderr, status } = tracelet(["-B", "some", "-e", "BEGIN { }"]);
    expect([stderr, status]).toEqual(["USAGE: -B must be either 'line', 'full', or 'none'.\n", 1]);
  });

  test("-p wants a decimal number in range, and not -c beside it (L8.17, L8.18, L8.63, L10.29)", () => {
    const pid = (text: string) => tracelet(["-p", text, "-e", "BEGIN { }"]);
    expect(pid("abc").stderr).toMatch(/^ERROR: Failed to parse pid: 'abc'/);
    expect(pid("4194305").stderr).toMatch(/^ERROR: Pid out of range: 4194305/);
    expect(pid("999999999").stderr).toMatch(/^ERROR: Pid out of range/);
    expect([pid("abc").status, pid("4194305").status]).toEqual([1, 1]);
    const both = tracelet(["-p", "1", "-c", "true", "-e", "BEGIN { }"]);
    expect([both.status, both.stderr]).toEqual([1, expect.stringContaining("USAGE: Cannot use both -c and -p.")]);
  });

  test("-d knows its stages, one or several; --no-feature its features (L8.33, L8.36)", () => {
    const stage = tracelet(["-d", "zz", "-e", "BEGIN { }"]);
    expect([stage.status, stage.stderr]).toEqual([1, expect.stringContaining("USAGE: invalid option for -d: zz")]);
    const feature = tracelet(["--no-feature", "zz", "-e", "BEGIN { }"]);
    expect(feature.status).toBe(1);
    expect(feature.stderr).toContain(
      "USAGE: --no-feature can only have values kprobe_multi, kprobe_session, uprobe_multi",
    );
    const shown = tracelet(["-d", "ast", "--debug=types,dis", "--emit-elf", join(folder, "d.o"), "-e", "BEGIN { }"]);
    expect(shown.status).toBe(0);
    expect(shown.stdout).toMatch(/\(probe[\s\S]*begin[\s\S]*exit/);
  });

  test("0.17's -d and -dd show stages and stop; -kk and -v -v are accepted (L8.28, L8.33, L11.43)", () => {
    for (const option of ["-d", "-dd"]) {
      const { stdout, stderr, status } = tracelet([option, "-e", "BEGIN { print(1); }"]);
      expect([stderr, status]).toEqual(["", 0]);
      expect(stdout).toContain("(probe");
    }
    expect(tracelet(["-dd", "-e", "BEGIN { }"]).stdout).toContain("function begin");
    const twice = tracelet(["-kk", "-v", "-v", "--emit-elf", join(folder, "kk.o"), "-e", "BEGIN { }"]);
    expect(twice.status).toBe(0);
  });

  test("-k and --no-warnings contradict each other (L8.28, L8.29)", () => {
    const { stderr, status } = tracelet(["-k", "--no-warnings", "-e", "BEGIN { }"]);
    expect([status, stderr]).toEqual([1, expect.stringContaining("conflicts with --no-warnings")]);
  });

  test("LLVM's options are accepted with a word; --mode compiles or formats (L8.35, L8.37)", () => {
    const elf = join(folder, "l.o");
    expect(tracelet(["--emit-llvm", "x.ll", "--verify-llvm-ir", "--emit-elf", elf, "-e", "BEGIN { }"])).toEqual({
      stdout: "",
      stderr:
        "WARNING: --emit-llvm has no effect: there is no LLVM\nWARNING: --verify-llvm-ir has no effect: there is no LLVM\n",
      status: 0,
    });
    expect(tracelet(["--mode", "codegen", "-e", "BEGIN { print(1); }"])).toEqual({ stdout: "", stderr: "", status: 0 });
    expect(tracelet(["--mode", "format", "-e", "BEGIN{exit();}"]).stdout).toBe("BEGIN\n{\n  exit();\n}\n");
    const { stderr, status } = tracelet(["--mode", "zz", "-e", "BEGIN { }"]);
    expect([status, stderr]).toEqual([1, expect.stringContaining("--mode can only be one of")]);
  });

  test.each([
    ["--mode=bpf-test", "L8.37"],
    ["--test", "L8.37"],
    ["--bench", "L8.37"],
    ["--probe-filter=vfs", "L8.38"],
    ["--traceable-functions=functions.txt", "L8.39"],
    ["--dwarf-pid=1", "L8.41"],
    ["--aot=program", "L8.43"],
  ])("%s is refused by its name (%s)", (option) => {
    const { stdout, stderr, status } = tracelet([option, "-e", "BEGIN { }"]);
    expect([stdout, status]).toEqual(["", 1]);
    expect(stderr).toContain(`ERROR: ${option.replace("=bpf", " bpf").replace(/=.*/, "")}`);
    expect(stderr).toContain("not supported");
  });

  test("-- --help lists the script's options and attaches nothing (L1.131)", () => {
    const script = 'BEGIN { print(getopt("count", 1, "how many")); print(getopt("all", false)); }';
    expect(tracelet(["-e", script, "--", "--help"])).toEqual({
      stdout: "USAGE: tracelet stdin -- [options]\n\nOPTIONS:\n    --count: how many\n    --all\n",
      stderr: "",
      status: 0,
    });
  });

  test("what is accepted and changes nothing (L8.42, L8.31, L8.36)", () => {
    const words = [
      "--btf",
      "-b",
      "--usdt-file-activation",
      "--no-feature=uprobe_multi",
      "--emit-elf",
      join(folder, "b.o"),
    ];
    expect(tracelet([...words, "-e", "BEGIN { }"])).toEqual({ stdout: "", stderr: "", status: 0 });
  });
});

describe("what needs no privilege", () => {
  test("--emit-elf writes an eBPF object and stops, as any user (L8.9, L8.34)", () => {
    const path = join(folder, "user.o");
    writeFileSync(path, "");
    const { stdout, stderr, status } = tracelet(["--emit-elf", path, "-e", "kprobe:vfs_read { @ = count(); }"]);
    expect([stdout, stderr, status]).toEqual(["", "", 0]);
    const header = readFileSync(path);
    expect([...header.subarray(0, 4), header.readUInt16LE(18)]).toEqual([0x7f, 0x45, 0x4c, 0x46, 247]);
  });

  test("--fmt prints the script in standard form; -o rewrites it; an error is status 1 (L8.70)", () => {
    const script = file("format.bt", "BEGIN{print( 1 );}");
    const printed = tracelet(["--fmt", script]);
    expect([printed.status, printed.stderr]).toEqual([0, ""]);
    expect(printed.stdout).toBe("BEGIN\n{\n  print(1);\n}\n");
    expect(tracelet(["--fmt", script, "-o", script]).status).toBe(0);
    expect(readFileSync(script, "utf8")).toBe(printed.stdout);
    expect(tracelet(["--fmt", file("wrong.bt", "BEGIN {")]).status).toBe(1);
  });

  test("--info reports system and features with yes and no (L8.27)", () => {
    const { stdout, status } = tracelet(["--info"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ {2}OS: Linux/m);
    for (const part of ["System", "Build", "Kernel helpers", "Kernel features", "Map types", "Probe types"])
      expect(stdout).toContain(`${part}\n`);
    expect(stdout).toMatch(/btf: (yes|no)/);
  });

  test("-e is called stdin, a file by its path as given, in every message (L8.11, L9.1)", () => {
    expect(tracelet(["-e", "BEGIN {"]).stderr).toMatch(/^stdin:1:/);
    file("named.bt", "\nBEGIN { $x = $y; }\n");
    expect(tracelet(["named.bt"])).toEqual({
      stdout: "",
      stderr: "named.bt:2:14-16: ERROR: Undefined or undeclared variable: $y\nBEGIN { $x = $y; }\n             ~~\n",
      status: 1,
    });
    expect(tracelet(["-"], { input: "BEGIN { $x = $y; }" }).stderr).toMatch(/^stdin:1:14-16: ERROR/);
  });

  test("-I and --include find the script's own headers (L8.30)", () => {
    file("own.h", "#define FOO 7\nstruct own { int a; int b; };\n");
    const program = "BEGIN { print(FOO + sizeof(struct own)); }";
    const object = ["--emit-elf", join(folder, "h.o"), "-d", "types"];
    for (const words of [
      ["-I", folder, "-e", `#include "own.h"\n${program}`],
      ["--include", "own.h", "-e", program],
    ]) {
      const { stdout, stderr, status } = tracelet([...object, ...words]);
      expect([stderr, status]).toEqual(["", 0]);
      expect(stdout).toContain("15");
    }
    expect(tracelet([...object, "-e", program]).stderr).toContain("Unknown");
    expect(tracelet(["--include", "nosuch.h", "-e", program]).stderr).toContain("failed to open file 'nosuch.h'");
  });

  test("getopt: unknown options, bad values and --help (L8.67, L8.68, L8.69, L8.3)", () => {
    const program = 'begin { print(getopt("a", 1, "how many")); }';
    const unknown = tracelet(["-e", program, "--", "--zz=1"]);
    expect(unknown.status).toBe(1);
    expect(unknown.stderr).toContain("unexpected program command line options: --zz");
    expect(unknown.stderr).toContain("HINT: expected program options: --a");
    const bad = tracelet(["-e", program, "--", "--a=x"]);
    expect([bad.status, bad.stderr]).toEqual([1, expect.stringContaining("invalid integer")]);
    const help = tracelet([file("options.bt", program), "--", "--help"]);
    expect([help.status, help.stderr]).toEqual([0, ""]);
    expect(help.stdout).toContain("--a: how many\n");
  });
});

describe("configuration and environment", () => {
  const compile = (program: string, env: Readonly<Record<string, string>> = {}) =>
    tracelet(["--emit-elf", join(folder, "c.o"), "-e", program], { env });

  test("keys in any case, with and without prefix (L8.45)", () => {
    for (const key of ["stack_mode", "STACK_MODE", "BPFTRACE_STACK_MODE", "bpftrace_stack_mode"])
      expect(compile(`config = { ${key}=raw } BEGIN { }`)).toEqual({ stdout: "", stderr: "", status: 0 });
  });

  test("an unknown key, and a bad value, name the key (L8.46, L9.28)", () => {
    expect(compile("config = { foo=1 } BEGIN { }").stderr).toContain("foo: not a known configuration option");
    const { stderr, status } = compile("config = { stack_mode=nope } BEGIN { }");
    expect([status, stderr]).toEqual([1, expect.stringContaining("Invalid value for stack_mode: nope")]);
    const env = compile("BEGIN { }", { BPFTRACE_STACK_MODE: "nope" });
    expect([env.status, env.stderr]).toEqual([1, expect.stringContaining("Invalid value for")]);
  });

  test("every key is accepted with each value that is documented for it (L8.51)", () => {
    const strings = new Set(["license", "str_trunc_trailer"]);
    const values = (row: (typeof configRows)[number]) =>
      row.values ?? (row.kind === "bool" ? ["true", "false"] : [row.default]);
    // One script for all keys; a key with several values takes part in several.
    for (const round of [0, 1, 2, 3]) {
      const entries = configRows.map((row) => {
        const value = values(row)[round % values(row).length] ?? row.default;
        return `${row.key} = ${strings.has(row.key) ? `"${value}"` : value}`;
      });
      expect(compile(`config = { ${entries.join("; ")} } BEGIN { }`)).toEqual({ stdout: "", stderr: "", status: 0 });
    }
  });

  test("renamed keys and variables work, with a warning (L8.47, L11.42)", () => {
    for (const key of ["strlen=32", "map_keys_max=5", "cat_bytes_max=5", "no_cpp_demangle=1"]) {
      const { stderr, status } = compile(`config = { ${key} } BEGIN { }`);
      expect([key, status, stderr]).toEqual([key, 0, expect.stringContaining("WARNING")]);
    }
    for (const [name, value] of [
      ["BPFTRACE_STRLEN", "32"],
      ["BPFTRACE_NO_CPP_DEMANGLE", "1"],
      ["BPFTRACE_CAT_BYTES_MAX", "5"],
      ["BPFTRACE_MAP_KEYS_MAX", "5"],
    ] as const) {
      const { stderr, status } = compile("BEGIN { }", { [name]: value });
      expect([name, status, stderr]).toEqual([name, 0, expect.stringContaining("WARNING")]);
    }
  });

  test("dead keys only warn (L8.48)", () => {
    for (const key of [
      "symbol_source",
      "max_type_res_iterations",
      "unstable_import",
      "unstable_macro",
      "unstable_map_decl",
    ]) {
      const { stderr, status } = compile(`config = { ${key}=1 } BEGIN { }`);
      expect([key, status, stderr]).toEqual([key, 0, expect.stringContaining("deprecated and has no effect")]);
    }
    expect(compile('config = { symbol_source="dwarf" } BEGIN { }').status).toBe(0);
    expect(compile("config = { unstable_addr=1 } BEGIN { }").status).toBe(0);
    expect(compile("BEGIN { }", { BPFTRACE_NO_USER_SYMBOLS: "1" }).status, "L8.50").toBe(0);
  });

  test("BPFTRACE_BTF that is not there: no kernel types, said where they are needed (L8.49, L9.133)", () => {
    const env = { BPFTRACE_BTF: "/nonexistent" };
    expect(compile("BEGIN { }", env)).toEqual({ stdout: "", stderr: "", status: 0 });
    expect(compile("#ifdef BPFTRACE_HAVE_BTF\nnonsense\n#endif\nBEGIN { }", env).status).toBe(0);
    expect(compile("fentry:vfs_read { }", env).stderr).toContain("fentry probes require kernel BTF");
    expect(compile("rawtracepoint:sched_switch { print(args.prev) }", env).stderr).toContain(
      "rawtracepoints require kernel BTF. Try using a 'tracepoint' instead.",
    );
    const field = compile("BEGIN { print(curtask.pid) }", env);
    expect(field.stderr).toContain("stdin:1:15-26: ERROR: Unknown struct/union: 'struct task_struct'");
    expect(field.stderr).toContain("need kernel BTF");
  });

  test("BPFTRACE_COLOR: never has no escapes, always has; nonsense is named (L7.109, L8.49, L8.72)", () => {
    const colour = (value: string) => tracelet(["-e", "BEGIN { $x }"], { env: { BPFTRACE_COLOR: value } }).stderr;
    expect(colour("never")).not.toContain("\x1b");
    expect(colour("auto")).not.toContain("\x1b");
    expect(colour("always")).toContain("\x1b[31mERROR");
    expect(colour("bogus")).toMatch(/^WARNING: .*bogus.*auto\|always\|never/);
  });

  test("warnings go with --no-warnings, errors stay (L8.29, L9.5)", () => {
    const program = "BEGIN { $x = (int64)nsecs; print(-7 / $x); }";
    const words = ["--emit-elf", join(folder, "w.o"), "-e", program];
    const loud = tracelet(words);
    expect([loud.status, loud.stderr]).toEqual([0, expect.stringContaining("WARNING: signed operands")]);
    expect(tracelet(["--no-warnings", ...words])).toEqual({ stdout: "", stderr: "", status: 0 });
    expect(tracelet(["--no-warnings", "-e", "BEGIN { $x }"]).stderr).toContain("ERROR");
  });
});

test.skipIf(!canRun)("without privilege a run names the capability that it lacks (L3.63, L8.9)", () => {
  // The folder of the build may be closed to others: a copy is open to all.
  const build = join(TRACELET, "..");
  const open = mkdtempSync(join(tmpdir(), "tracelet-open-"));
  try {
    for (const name of ["tracelet", "tracelet-loader", "lib", "kernels", "package.json"])
      cpSync(join(build, name), join(open, name), { recursive: true, dereference: true });
    execFileSync("chmod", ["-R", "a+rX", open]);
    const { stdout, stderr, status } = spawnSync(join(open, "tracelet"), ["-e", "BEGIN { }"], {
      cwd: open,
      encoding: "utf8",
      uid: 65_534,
      gid: 65_534,
      env: { PATH: process.env.PATH, HOME: "/" },
    });
    expect([status, stdout, stderr]).toEqual([3, "", expect.stringMatching(/CAP_BPF/)]);
  } finally {
    rmSync(open, { recursive: true, force: true });
  }
});
