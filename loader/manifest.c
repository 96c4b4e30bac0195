// SPDX-License-Identifier: Apache-2.0
/*
 * Reading the manifest. Everything that later code indexes with (offsets, program and map numbers, sizes) is checked
 * here, so that decoding needs no checks of its own.
 */
#include "manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach-entry.h"
#include "schema.h"
#include "value-type.h"

#define X(name, text) text,
static const char *const event_kinds[] = { ABI_EVENT_KINDS(X) };
static const char *const site_kinds[] = { ABI_SITE_KINDS(X) };
static const char *const storages[] = { ABI_MAP_STORAGE(X) };
static const char *const host_kinds[] = { ABI_HOST_KINDS(X) };
#undef X

enum {
	MAX_ENTRIES = 65536,
	MAX_RECORD = 1 << 20,
	MAX_LINE = 1 << 30,
	MAX_NAME = 65536,
};

struct reading {
	struct schema s;
	size_t bss, rodata;
	struct manifest *m;
};

static char *where_of(const char *list, u32 i)
{
	return mem__format("%s[%u]", list, i);
}

static struct place read_place(struct schema *s, const struct mp_node *map, const char *where)
{
	const struct mp_node *node = schema__need(s, map, where, "place");
	struct place place = {};

	if (!node)
		return place;
	place.line = schema__uint(s, node, where, "line", MAX_LINE);
	place.column = schema__uint(s, node, where, "column", MAX_LINE);
	place.end_line = schema__uint(s, node, where, "endLine", MAX_LINE);
	place.end_column = schema__uint(s, node, where, "endColumn", MAX_LINE);
	return place;
}

/* An offset into .bss or .rodata with room for size bytes, counters are 8-byte aligned. */
static u32 read_offset(struct reading *r, const struct mp_node *map, const char *where, const char *key, bool in_bss, u64 size)
{
	size_t section = in_bss ? r->bss : r->rodata;
	u64 offset = schema__uint(&r->s, map, where, key, UINT32_MAX);

	if (offset > section || size > section - offset)
		schema__fail(&r->s, where, key, "lies outside its section");
	if (offset % 8 && in_bss)
		schema__fail(&r->s, where, key, "is not a multiple of 8");
	return offset;
}

static u32 read_index(struct reading *r, const struct mp_node *map, const char *where, const char *key, u32 count)
{
	u64 index = schema__uint(&r->s, map, where, key, UINT32_MAX);

	if (index >= count && !r->s.error)
		schema__fail(&r->s, where, key, "names an entry that does not exist");
	return index;
}

static s64 read_map_index(struct reading *r, const struct mp_node *map, const char *where)
{
	return mp__get(map, "map") ? (s64)read_index(r, map, where, "map", r->m->maps_len) : -1;
}

static void read_usdt_arguments(struct reading *r, const struct mp_node *node, const char *where, struct program_entry *p)
{
	const struct mp_node *list;

	if (!mp__get(node, "usdtArguments"))
		return;
	list = schema__list(&r->s, node, where, "usdtArguments", MAX_ENTRIES, &p->usdt_arguments_len);
	p->usdt_arguments = mem__zalloc(p->usdt_arguments_len * sizeof(*p->usdt_arguments));
	for (u32 i = 0; i < p->usdt_arguments_len && !r->s.error; i++) {
		char *inner = mem__format("%s.usdtArguments[%u]", where, i);

		p->usdt_arguments[i].index = schema__uint(&r->s, &list[i], inner, "index", 99);
		p->usdt_arguments[i].offset = read_offset(r, &list[i], inner, "offset", false, ABI_USDT_ARGUMENT_SIZE);
		free(inner);
	}
}

