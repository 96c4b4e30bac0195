/* SPDX-License-Identifier: Apache-2.0 */
/* Made by compiler/gen/abi.ts from compiler/5-object/manifest.ts; do not edit. */
#ifndef TRACELET_ABI_GEN_H
#define TRACELET_ABI_GEN_H

#define ABI_MANIFEST_VERSION 2
#define ABI_STREAM_VERSION 1
#define ABI_SECTION ".tracelet"
/* u32 event id, u32 zero */
#define ABI_EVENT_HEADER 8
/* u64 how often, s64 last helper result */
#define ABI_SITE_SIZE 16
/* u64 dropped */
#define ABI_LEDGER_SIZE 8
/* eight u64 in .rodata: where a static probe has an argument */
#define ABI_USDT_ARGUMENT_SIZE 64
/* behind a stack map's name: the map of stacks that found their bucket taken, frames to id */
#define ABI_STACK_OVERFLOW "_more"
/* the per-CPU map beside it: room for a stack's frames, then an s64, the last id given, which the loader begins */
#define ABI_STACK_ROOM "_room"
/* ids of that map are in [this, half of this); stack maps' own are positive, and errors above both */
#define ABI_STACK_ID_FIRST (-2147483648ll)

#define ABI_VALUE_KINDS(X) \
	X(INT, "int") \
	X(BOOL, "bool") \
	X(STRING, "string") \
	X(BUFFER, "buffer") \
	X(POINTER, "pointer") \
	X(ENUM, "enum") \
	X(ARRAY, "array") \
	X(TUPLE, "tuple") \
	X(RECORD, "record") \
	X(INET, "inet") \
	X(MAC, "mac") \
	X(TIMESTAMP, "timestamp") \
	X(KSYM, "ksym") \
	X(USYM, "usym") \
	X(STACK, "stack") \
	X(USERNAME, "username") \
	X(CGROUP_PATH, "cgroup_path") \
	X(NONE, "none") \
	X(COUNT, "count") \
	X(SUM, "sum") \
	X(MIN, "min") \
	X(MAX, "max") \
	X(AVG, "avg") \
	X(STATS, "stats") \
	X(HIST, "hist") \
	X(LHIST, "lhist") \
	X(TSERIES, "tseries")

#define ABI_EVENT_KINDS(X) \
	X(PRINTF, "printf") \
	X(ERRORF, "errorf") \
	X(WARNF, "warnf") \
	X(PRINT, "print") \
	X(PRINT_MAP, "print-map") \
	X(CLEAR, "clear") \
	X(ZERO, "zero") \
	X(EXIT, "exit") \
	X(TIME, "time") \
	X(CAT, "cat") \
	X(SYSTEM, "system") \
	X(JOIN, "join") \
	X(ASSERT, "assert") \
	X(UNWATCH, "unwatch") \
	X(SKBOUTPUT, "skboutput") \
	X(HIT, "hit") \
	X(SEEN, "seen")

#define ABI_SITE_KINDS(X) \
	X(MAP_FULL, "map-full") \
	X(DELETE_MISSING, "delete-missing") \
	X(LOOKUP_MISSING, "lookup-missing") \
	X(READ, "read") \
	X(DIVIDE_BY_ZERO, "divide-by-zero") \
	X(OUT_OF_BOUNDS, "out-of-bounds") \
	X(STACK, "stack") \
	X(NO_CHILD, "no-child") \
	X(HELPER, "helper") \
	X(RECORDING, "recording")

#define ABI_ATTACH_KINDS(X) \
	X(BEGIN, "begin") \
	X(END, "end") \
	X(SIGNAL, "signal") \
	X(KPROBE, "kprobe") \
	X(KRETPROBE, "kretprobe") \
	X(FENTRY, "fentry") \
	X(FEXIT, "fexit") \
	X(TRACEPOINT, "tracepoint") \
	X(RAWTRACEPOINT, "rawtracepoint") \
	X(UPROBE, "uprobe") \
	X(URETPROBE, "uretprobe") \
	X(USDT, "usdt") \
	X(PROFILE, "profile") \
	X(INTERVAL, "interval") \
	X(SOFTWARE, "software") \
	X(HARDWARE, "hardware") \
	X(WATCHPOINT, "watchpoint") \
	X(ITER, "iter")

#define ABI_MAP_STORAGE(X) \
	X(HASH, "hash") \
	X(PERCPU_HASH, "percpu_hash") \
	X(LRU_HASH, "lru_hash") \
	X(LRU_PERCPU_HASH, "lru_percpu_hash") \
	X(PERCPU_ARRAY, "percpu_array") \
	X(GLOBAL, "global")

#define ABI_HOST_KINDS(X) \
	X(START_NS, "start-ns") \
	X(NCPUS, "ncpus") \
	X(CPID, "cpid") \
	X(HAS_CPID, "has-cpid") \
	X(FILTER_PID, "filter-pid") \
	X(PIDNS_DEV, "pidns-dev") \
	X(PIDNS_INO, "pidns-ino") \
	X(TAI_OFFSET, "tai-offset") \
	X(EPOCH_OFFSET, "epoch-offset")

#endif
