// SPDX-License-Identifier: Apache-2.0
#include "value-type.h"

#include <stdlib.h>

#define X(name, text) text,
static const char *const kinds[] = { ABI_VALUE_KINDS(X) };
#undef X

enum { MAX_DEPTH = 16, MAX_SIZE = 1 << 20 };

static u32 read_scalar_size(struct schema *s, const struct mp_node *node, const char *where)
{
	u64 size = schema__uint(s, node, where, "size", 8);

	if (size != 1 && size != 2 && size != 4 && size != 8)
		schema__fail(s, where, "size", "must be 1, 2, 4 or 8");
	return size;
}

static void read_fields(struct schema *s, const struct mp_node *node, const char *where, int depth, struct value_type *t)
{
	const struct mp_node *list = schema__list(s, node, where, "fields", 4096, &t->fields_len);

	t->size = schema__uint(s, node, where, "size", MAX_SIZE);
	t->fields = mem__zalloc(t->fields_len * sizeof(*t->fields));
	for (u32 i = 0; i < t->fields_len && !s->error; i++) {
		struct value_field *f = &t->fields[i];
		char *inner = mem__format("%s.fields[%u]", where, i);
		const struct mp_node *type = schema__need(s, &list[i], inner, "type");

		f->offset = schema__uint(s, &list[i], inner, "offset", MAX_SIZE);
		if (t->kind == VALUE_RECORD)
			f->name = schema__str(s, &list[i], inner, "name");
		f->type = type ? value_type__read(s, type, inner, "type", depth + 1) : NULL;
		f->bits = schema__opt_int(s, &list[i], inner, "bits", 0);
		f->bit_offset = schema__opt_int(s, &list[i], inner, "bitOffset", 0);
		if (!s->error && value_kind__is_aggregation(f->type->kind))
			schema__fail(s, inner, "type", "is an aggregation");
		if (f->bits > 64 || f->bit_offset > 63 || f->bits + f->bit_offset > 64)
			schema__fail(s, inner, "bits", "do not fit in 64");
		/* a bit-field's declared type may reach past the record's end; the bytes of its bits may not */
		if (!s->error && (u64)f->offset + (f->bits ? (f->bits + f->bit_offset + 7) / 8 : f->type->size) > t->size)
			schema__fail(s, inner, "", "lies outside its record");
		free(inner);
	}
}

static void read_array(struct schema *s, const struct mp_node *node, const char *where, int depth, struct value_type *t)
{
	const struct mp_node *element = schema__need(s, node, where, "element");

	t->length = schema__uint(s, node, where, "length", MAX_SIZE);
	t->stride = schema__uint(s, node, where, "stride", MAX_SIZE);
	t->element = element ? value_type__read(s, element, where, "element", depth + 1) : NULL;
	if (s->error)
		return;
	if (value_kind__is_aggregation(t->element->kind))
		schema__fail(s, where, "element", "is an aggregation");
	if ((u64)t->length * t->stride > MAX_SIZE || t->element->size > (t->stride ? t->stride : t->length ? 0 : MAX_SIZE))
		schema__fail(s, where, "stride", "does not fit the element");
	t->size = t->length * t->stride;
}

static void read_stack(struct schema *s, const struct mp_node *node, const char *where, struct value_type *t)
{
	static const char *const modes[] = { "bpftrace", "perf", "raw", "build_id" };

	t->user = schema__bool(s, node, where, "user");
	t->mode = schema__choice(s, node, where, "mode", modes, ARRAY_LEN(modes));
	t->limit = schema__uint(s, node, where, "limit", 1024);
	t->stack_map = schema__str(s, node, where, "map");
	t->size = 8;
}

static void read_lhist(struct schema *s, const struct mp_node *node, const char *where, struct value_type *t)
{
	t->min = schema__int(s, node, where, "min");
	t->max = schema__int(s, node, where, "max");
	t->step = schema__int(s, node, where, "step");
	t->size = 8;
	if (s->error)
		return;
	if (t->step < 1 || t->min >= t->max || (u64)(t->max - t->min) / t->step > 1000)
		schema__fail(s, where, "step", "gives no histogram of 1 to 1000 buckets");
}

static void read_series(struct schema *s, const struct mp_node *node, const char *where, struct value_type *t)
{
	static const char *const fns[] = { "last", "avg", "max", "min", "sum" };

	t->interval = schema__uint(s, node, where, "interval", INT64_MAX);
	t->count = schema__uint(s, node, where, "count", 1000000);
	t->fn = schema__choice(s, node, where, "fn", fns, ARRAY_LEN(fns));
	t->is_signed = schema__bool(s, node, where, "signed");
	t->size = 24;
	if (!t->interval || !t->count)
		schema__fail(s, where, "interval", "and count must be positive");
}

struct value_type *value_type__read(struct schema *s, const struct mp_node *node, const char *where, const char *key, int depth)
{
	struct value_type *t = mem__zalloc(sizeof(*t));
	char *inner;

	if (depth > MAX_DEPTH) {
		schema__fail(s, where, key, "is nested too deeply");
		return t;
	}
	inner = mem__format("%s.%s", where, key);
	t->raw = node;
	t->kind = schema__choice(s, node, inner, "k", kinds, VALUE_KINDS);
	switch (t->kind) {
	case VALUE_INT:
	case VALUE_ENUM:
		t->is_signed = schema__bool(s, node, inner, "signed");
		t->size = read_scalar_size(s, node, inner);
		break;
	case VALUE_BOOL:
		t->size = 1;
		break;
	case VALUE_STRING:
		t->room = t->size = schema__uint(s, node, inner, "size", MAX_SIZE);
		t->exact = schema__opt_bool(s, node, inner, "exact");
		break;
	case VALUE_BUFFER:
		t->room = schema__uint(s, node, inner, "size", MAX_SIZE);
		t->size = 4 + t->room;
		break;
	case VALUE_ARRAY:
		read_array(s, node, inner, depth, t);
		break;
	case VALUE_TUPLE:
	case VALUE_RECORD:
		read_fields(s, node, inner, depth, t);
		break;
	case VALUE_INET:
		t->size = 20;
		break;
	case VALUE_MAC:
		t->size = 6;
		break;
	case VALUE_STACK:
		read_stack(s, node, inner, t);
		break;
	case VALUE_CGROUP_PATH:
		t->filter = schema__str(s, node, inner, "filter");
		t->size = 8;
		break;
	case VALUE_USYM:
		t->user = true;
		t->size = 16;
		break;
	case VALUE_SUM:
	case VALUE_MIN:
	case VALUE_MAX:
	case VALUE_AVG:
	case VALUE_STATS:
		t->is_signed = schema__bool(s, node, inner, "signed");
		t->size = 16;
		break;
	case VALUE_HIST:
		t->bits = schema__uint(s, node, inner, "bits", 5);
		t->size = 8;
		break;
	case VALUE_LHIST:
		read_lhist(s, node, inner, t);
		break;
	case VALUE_TSERIES:
		read_series(s, node, inner, t);
		break;
	case VALUE_NONE:
		break;
	default:
		t->size = 8;
		break;
	}
	free(inner);
	return t;
}

bool value_type__has(const struct value_type *t, enum value_kind kind, bool user)
{
	if (t->kind == kind && t->user == user)
		return true;
	if (t->element && value_type__has(t->element, kind, user))
		return true;
	for (u32 i = 0; i < t->fields_len; i++)
		if (value_type__has(t->fields[i].type, kind, user))
			return true;
	return false;
}

bool value_kind__is_aggregation(enum value_kind kind)
{
	return kind >= VALUE_COUNT;
}