static void read_program(struct reading *r, const struct mp_node *node, const char *where, struct program_entry *p)
{
	const struct mp_node *list;

	p->name = schema__str(&r->s, node, where, "name");
	p->section = schema__str(&r->s, node, where, "section");
	p->probe = schema__str(&r->s, node, where, "probe");
	p->place = read_place(&r->s, node, where);
	p->pid_filter = schema__opt_bool(&r->s, node, where, "pidFilter");
	p->ledger = mp__get(node, "ledger") ? (s64)read_offset(r, node, where, "ledger", true, ABI_LEDGER_SIZE) : -1;
	if (mp__get(node, "nameSize")) {
		p->name_size = schema__uint(&r->s, node, where, "nameSize", MAX_NAME);
		if (!r->m->names_symbol)
			schema__fail(&r->s, where, "nameSize", "asks for names, but there is no array of names");
	}
	read_usdt_arguments(r, node, where, p);
	list = schema__list(&r->s, node, where, "attach", MAX_ENTRIES, &p->attach_len);
	p->attach = mem__zalloc(p->attach_len * sizeof(*p->attach));
	for (u32 i = 0; i < p->attach_len && !r->s.error; i++) {
		char *inner = mem__format("%s.attach[%u]", where, i);

		attach_entry__read(&r->s, &list[i], inner, &p->attach[i]);
		free(inner);
	}
}

static void read_session(struct reading *r, const struct mp_node *node, const char *where, struct session_entry *e)
{
	e->name = schema__str(&r->s, node, where, "name");
	e->section = schema__str(&r->s, node, where, "section");
	e->entry = read_index(r, node, where, "entry", r->m->programs_len);
	e->returns = read_index(r, node, where, "returns", r->m->programs_len);
	if (e->entry == e->returns)
		schema__fail(&r->s, where, "returns", "is the program at the entry");
	for (u32 i = 0; &r->m->sessions[i] < e; i++)
		if (r->m->sessions[i].entry == e->entry || r->m->sessions[i].returns == e->returns)
			schema__fail(&r->s, where, "entry", "is in another session too");
}

static void check_map(struct reading *r, const char *where, const struct map_entry *e)
{
	bool keyed_bucket = e->value->kind == VALUE_HIST || e->value->kind == VALUE_LHIST || e->value->kind == VALUE_TSERIES;
	u32 bucket = e->value->kind == VALUE_TSERIES ? 8 : 4;

	if (e->value->size > e->value_size)
		schema__fail(&r->s, where, "value", "is larger than valueSize");
	if (e->storage == STORAGE_GLOBAL)
		return;
	if (e->key && e->key->size > e->key_size)
		schema__fail(&r->s, where, "key", "is larger than keySize");
	if (e->key && keyed_bucket && e->bucket_offset < 0)
		schema__fail(&r->s, where, "bucketOffset", "is missing");
	if (e->bucket_offset >= 0 && e->bucket_offset + bucket > e->key_size)
		schema__fail(&r->s, where, "bucketOffset", "lies outside the key");
}

static void read_map(struct reading *r, const struct mp_node *node, const char *where, struct map_entry *e)
{
	struct schema *s = &r->s;
	const struct mp_node *key = mp__get(node, "key"), *value;

	e->name = schema__str(s, node, where, "name");
	e->storage = schema__choice(s, node, where, "storage", storages, MAP_STORAGES);
	e->key_size = schema__uint(s, node, where, "keySize", MAX_RECORD);
	e->value_size = schema__uint(s, node, where, "valueSize", MAX_RECORD);
	e->max_entries = schema__uint(s, node, where, "maxEntries", UINT32_MAX);
	e->print = schema__bool(s, node, where, "print");
	e->bucket_offset = schema__opt_int(s, node, where, "bucketOffset", -1);
	if (e->bucket_offset > MAX_RECORD)
		schema__fail(s, where, "bucketOffset", "lies outside the key");
	if (e->storage == STORAGE_GLOBAL)
		e->offset = read_offset(r, node, where, "offset", true, 8ull + e->value_size);
	else
		e->symbol = schema__str(s, node, where, "symbol");
	if (key)
		e->key = value_type__read(s, key, where, "key", 0);
	value = schema__need(s, node, where, "value");
	if (!value)
		return;
	e->value = value_type__read(s, value, where, "value", 0);
	if (!s->error)
		check_map(r, where, e);
}

