/** The tables agree with themselves: sorted, unique, and without names that point nowhere. */
import { describe, expect, it } from "vitest";
import { aggregations } from "../../compiler/lang/aggregations.ts";
import { archOf } from "../../compiler/lang/arch/index.ts";
import { builtins } from "../../compiler/lang/builtins.ts";
import { configRow, configRows } from "../../compiler/lang/config.ts";
import { functions } from "../../compiler/lang/functions.ts";
import { helpers } from "../../compiler/lang/helpers.ts";
import { hardwareEvents, probeRow, probes, softwareEvents } from "../../compiler/lang/probes.ts";
import { signalNumber, TEXT_SIZE, textTable } from "../../compiler/lang/texts.ts";
import { parseDuration, parseInteger } from "../../compiler/lang/units.ts";

describe("rows", () => {
  it.each([
    ["builtins", builtins.map((row) => row.name)],
    ["functions", functions.map((row) => row.name)],
    ["aggregations", aggregations.map((row) => row.name)],
    ["probes", probes.map((row) => row.name)],
    ["config", configRows.map((row) => row.key)],
    ["software events", softwareEvents.map((row) => row.name)],
    ["hardware events", hardwareEvents.map((row) => row.name)],
  ] as const)("%s are sorted and unique", (_name, names) => {
    expect([...new Set(names)].sort()).toEqual(names);
  });

  it("helpers are in order of their ids", () => {
    const ids = helpers.map((row) => row.id);
    expect([...new Set(ids)].sort((a, b) => a - b)).toEqual(ids);
  });

  it("a function leaves out no more arguments than it has", () => {
    for (const row of functions) expect(row.optional, row.name).toBeLessThanOrEqual(row.args.length);
  });
});

describe("providers", () => {
  it.each([
    ["k", "kprobe"],
    ["kr", "kretprobe"],
    ["f", "fentry"],
    ["kretfunc", "fexit"],
    ["t", "tracepoint"],
    ["u", "uprobe"],
    ["U", "usdt"],
    ["BEGIN", "begin"],
    ["KPROBE", "kprobe"],
  ])("L3.25 %s is %s", (written, name) => {
    expect(probeRow(written)?.name).toBe(name);
  });
});

describe("registers", () => {
  it("L3.46 arguments are in the calling convention's order", () => {
    const x86 = archOf("x86_64");
    expect(x86.fnArgs.map((name) => x86.registers[name])).toEqual([112, 104, 96, 88, 72, 64]);
    const arm = archOf("aarch64");
    expect(arm.fnArgs.map((name) => arm.registers[name])).toEqual([0, 8, 16, 24, 32, 40, 48, 56]);
  });
});

describe("numbers", () => {
  it.each([
    ["0x10", 16n],
    ["-5", -5n],
    ["010", 8n],
    ["1e6", 1_000_000n],
    ["1_000", 1000n],
    ["089", undefined],
    ["12x", undefined],
    ["18446744073709551616", undefined],
  ])("L1.126 %s", (text, value) => {
    expect(parseInteger(text)).toBe(value);
  });

  it.each([
    ["10ms", 10_000_000n],
    ["1s", 1_000_000_000n],
    ["5", 5n],
    ["5hz", undefined],
  ])("duration %s", (text, value) => {
    expect(parseDuration(text)).toBe(value);
  });
});

describe("names of numbers", () => {
  it("L5.81 errors, signals and system calls", () => {
    expect(textTable("strerror", "x86_64")[2]).toBe("No such file or directory");
    expect(textTable("signal_name", "x86_64")[9]).toBe("SIGKILL");
    expect(textTable("syscall_name", "x86_64")[0]).toBe("read");
    expect(textTable("syscall_name", "aarch64")[63]).toBe("read");
  });

  it("fit their strings", () => {
    for (const table of ["strerror", "signal_name", "syscall_name"] as const) {
      for (const name of textTable(table, "x86_64")) expect(name.length).toBeLessThan(TEXT_SIZE[table]);
    }
  });

  it("signals go by both names (L5.55)", () => {
    expect([signalNumber("SIGKILL"), signalNumber("kill"), signalNumber("NOPE")]).toEqual([9, 9, undefined]);
  });
});

describe("configuration keys", () => {
  it("go by old and new names (L11.42)", () => {
    expect(configRow("BPFTRACE_STRLEN")?.key).toBe("max_strlen");
    expect(configRow("BPFTRACE_MAX_STRLEN")?.key).toBe("max_strlen");
    expect(configRow("MAX_MAP_KEYS")?.key).toBe("max_map_keys");
    expect(configRow("nonsense")).toBeUndefined();
  });
});
