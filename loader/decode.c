// SPDX-License-Identifier: Apache-2.0
#include "decode.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

void decoder__init(struct decoder *d, const struct object *o)
{
	struct timespec boot, epoch;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_REALTIME, &epoch);
	d->o = o;
	d->epoch_offset = (epoch.tv_sec - boot.tv_sec) * 1000000000ll + (epoch.tv_nsec - boot.tv_nsec);
}

static u64 load(const u8 *data, u32 size)
{
	u64 value = 0;

	memcpy(&value, data, size);
	return value;
}

static u64 load_u64(const u8 *data)
{
	return load(data, 8);
}

static s64 sign_extend(u64 value, u32 bits)
{
	return bits < 64 ? (s64)(value << (64 - bits)) >> (64 - bits) : (s64)value;
}

s64 decode__int(const struct value_type *type, const u8 *data)
{
	u64 value = load(data, type->size < 8 ? type->size : 8);

	return type->is_signed ? sign_extend(value, type->size * 8) : (s64)value;
}

static void put_int(struct bytes *out, const struct value_type *type, u64 value)
{
	if (type->is_signed)
		mp__int(out, value);
	else
		mp__uint(out, value);
}

const char *decode__text(const struct value_type *type, const u8 *data, size_t *len)
{
	if (type->kind == VALUE_BUFFER) {
		*len = load(data, 4);
		*len = *len < type->room ? *len : type->room;
		return (const char *)data + 4;
	}
	*len = strnlen((const char *)data, type->room);
	return (const char *)data;
}

static void put_text(struct bytes *out, const struct value_type *type, const u8 *data)
{
	size_t len;
	const char *text = decode__text(type, data, &len);

	if (type->kind == VALUE_BUFFER)
		mp__bin(out, text, len);
	else
		mp__text(out, text, len);
}

static void put_array(struct decoder *d, struct bytes *out, const struct value_type *type, const u8 *data)
{
	mp__array(out, type->length);
	for (u32 i = 0; i < type->length; i++)
		decode__value(d, out, type->element, data + (size_t)i * type->stride);
}

static void put_field(struct decoder *d, struct bytes *out, const struct value_field *f, const u8 *data)
{
	u32 width = (f->bits + f->bit_offset + 7) / 8;
	u64 value;

	if (!f->bits) {
		decode__value(d, out, f->type, data + f->offset);
		return;
	}
	value = load(data + f->offset, width) >> f->bit_offset;
	if (f->bits < 64)
		value &= (1ull << f->bits) - 1;
	if (f->type->kind == VALUE_BOOL)
		mp__bool(out, value);
	else
		put_int(out, f->type, f->type->is_signed ? (u64)sign_extend(value, f->bits) : value);
}

static void put_fields(struct decoder *d, struct bytes *out, const struct value_type *type, const u8 *data)
{
	bool named = type->kind == VALUE_RECORD;

	if (named)
		mp__map(out, type->fields_len);
	else
		mp__array(out, type->fields_len);
	for (u32 i = 0; i < type->fields_len; i++) {
		if (named)
			mp__str(out, type->fields[i].name);
		put_field(d, out, &type->fields[i], data);
	}
}

static void put_mac(struct bytes *out, const u8 *m)
{
	char *text = mem__format("%02X:%02X:%02X:%02X:%02X:%02X", m[0], m[1], m[2], m[3], m[4], m[5]);

	mp__str(out, text);
	free(text);
}

/* For a recording: what was put at `at` is the name of that number on this host. */
static void note_name(struct decoder *d, const char *of, u64 number, u32 pid, const struct bytes *out, size_t at)
{
	struct bytes *b;

	if (!d->names)
		return;
	b = stream__begin(d->names, "name", 4);
	record__str(b, "of", of);
	record__uint(b, "number", number);
	record__uint(b, "pid", pid);
	mp__str(b, "text");
	bytes__put(b, out->data + at, out->len - at);
}

void decode__value(struct decoder *d, struct bytes *out, const struct value_type *type, const u8 *data)
{
	size_t at = out->len;

	switch (type->kind) {
	case VALUE_INT:
	case VALUE_ENUM:
	case VALUE_POINTER:
		put_int(out, type, decode__int(type, data));
		break;
	case VALUE_BOOL:
		mp__bool(out, *data);
		break;
	case VALUE_STRING:
	case VALUE_BUFFER:
		put_text(out, type, data);
		break;
	case VALUE_ARRAY:
		put_array(d, out, type, data);
		break;
	case VALUE_TUPLE:
	case VALUE_RECORD:
		put_fields(d, out, type, data);
		break;
	case VALUE_INET:
		decode__inet(out, data);
		break;
	case VALUE_MAC:
		put_mac(out, data);
		break;
	case VALUE_TIMESTAMP:
		mp__int(out, load_u64(data) + d->epoch_offset);
		break;
	case VALUE_KSYM:
		decode__ksym(out, load_u64(data));
		note_name(d, "ksym", load_u64(data), 0, out, at);
		break;
	case VALUE_USYM:
		decode__usym(out, load_u64(data), load(data + 8, 4));
		note_name(d, "usym", load_u64(data), load(data + 8, 4), out, at);
		break;
	case VALUE_STACK:
		decode__stack(d, out, type, data);
		break;
	case VALUE_USERNAME:
		decode__username(out, load_u64(data));
		note_name(d, "username", load_u64(data), 0, out, at);
		break;
	case VALUE_CGROUP_PATH:
		decode__cgroup_path(out, load_u64(data), type->filter);
		note_name(d, *type->filter ? type->filter : "cgroup", load_u64(data), 0, out, at);
		break;
	default:
		/* none; aggregations are the business of aggregate.c */
		mp__nil(out);
		break;
	}
}