static void read_event(struct reading *r, const struct mp_node *node, const char *where, struct event_entry *e)
{
	struct schema *s = &r->s;
	const struct mp_node *list;
	bool needs_map, needs_format;

	e->raw = node;
	e->id = schema__uint(s, node, where, "id", UINT32_MAX);
	e->kind = schema__choice(s, node, where, "kind", event_kinds, EVENT_KINDS);
	e->kind_name = event_kinds[e->kind];
	e->size = schema__uint(s, node, where, "size", MAX_RECORD);
	e->format = schema__opt_text(s, node, where, "format");
	e->map = read_map_index(r, node, where);
	e->top = schema__opt_int(s, node, where, "top", -1);
	e->div = schema__opt_int(s, node, where, "div", -1);
	e->count_offset = schema__opt_int(s, node, where, "countOffset", -1);
	e->place = read_place(s, node, where);
	e->program = read_index(r, node, where, "program", r->m->programs_len);
	list = schema__list(s, node, where, "args", 1024, &e->args_len);
	e->args = mem__zalloc(e->args_len * sizeof(*e->args));
	for (u32 i = 0; i < e->args_len && !s->error; i++) {
		char *inner = mem__format("%s.args[%u]", where, i);
		const struct mp_node *type = schema__need(s, &list[i], inner, "type");

		e->args[i].offset = schema__uint(s, &list[i], inner, "offset", MAX_RECORD);
		e->args[i].type = type ? value_type__read(s, type, inner, "type", 0) : NULL;
		if (!s->error && (u64)e->args[i].offset + e->args[i].type->size > e->size)
			schema__fail(s, inner, "", "lies outside the event");
		if (!s->error && value_kind__is_aggregation(e->args[i].type->kind))
			schema__fail(s, inner, "type", "is an aggregation");
		free(inner);
	}
	needs_map = e->kind == EVENT_PRINT_MAP || e->kind == EVENT_CLEAR || e->kind == EVENT_ZERO;
	needs_format = e->kind == EVENT_PRINTF || e->kind == EVENT_ERRORF || e->kind == EVENT_WARNF || e->kind == EVENT_TIME ||
		       e->kind == EVENT_CAT || e->kind == EVENT_SYSTEM;
	if (e->size < ABI_EVENT_HEADER)
		schema__fail(s, where, "size", "is smaller than an event's header");
	if (needs_map && e->map < 0)
		schema__fail(s, where, "map", "is missing");
	if (needs_format && !e->format)
		schema__fail(s, where, "format", "is missing");
	if (e->kind == EVENT_PRINT && !e->args_len)
		schema__fail(s, where, "args", "is empty");
	if (e->kind == EVENT_JOIN && (!e->args_len || e->args[0].type->kind != VALUE_ARRAY || e->count_offset < 0 || e->count_offset + 4 > e->size))
		schema__fail(s, where, "", "is not a join");
}

static void read_site(struct reading *r, const struct mp_node *node, const char *where, struct site_entry *e)
{
	e->kind = schema__choice(&r->s, node, where, "kind", site_kinds, SITE_KINDS);
	e->kind_name = site_kinds[e->kind];
	e->helper = schema__opt_str(&r->s, node, where, "helper");
	e->map = read_map_index(r, node, where);
	e->place = read_place(&r->s, node, where);
	e->program = read_index(r, node, where, "program", r->m->programs_len);
	e->offset = read_offset(r, node, where, "offset", true, ABI_SITE_SIZE);
	e->warn = schema__bool(&r->s, node, where, "warn");
}

static void read_param(struct reading *r, const struct mp_node *node, const char *where, struct param_entry *e)
{
	static const char *const kinds[] = { "positional", "count", "named" };
	static const char *const types[] = { "bool", "int", "uint", "string" };
	struct schema *s = &r->s;

	e->kind = schema__choice(s, node, where, "kind", kinds, ARRAY_LEN(kinds));
	e->size = schema__uint(s, node, where, "size", MAX_RECORD);
	e->offset = read_offset(r, node, where, "offset", false, e->size);
	if (e->kind != PARAM_COUNT)
		e->type = schema__choice(s, node, where, "type", types, ARRAY_LEN(types));
	else
		e->type = PARAM_UINT;
	if (e->kind == PARAM_POSITIONAL)
		e->index = schema__uint(s, node, where, "index", 1 << 20);
	if (e->kind == PARAM_NAMED) {
		e->name = schema__str(s, node, where, "name");
		e->fallback = schema__str(s, node, where, "default");
		e->description = schema__opt_str(s, node, where, "description");
	}
	if (e->type == PARAM_STRING ? e->size == 0 : e->size != 1 && e->size != 2 && e->size != 4 && e->size != 8)
		schema__fail(s, where, "size", "does not fit its type");
}

