// SPDX-License-Identifier: Apache-2.0
#include "schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void schema__fail(struct schema *s, const char *where, const char *key, const char *what)
{
	if (!s->error)
		s->error = mem__format("%s%s%s %s", where, *where && *key ? "." : "", key, what);
}

const struct mp_node *schema__need(struct schema *s, const struct mp_node *map, const char *where, const char *key)
{
	const struct mp_node *node = mp__get(map, key);

	if (!node)
		schema__fail(s, where, key, "is missing");
	return node;
}

static const char *as_str(struct schema *s, const struct mp_node *node, const char *where, const char *key)
{
	if (node->type != MP_STR || memchr(node->text, 0, node->text_len)) {
		schema__fail(s, where, key, "must be a string");
		return "";
	}
	return node->text;
}

const char *schema__str(struct schema *s, const struct mp_node *map, const char *where, const char *key)
{
	const struct mp_node *node = schema__need(s, map, where, key);

	return node ? as_str(s, node, where, key) : "";
}

const char *schema__opt_str(struct schema *s, const struct mp_node *map, const char *where, const char *key)
{
	const struct mp_node *node = mp__get(map, key);

	return node ? as_str(s, node, where, key) : NULL;
}

const char *schema__opt_text(struct schema *s, const struct mp_node *map, const char *where, const char *key)
{
	const struct mp_node *node = mp__get(map, key);

	if (!node || node->type != MP_BIN)
		return schema__opt_str(s, map, where, key);
	if (!memchr(node->text, 0, node->text_len))
		return node->text;
	schema__fail(s, where, key, "must be a string");
	return "";
}

/* Sets *negative and the two's complement value. */
static bool whole(const struct mp_node *node, u64 *value, bool *negative)
{
	*negative = false;
	switch (node->type) {
	case MP_UINT:
		*value = node->uint;
		return true;
	case MP_INT:
		*value = node->sint;
		*negative = node->sint < 0;
		return true;
	case MP_FLOAT:
		if (!(node->real >= -9223372036854775808.0 && node->real < 18446744073709551616.0))
			return false;
		*negative = node->real < 0;
		*value = *negative ? (u64)(s64)node->real : (u64)node->real;
		return (*negative ? (double)(s64)*value : (double)*value) == node->real;
	default:
		return false;
	}
}

u64 schema__uint(struct schema *s, const struct mp_node *map, const char *where, const char *key, u64 max)
{
	const struct mp_node *node = schema__need(s, map, where, key);
	bool negative;
	u64 value;

	if (!node)
		return 0;
	if (!whole(node, &value, &negative) || negative || value > max) {
		char what[64];

		snprintf(what, sizeof(what), "must be an integer from 0 to %llu", (unsigned long long)max);
		schema__fail(s, where, key, what);
		return 0;
	}
	return value;
}

s64 schema__opt_int(struct schema *s, const struct mp_node *map, const char *where, const char *key, s64 fallback)
{
	const struct mp_node *node = mp__get(map, key);
	bool negative;
	u64 value;

	if (!node)
		return fallback;
	if (!whole(node, &value, &negative)) {
		schema__fail(s, where, key, "must be an integer");
		return fallback;
	}
	return value;
}

s64 schema__int(struct schema *s, const struct mp_node *map, const char *where, const char *key)
{
	schema__need(s, map, where, key);
	return schema__opt_int(s, map, where, key, 0);
}

bool schema__bool(struct schema *s, const struct mp_node *map, const char *where, const char *key)
{
	schema__need(s, map, where, key);
	return schema__opt_bool(s, map, where, key);
}

bool schema__opt_bool(struct schema *s, const struct mp_node *map, const char *where, const char *key)
{
	const struct mp_node *node = mp__get(map, key);

	if (!node)
		return false;
	if (node->type != MP_BOOL) {
		schema__fail(s, where, key, "must be true or false");
		return false;
	}
	return node->boolean;
}

const struct mp_node *schema__list(struct schema *s, const struct mp_node *map, const char *where, const char *key, u32 max, u32 *count)
{
	const struct mp_node *node = schema__need(s, map, where, key);

	*count = 0;
	if (!node)
		return NULL;
	if (node->type != MP_ARRAY) {
		schema__fail(s, where, key, "must be a list");
		return NULL;
	}
	if (node->count > max) {
		schema__fail(s, where, key, "has too many entries");
		return NULL;
	}
	*count = node->count;
	return node->children;
}

u32 schema__choice(struct schema *s, const struct mp_node *map, const char *where, const char *key, const char *const *names, u32 names_len)
{
	const char *text = schema__str(s, map, where, key);
	char *what;

	for (u32 i = 0; i < names_len; i++)
		if (!strcmp(text, names[i]))
			return i;
	what = mem__format("is '%.40s', which this loader does not know", text);
	schema__fail(s, where, key, what);
	free(what);
	return 0;
}
