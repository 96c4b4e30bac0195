/* SPDX-License-Identifier: Apache-2.0 */
/* The `.tracelet` section as C structs (spec/object.md); read and checked once, then constant. */
#ifndef TRACELET_MANIFEST_H
#define TRACELET_MANIFEST_H

#include "abi.gen.h"
#include "bytes.h"
#include "msgpack.h"

#define X(name, text) VALUE_##name,
enum value_kind { ABI_VALUE_KINDS(X) VALUE_KINDS };
#undef X
#define X(name, text) EVENT_##name,
enum event_kind { ABI_EVENT_KINDS(X) EVENT_KINDS };
#undef X
#define X(name, text) SITE_##name,
enum site_kind { ABI_SITE_KINDS(X) SITE_KINDS };
#undef X
#define X(name, text) ATTACH_##name,
enum attach_kind { ABI_ATTACH_KINDS(X) ATTACH_KINDS };
#undef X
#define X(name, text) STORAGE_##name,
enum map_storage { ABI_MAP_STORAGE(X) MAP_STORAGES };
#undef X
#define X(name, text) HOST_##name,
enum host_kind { ABI_HOST_KINDS(X) HOST_KINDS };
#undef X

enum stack_mode { STACK_BPFTRACE, STACK_PERF, STACK_RAW, STACK_BUILD_ID };
enum series_fn { SERIES_LAST, SERIES_AVG, SERIES_MAX, SERIES_MIN, SERIES_SUM };
enum missing_probes { MISSING_ERROR, MISSING_WARN, MISSING_IGNORE };

struct place {
	u32 line, column, end_line, end_column;
};

struct value_type;

struct value_field {
	const char *name;
	u32 offset;
	struct value_type *type;
	/* bits 0: not a bit-field */
	u32 bits, bit_offset;
};

struct value_type {
	enum value_kind kind;
	/* Bytes that it takes in memory. */
	u32 size;
	bool is_signed, exact, user;
	/* string, buffer: room */
	u32 room;
	u32 length, stride;
	struct value_type *element;
	struct value_field *fields;
	u32 fields_len;
	const char *filter;
	enum stack_mode mode;
	u32 limit;
	const char *stack_map;
	u32 bits;
	s64 min, max, step;
	u64 interval, count;
	enum series_fn fn;
	/* As in the manifest, to be copied into the stream's header. */
	const struct mp_node *raw;
};

struct map_entry {
	const char *name, *symbol;
	enum map_storage storage;
	u32 offset;
	struct value_type *key, *value;
	u32 key_size, value_size, max_entries;
	s64 bucket_offset;
	bool print;
};

struct argument {
	u32 offset;
	struct value_type *type;
};

struct event_entry {
	u32 id;
	enum event_kind kind;
	const char *kind_name;
	u32 size;
	struct argument *args;
	u32 args_len;
	const char *format;
	s64 map, top, div, count_offset;
	struct place place;
	u32 program;
	const struct mp_node *raw;
};

struct site_entry {
	enum site_kind kind;
	const char *kind_name, *helper;
	s64 map;
	struct place place;
	u32 program, offset;
	bool warn;
};

struct attach_entry {
	enum attach_kind kind;
	const char *kind_name;
	/* function, event, symbol, usdt name, iterator target */
	const char *name;
	/* module, category, provider */
	const char *group;
	const char *path, *mode, *pin, *signal;
	/* hexadecimal: the program reads this binary's memory as its debug information says, and may misread another */
	const char *build_id;
	/* one of those that a pattern stood for when the object was made: may be missing */
	bool of_pattern;
	bool has_address;
	u64 address, offset;
	u64 hz, ns, config, count, length;
};

/* A static probe's argument that the program reads, and where in .rodata it looks for its description. */
struct usdt_read {
	u32 index, offset;
};

struct program_entry {
	const char *name, *section, *probe;
	struct attach_entry *attach;
	u32 attach_len;
	struct place place;
	s64 ledger;
	/* bytes of its attach points' names, which it asks for by cookie; 0: it does not */
	u32 name_size;
	struct usdt_read *usdt_arguments;
	u32 usdt_arguments_len;
	bool pid_filter;
};

/* A program that may stand for two others, with the same functions for targets: where they are entered, where they return. */
struct session_entry {
	const char *name, *section;
	u32 entry, returns;
};

enum param_kind { PARAM_POSITIONAL, PARAM_COUNT, PARAM_NAMED };
enum param_type { PARAM_BOOL, PARAM_INT, PARAM_UINT, PARAM_STRING };

struct param_entry {
	enum param_kind kind;
	enum param_type type;
	u32 index, offset, size;
	const char *name, *fallback, *description;
};

struct host_value {
	enum host_kind kind;
	u32 offset;
};

enum symbol_kind { SYMBOL_KERNEL, SYMBOL_USER, SYMBOL_USER_MASK, SYMBOL_USER_SPARE, SYMBOL_CGROUP };

struct symbol_value {
	enum symbol_kind kind;
	const char *path, *symbol;
	u32 offset;
	/* of SYMBOL_USER and SYMBOL_USER_MASK: whose probed place is meant */
	u32 program;
	struct place place;
};

struct tracepoint_field {
	const char *section, *category, *event, *field;
	u32 insn, offset, size;
	struct place place;
};

struct field_use {
	const char *section, *type, *path;
	u32 insn;
	struct place place;
};

/* A text that stands behind the script's own, from this line of the whole on. */
struct source_file {
	const char *name;
	u32 line;
};

struct manifest {
	const char *tool, *source_name, *source_text, *arch, *kernel;
	struct source_file *files;
	u32 files_len;
	/* NULL: nothing is emitted */
	const char *buffer_symbol;
	/* NULL: no program asks for names */
	const char *names_symbol;
	bool perf_buffer, unsafe;
	struct {
		u32 max_cat_bytes, max_probes, perf_rb_pages;
		enum missing_probes missing_probes;
		bool print_maps_on_exit;
		const char *str_trunc_trailer, *cache_user_symbols;
	} config;
	struct program_entry *programs;
	struct session_entry *sessions;
	struct map_entry *maps;
	struct event_entry *events;
	struct site_entry *sites;
	struct param_entry *params;
	struct host_value *host;
	struct symbol_value *symbols;
	struct tracepoint_field *tracepoint_fields;
	struct field_use *field_uses;
	u32 programs_len, sessions_len, maps_len, events_len, sites_len, params_len, host_len, symbols_len, tracepoint_fields_len, field_uses_len;
};

/*
 * Reads and checks the section. bss, rodata: sizes of those sections, which offsets must respect. Returns NULL with
 * *error naming the entry at fault. The result lives as long as the process.
 */
struct manifest *manifest__read(const u8 *data, size_t len, size_t bss, size_t rodata, char **error);

/* True when some event argument, key or value is of the kind; user: of user processes (stacks, usym). */
bool manifest__uses(const struct manifest *m, enum value_kind kind, bool user);
bool manifest__has_event(const struct manifest *m, enum event_kind kind);
bool map_storage__is_percpu(enum map_storage storage);

#endif