static void read_host(struct reading *r, const struct mp_node *node, const char *where, struct host_value *e)
{
	e->kind = schema__choice(&r->s, node, where, "kind", host_kinds, HOST_KINDS);
	e->offset = read_offset(r, node, where, "offset", false, 8);
}

static void read_symbol(struct reading *r, const struct mp_node *node, const char *where, struct symbol_value *e)
{
	static const char *const kinds[] = { "kernel", "user", "user-mask", "user-spare", "cgroup" };

	e->kind = schema__choice(&r->s, node, where, "kind", kinds, ARRAY_LEN(kinds));
	e->path = e->kind != SYMBOL_KERNEL && e->kind != SYMBOL_CGROUP ? schema__str(&r->s, node, where, "path") : NULL;
	e->program = mp__get(node, "program") ? schema__uint(&r->s, node, where, "program", MAX_ENTRIES) : UINT32_MAX;
	e->symbol = schema__str(&r->s, node, where, "symbol");
	e->offset = read_offset(r, node, where, "offset", false, 8);
	e->place = read_place(&r->s, node, where);
}

static void read_tracepoint_field(struct reading *r, const struct mp_node *node, const char *where, struct tracepoint_field *e)
{
	e->section = schema__str(&r->s, node, where, "section");
	e->insn = schema__uint(&r->s, node, where, "insn", UINT32_MAX);
	e->category = schema__str(&r->s, node, where, "category");
	e->event = schema__str(&r->s, node, where, "event");
	e->field = schema__str(&r->s, node, where, "field");
	e->offset = schema__uint(&r->s, node, where, "offset", INT16_MAX);
	e->size = schema__uint(&r->s, node, where, "size", INT16_MAX);
	e->place = read_place(&r->s, node, where);
}

static void read_field_use(struct reading *r, const struct mp_node *node, const char *where, struct field_use *e)
{
	e->section = schema__str(&r->s, node, where, "section");
	e->insn = schema__uint(&r->s, node, where, "insn", UINT32_MAX);
	e->type = schema__str(&r->s, node, where, "type");
	e->path = schema__str(&r->s, node, where, "path");
	e->place = read_place(&r->s, node, where);
}

static void read_source_file(struct reading *r, const struct mp_node *node, const char *where, struct source_file *e)
{
	e->name = schema__str(&r->s, node, where, "name");
	e->line = schema__uint(&r->s, node, where, "line", MAX_LINE);
}

