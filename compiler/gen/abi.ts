/**
 * Writes loader/abi.gen.h: the constants that the loader shares with the compiler. Kinds are listed here under a type
 * that demands every member of the contract's unions, so that a kind added there without a row here does not compile.
 *
 * Run by run.mjs (`make gen`).
 */
import type { Attach, EventEntry, HostValue, MapStorage, SiteEntry, ValueType } from "../5-object/manifest.ts";
import { MANIFEST_VERSION } from "../5-object/manifest.ts";

type Every<Kind extends string> = { readonly [K in Kind]: true };

const valueKinds: Every<ValueType["k"]> = {
  int: true,
  bool: true,
  string: true,
  buffer: true,
  pointer: true,
  enum: true,
  array: true,
  tuple: true,
  record: true,
  inet: true,
  mac: true,
  timestamp: true,
  ksym: true,
  usym: true,
  stack: true,
  username: true,
  cgroup_path: true,
  none: true,
  count: true,
  sum: true,
  min: true,
  max: true,
  avg: true,
  stats: true,
  hist: true,
  lhist: true,
  tseries: true,
};

const eventKinds: Every<EventEntry["kind"]> = {
  printf: true,
  errorf: true,
  warnf: true,
  print: true,
  "print-map": true,
  clear: true,
  zero: true,
  exit: true,
  time: true,
  cat: true,
  system: true,
  join: true,
  assert: true,
  unwatch: true,
  skboutput: true,
  hit: true,
  seen: true,
};

const siteKinds: Every<SiteEntry["kind"]> = {
  "map-full": true,
  "delete-missing": true,
  "lookup-missing": true,
  read: true,
  "divide-by-zero": true,
  "out-of-bounds": true,
  stack: true,
  "no-child": true,
  helper: true,
  recording: true,
};

const attachKinds: Every<Attach["kind"]> = {
  begin: true,
  end: true,
  signal: true,
  kprobe: true,
  kretprobe: true,
  fentry: true,
  fexit: true,
  tracepoint: true,
  rawtracepoint: true,
  uprobe: true,
  uretprobe: true,
  usdt: true,
  profile: true,
  interval: true,
  software: true,
  hardware: true,
  watchpoint: true,
  iter: true,
};

const mapStorage: Every<MapStorage> = {
  hash: true,
  percpu_hash: true,
  lru_hash: true,
  lru_percpu_hash: true,
  percpu_array: true,
  global: true,
};

const hostKinds: Every<HostValue["kind"]> = {
  "start-ns": true,
  ncpus: true,
  cpid: true,
  "has-cpid": true,
  "filter-pid": true,
  "pidns-dev": true,
  "pidns-ino": true,
  "tai-offset": true,
  "epoch-offset": true,
};

/** An X macro: one line per kind, enumerator suffix and spelling in the manifest. */
function list(name: string, kinds: { readonly [kind: string]: true }): string {
  const rows = Object.keys(kinds).map((kind) => `\tX(${kind.toUpperCase().replaceAll("-", "_")}, "${kind}")`);
  return `#define ${name}(X) \\\n${rows.join(" \\\n")}\n`;
}

/** The whole header. */
function abiHeader(): string {
  return [
    "/* SPDX-License-Identifier: Apache-2.0 */",
    "/* Made by compiler/gen/abi.ts from compiler/5-object/manifest.ts; do not edit. */",
    "#ifndef TRACELET_ABI_GEN_H",
    "#define TRACELET_ABI_GEN_H",
    "",
    `#define ABI_MANIFEST_VERSION ${MANIFEST_VERSION}`,
    "#define ABI_STREAM_VERSION 1",
    '#define ABI_SECTION ".tracelet"',
    "/* u32 event id, u32 zero */",
    "#define ABI_EVENT_HEADER 8",
    "/* u64 how often, s64 last helper result */",
    "#define ABI_SITE_SIZE 16",
    "/* u64 dropped */",
    "#define ABI_LEDGER_SIZE 8",
    "/* eight u64 in .rodata: where a static probe has an argument */",
    "#define ABI_USDT_ARGUMENT_SIZE 64",
    "/* behind a stack map's name: the map of stacks that found their bucket taken, frames to id */",
    '#define ABI_STACK_OVERFLOW "_more"',
    "/* the per-CPU map beside it: room for a stack's frames, then an s64, the last id given, which the loader begins */",
    '#define ABI_STACK_ROOM "_room"',
    "/* ids of that map are in [this, half of this); stack maps' own are positive, and errors above both */",
    "#define ABI_STACK_ID_FIRST (-2147483648ll)",
    "",
    list("ABI_VALUE_KINDS", valueKinds),
    list("ABI_EVENT_KINDS", eventKinds),
    list("ABI_SITE_KINDS", siteKinds),
    list("ABI_ATTACH_KINDS", attachKinds),
    list("ABI_MAP_STORAGE", mapStorage),
    list("ABI_HOST_KINDS", hostKinds),
    "#endif",
    "",
  ].join("\n");
}

process.stdout.write(abiHeader());
