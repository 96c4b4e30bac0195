// SPDX-License-Identifier: Apache-2.0
#include "msgpack.h"

#include <string.h>

static void put_be(struct bytes *b, u8 tag, u64 value, int size)
{
	u8 *p = bytes__add(b, 1 + size);

	*p++ = tag;
	while (size--)
		*p++ = value >> (8 * size);
}

void mp__nil(struct bytes *b)
{
	*bytes__add(b, 1) = 0xc0;
}

void mp__bool(struct bytes *b, bool value)
{
	*bytes__add(b, 1) = value ? 0xc3 : 0xc2;
}

void mp__uint(struct bytes *b, u64 value)
{
	if (value < 0x80)
		*bytes__add(b, 1) = value;
	else if (value <= UINT8_MAX)
		put_be(b, 0xcc, value, 1);
	else if (value <= UINT16_MAX)
		put_be(b, 0xcd, value, 2);
	else if (value <= UINT32_MAX)
		put_be(b, 0xce, value, 4);
	else
		put_be(b, 0xcf, value, 8);
}

void mp__int(struct bytes *b, s64 value)
{
	if (value >= 0)
		mp__uint(b, value);
	else if (value >= -32)
		*bytes__add(b, 1) = value;
	else if (value >= INT8_MIN)
		put_be(b, 0xd0, value, 1);
	else if (value >= INT16_MIN)
		put_be(b, 0xd1, value, 2);
	else if (value >= INT32_MIN)
		put_be(b, 0xd2, value, 4);
	else
		put_be(b, 0xd3, value, 8);
}

void mp__strn(struct bytes *b, const char *text, size_t len)
{
	if (len < 32)
		*bytes__add(b, 1) = 0xa0 | len;
	else if (len <= UINT8_MAX)
		put_be(b, 0xd9, len, 1);
	else if (len <= UINT16_MAX)
		put_be(b, 0xda, len, 2);
	else
		put_be(b, 0xdb, len, 4);
	bytes__put(b, text, len);
}

void mp__str(struct bytes *b, const char *text)
{
	mp__strn(b, text, strlen(text));
}

void mp__bin(struct bytes *b, const void *data, size_t len)
{
	if (len <= UINT8_MAX)
		put_be(b, 0xc4, len, 1);
	else if (len <= UINT16_MAX)
		put_be(b, 0xc5, len, 2);
	else
		put_be(b, 0xc6, len, 4);
	bytes__put(b, data, len);
}

/* Well-formed UTF-8 as in RFC 3629: no overlong forms, no surrogates, at most U+10FFFF. */
static bool is_utf8(const u8 *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		u8 c = s[i];
		u8 low = 0x80, high = 0xbf;
		int more;

		if (c < 0x80) {
			i++;
			continue;
		}
		if (c >= 0xc2 && c <= 0xdf) {
			more = 1;
		} else if ((c & 0xf0) == 0xe0) {
			more = 2;
			low = c == 0xe0 ? 0xa0 : low;
			high = c == 0xed ? 0x9f : high;
		} else if (c >= 0xf0 && c <= 0xf4) {
			more = 3;
			low = c == 0xf0 ? 0x90 : low;
			high = c == 0xf4 ? 0x8f : high;
		} else {
			return false;
		}
		if (len - i <= (size_t)more || s[i + 1] < low || s[i + 1] > high)
			return false;
		for (int k = 2; k <= more; k++)
			if ((s[i + k] & 0xc0) != 0x80)
				return false;
		i += more + 1;
	}
	return true;
}

void mp__text(struct bytes *b, const void *data, size_t len)
{
	if (is_utf8(data, len))
		mp__strn(b, data, len);
	else
		mp__bin(b, data, len);
}

void mp__array(struct bytes *b, u32 count)
{
	if (count < 16)
		*bytes__add(b, 1) = 0x90 | count;
	else if (count <= UINT16_MAX)
		put_be(b, 0xdc, count, 2);
	else
		put_be(b, 0xdd, count, 4);
}