/* Reads the list `key` into field, one entry at a time with its reader. */
#define READ_LIST(r, root, key, field, reader)                                                    \
	do {                                                                                      \
		const struct mp_node *list_ = schema__list(&(r)->s, root, "", key, MAX_ENTRIES, &(r)->m->field##_len); \
		(r)->m->field = mem__zalloc((r)->m->field##_len * sizeof(*(r)->m->field));        \
		for (u32 i_ = 0; i_ < (r)->m->field##_len && !(r)->s.error; i_++) {               \
			char *where_ = where_of(key, i_);                                         \
			reader(r, &list_[i_], where_, &(r)->m->field[i_]);                        \
			free(where_);                                                             \
		}                                                                                 \
	} while (0)

static void read_config(struct reading *r, const struct mp_node *root)
{
	static const char *const missing[] = { "error", "warn", "ignore" };
	const struct mp_node *node = schema__need(&r->s, root, "", "config");
	struct manifest *m = r->m;

	if (!node)
		return;
	m->config.max_cat_bytes = schema__uint(&r->s, node, "config", "max_cat_bytes", UINT32_MAX);
	m->config.max_probes = schema__uint(&r->s, node, "config", "max_probes", UINT32_MAX);
	m->config.perf_rb_pages = schema__uint(&r->s, node, "config", "perf_rb_pages", UINT32_MAX);
	m->config.missing_probes = schema__choice(&r->s, node, "config", "missing_probes", missing, ARRAY_LEN(missing));
	m->config.print_maps_on_exit = schema__bool(&r->s, node, "config", "print_maps_on_exit");
	m->config.str_trunc_trailer = schema__str(&r->s, node, "config", "str_trunc_trailer");
	m->config.cache_user_symbols = schema__str(&r->s, node, "config", "cache_user_symbols");
}

static void read_head(struct reading *r, const struct mp_node *root)
{
	static const char *const buffers[] = { "ring", "perf" };
	const struct mp_node *source, *buffer = mp__get(root, "buffer"), *names = mp__get(root, "names");
	struct manifest *m = r->m;

	m->tool = schema__str(&r->s, root, "", "tool");
	m->arch = schema__str(&r->s, root, "", "arch");
	m->kernel = schema__str(&r->s, root, "", "kernel");
	m->unsafe = schema__bool(&r->s, root, "", "unsafe");
	source = schema__need(&r->s, root, "", "source");
	if (source) {
		m->source_name = schema__str(&r->s, source, "source", "name");
		m->source_text = schema__str(&r->s, source, "source", "text");
		if (mp__get(source, "files"))
			READ_LIST(r, source, "files", files, read_source_file);
	}
	if (buffer) {
		m->perf_buffer = schema__choice(&r->s, buffer, "buffer", "kind", buffers, ARRAY_LEN(buffers)) == 1;
		m->buffer_symbol = schema__str(&r->s, buffer, "buffer", "symbol");
	}
	if (names)
		m->names_symbol = schema__str(&r->s, names, "names", "symbol");
}

struct manifest *manifest__read(const u8 *data, size_t len, size_t bss, size_t rodata, char **error)
{
	struct reading r = { .bss = bss, .rodata = rodata, .m = mem__zalloc(sizeof(*r.m)) };
	const char *parse_error;
	const struct mp_node *root = mp__parse(data, len, &parse_error);
	u64 version;

	if (!root || root->type != MP_MAP) {
		*error = mem__format("its manifest is damaged: %s", parse_error ? parse_error : "it is not a map");
		return NULL;
	}
	version = schema__uint(&r.s, root, "", "version", UINT32_MAX);
	if (!r.s.error && (!version || version > ABI_MANIFEST_VERSION)) {
		*error = mem__format("its manifest has format version %llu, this loader reads versions 1 to %d", (unsigned long long)version,
				     ABI_MANIFEST_VERSION);
		return NULL;
	}
	read_head(&r, root);
	read_config(&r, root);
	READ_LIST(&r, root, "programs", programs, read_program);
	if (mp__get(root, "sessions"))
		READ_LIST(&r, root, "sessions", sessions, read_session);
	READ_LIST(&r, root, "maps", maps, read_map);
	READ_LIST(&r, root, "events", events, read_event);
	READ_LIST(&r, root, "sites", sites, read_site);
	READ_LIST(&r, root, "params", params, read_param);
	READ_LIST(&r, root, "host", host, read_host);
	READ_LIST(&r, root, "symbols", symbols, read_symbol);
	READ_LIST(&r, root, "tracepointFields", tracepoint_fields, read_tracepoint_field);
	READ_LIST(&r, root, "fieldUses", field_uses, read_field_use);
	if (!r.s.error && r.m->events_len && !r.m->buffer_symbol)
		schema__fail(&r.s, "", "buffer", "is missing, but there are events");
	*error = r.s.error ? mem__format("its manifest is damaged: %s", r.s.error) : NULL;
	return r.s.error ? NULL : r.m;
}

bool manifest__uses(const struct manifest *m, enum value_kind kind, bool user)
{
	for (u32 i = 0; i < m->events_len; i++)
		for (u32 k = 0; k < m->events[i].args_len; k++)
			if (value_type__has(m->events[i].args[k].type, kind, user))
				return true;
	for (u32 i = 0; i < m->maps_len; i++)
		if ((m->maps[i].key && value_type__has(m->maps[i].key, kind, user)) || value_type__has(m->maps[i].value, kind, user))
			return true;
	return false;
}

bool manifest__has_event(const struct manifest *m, enum event_kind kind)
{
	for (u32 i = 0; i < m->events_len; i++)
		if (m->events[i].kind == kind)
			return true;
	return false;
}

bool map_storage__is_percpu(enum map_storage storage)
{
	return storage == STORAGE_PERCPU_HASH || storage == STORAGE_LRU_PERCPU_HASH || storage == STORAGE_PERCPU_ARRAY;
}