void mp__map(struct bytes *b, u32 count)
{
	if (count < 16)
		*bytes__add(b, 1) = 0x80 | count;
	else if (count <= UINT16_MAX)
		put_be(b, 0xde, count, 2);
	else
		put_be(b, 0xdf, count, 4);
}

void mp__event_time(struct bytes *b, u32 seconds, u32 nanoseconds)
{
	*bytes__add(b, 1) = 0xd7;
	put_be(b, 0, (u64)seconds << 32 | nanoseconds, 8);
}

size_t mp__open_map(struct bytes *b)
{
	put_be(b, 0xdf, 0, 4);
	return b->len - 5;
}

size_t mp__open_array(struct bytes *b)
{
	put_be(b, 0xdd, 0, 4);
	return b->len - 5;
}

void mp__close(struct bytes *b, size_t at, u32 count)
{
	for (int i = 0; i < 4; i++)
		b->data[at + 1 + i] = count >> (24 - 8 * i);
}

enum { MAX_DEPTH = 64, MAX_NODES = 1 << 20 };

struct reader {
	const u8 *at, *end;
	const char *error;
	u32 nodes;
};

static bool fail(struct reader *r, const char *error)
{
	if (!r->error)
		r->error = error;
	return false;
}

static u64 take_be(struct reader *r, int size)
{
	u64 value = 0;

	if (r->end - r->at < size) {
		fail(r, "it ends in the middle of a value");
		r->at = r->end;
		return 0;
	}
	while (size--)
		value = value << 8 | *r->at++;
	return value;
}

static bool parse(struct reader *r, struct mp_node *node, int depth);

static bool parse_text(struct reader *r, struct mp_node *node, enum mp_type type, u64 len)
{
	if (len > (u64)(r->end - r->at))
		return fail(r, "it ends in the middle of a string");
	node->type = type;
	node->text = mem__strndup("", 0);
	if (len) {
		char *copy = mem__zalloc(len + 1);

		memcpy(copy, r->at, len);
		node->text = copy;
	}
	node->text_len = len;
	r->at += len;
	return true;
}

static bool parse_children(struct reader *r, struct mp_node *node, enum mp_type type, u64 count, int depth)
{
	u64 total = type == MP_MAP ? count * 2 : count;

	/* each child takes at least one byte, so a count that the bytes cannot hold is refused before allocating */
	if (total > (u64)(r->end - r->at))
		return fail(r, "it ends in the middle of a list");
	r->nodes += total;
	if (r->nodes > MAX_NODES)
		return fail(r, "it has too many values");
	node->type = type;
	node->count = count;
	node->children = mem__zalloc(total * sizeof(*node->children));
	for (u64 i = 0; i < total; i++) {
		if (!parse(r, &node->children[i], depth + 1))
			return false;
		if (type == MP_MAP && i % 2 == 0 && node->children[i].type != MP_STR)
			return fail(r, "a map has a key that is not a string");
	}
	return true;
}

static bool parse_ext(struct reader *r, struct mp_node *node, u64 len)
{
	node->type = MP_EXT;
	if (len + 1 > (u64)(r->end - r->at))
		return fail(r, "it ends in the middle of an extension value");
	/* ext 0 of one zero byte is how JavaScript encoders write `undefined` */
	if (len == 1 && r->at[0] == 0 && r->at[1] == 0)
		node->type = MP_NIL;
	r->at += len + 1;
	return true;
}

static bool parse_real(struct reader *r, struct mp_node *node, int size)
{
	u64 bits = take_be(r, size);

	node->type = MP_FLOAT;
	if (size == 4) {
		u32 narrow = bits;
		float value;

		memcpy(&value, &narrow, 4);
		node->real = value;
	} else {
		memcpy(&node->real, &bits, 8);
	}
	return !r->error;
}

static bool parse_uint(struct reader *r, struct mp_node *node, int size)
{
	node->type = MP_UINT;
	node->uint = take_be(r, size);
	return !r->error;
}

static bool parse_int(struct reader *r, struct mp_node *node, int size)
{
	u64 bits = take_be(r, size);

	node->type = MP_INT;
	node->sint = (s64)(bits << (64 - 8 * size)) >> (64 - 8 * size);
	if (node->sint >= 0)
		node->type = MP_UINT;
	return !r->error;
}

static bool parse_tag(struct reader *r, struct mp_node *node, int depth)
{
	u8 tag = take_be(r, 1);

	if (r->error)
		return false;
	if (tag < 0x80) {
		node->type = MP_UINT;
		node->uint = tag;
		return true;
	}
	if (tag >= 0xe0) {
		node->type = MP_INT;
		node->sint = (int8_t)tag;
		return true;
	}
	if (tag < 0x90)
		return parse_children(r, node, MP_MAP, tag & 0x0f, depth);
	if (tag < 0xa0)
		return parse_children(r, node, MP_ARRAY, tag & 0x0f, depth);
	if (tag < 0xc0)
		return parse_text(r, node, MP_STR, tag & 0x1f);
	switch (tag) {
	case 0xc0:
		node->type = MP_NIL;
		return true;
	case 0xc2:
	case 0xc3:
		node->type = MP_BOOL;
		node->boolean = tag == 0xc3;
		return true;
	case 0xc4: case 0xc5: case 0xc6:
		return parse_text(r, node, MP_BIN, take_be(r, 1 << (tag - 0xc4)));
	case 0xc7: case 0xc8: case 0xc9:
		return parse_ext(r, node, take_be(r, 1 << (tag - 0xc7)));
	case 0xca: case 0xcb:
		return parse_real(r, node, tag == 0xca ? 4 : 8);
	case 0xcc: case 0xcd: case 0xce: case 0xcf:
		return parse_uint(r, node, 1 << (tag - 0xcc));
	case 0xd0: case 0xd1: case 0xd2: case 0xd3:
		return parse_int(r, node, 1 << (tag - 0xd0));
	case 0xd4: case 0xd5: case 0xd6: case 0xd7: case 0xd8:
		return parse_ext(r, node, 1 << (tag - 0xd4));
	case 0xd9: case 0xda: case 0xdb:
		return parse_text(r, node, MP_STR, take_be(r, 1 << (tag - 0xd9)));
	case 0xdc: case 0xdd:
		return parse_children(r, node, MP_ARRAY, take_be(r, tag == 0xdc ? 2 : 4), depth);
	case 0xde: case 0xdf:
		return parse_children(r, node, MP_MAP, take_be(r, tag == 0xde ? 2 : 4), depth);
	default:
		return fail(r, "it holds a byte that starts no value");
	}
}

static bool parse(struct reader *r, struct mp_node *node, int depth)
{
	node->raw = r->at;
	if (depth > MAX_DEPTH)
		return fail(r, "it is nested too deeply");
	if (!parse_tag(r, node, depth) || r->error)
		return false;
	node->raw_len = r->at - node->raw;
	return true;
}

struct mp_node *mp__parse(const u8 *data, size_t len, const char **error)
{
	struct reader r = { .at = data, .end = data + len };
	struct mp_node *root = mem__zalloc(sizeof(*root));

	if (parse(&r, root, 0) && r.at != r.end)
		fail(&r, "bytes follow its end");
	*error = r.error;
	return r.error ? NULL : root;
}

const struct mp_node *mp__get(const struct mp_node *map, const char *key)
{
	if (!map || map->type != MP_MAP)
		return NULL;
	for (u32 i = 0; i < map->count; i++) {
		const struct mp_node *name = &map->children[2 * i];

		if (strlen(key) == name->text_len && !memcmp(name->text, key, name->text_len))
			return name[1].type == MP_NIL ? NULL : &name[1];
	}
	return NULL;
}
