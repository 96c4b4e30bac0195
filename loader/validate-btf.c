// SPDX-License-Identifier: Apache-2.0
/* .BTF and .BTF.ext: bounds, ids and strings, and that no chain of qualifiers or typedefs runs in a circle. */
#include "validate.h"

#include <stdlib.h>
#include <string.h>
#include <linux/btf.h>

enum { MAX_TYPES = 1 << 20, MAX_CHAIN = 64, EXT_HEADER = 24, EXT_HEADER_CORE = 32 };

struct btf_check {
	const char *strings;
	u32 strings_len;
	const struct btf_type **types;
	/* with void as number 0 */
	u32 types_len;
};

static char *damaged(const char *what)
{
	return mem__format("its BTF is damaged: %s", what);
}

/* Bytes that follow the common 12 of a type; -1 for an unknown kind. */
static s64 tail_size(const struct btf_type *t)
{
	u64 vlen = BTF_INFO_VLEN(t->info);

	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return vlen * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return vlen * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return vlen * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return vlen * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return vlen * sizeof(struct btf_var_secinfo);
	default:
		return -1;
	}
}

static char *index_types(struct btf_check *c, const u8 *at, const u8 *end)
{
	u32 room = 256;

	c->types = mem__zalloc(room * sizeof(*c->types));
	c->types_len = 1;
	while (at < end) {
		const struct btf_type *t = (const void *)at;
		s64 tail;

		if ((size_t)(end - at) < sizeof(*t))
			return damaged("a type is cut");
		tail = tail_size(t);
		if (tail < 0)
			return damaged("a type has an unknown kind");
		if (end - at - (s64)sizeof(*t) < tail)
			return damaged("a type is cut");
		if (c->types_len >= MAX_TYPES)
			return damaged("it has too many types");
		if (c->types_len == room) {
			room *= 2;
			c->types = mem__grow(c->types, room * sizeof(*c->types));
		}
		c->types[c->types_len++] = t;
		at += sizeof(*t) + tail;
	}
	return NULL;
}

static bool bad(const struct btf_check *c, u32 name, u32 type)
{
	return name >= c->strings_len || type >= c->types_len;
}

static bool bad_member(const struct btf_check *c, const struct btf_type *t, u32 i)
{
	const void *tail = t + 1;
	u32 kind = BTF_INFO_KIND(t->info);

	if (kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION) {
		const struct btf_member *m = (const struct btf_member *)tail + i;

		return bad(c, m->name_off, m->type);
	}
	if (kind == BTF_KIND_FUNC_PROTO) {
		const struct btf_param *p = (const struct btf_param *)tail + i;

		return bad(c, p->name_off, p->type);
	}
	if (kind == BTF_KIND_DATASEC) {
		const struct btf_var_secinfo *v = (const struct btf_var_secinfo *)tail + i;

		return bad(c, 0, v->type) || BTF_INFO_KIND(c->types[v->type] ? c->types[v->type]->info : 0) != BTF_KIND_VAR;
	}
	if (kind == BTF_KIND_ENUM)
		return bad(c, ((const struct btf_enum *)tail)[i].name_off, 0);
	return bad(c, ((const struct btf_enum64 *)tail)[i].name_off, 0);
}

static bool has_members(u32 kind)
{
	return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION || kind == BTF_KIND_FUNC_PROTO || kind == BTF_KIND_DATASEC ||
	       kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64;
}

static bool refers(u32 kind)
{
	return kind == BTF_KIND_PTR || kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_VOLATILE || kind == BTF_KIND_CONST ||
	       kind == BTF_KIND_RESTRICT || kind == BTF_KIND_FUNC || kind == BTF_KIND_VAR || kind == BTF_KIND_TYPE_TAG ||
	       kind == BTF_KIND_DECL_TAG || kind == BTF_KIND_FUNC_PROTO;
}

/* A value that contains itself: no end to its size, nor to a walk through its qualifiers. Pointers end a chain. */
static bool contains_itself(const struct btf_check *c, u32 id)
{
	for (int steps = 0; id && steps < MAX_CHAIN; steps++) {
		const struct btf_type *t = c->types[id];
		u32 kind = BTF_INFO_KIND(t->info);

		if (kind == BTF_KIND_ARRAY)
			id = ((const struct btf_array *)(t + 1))->type;
		else if (kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_VOLATILE || kind == BTF_KIND_CONST || kind == BTF_KIND_RESTRICT ||
			 kind == BTF_KIND_TYPE_TAG || kind == BTF_KIND_VAR)
			id = t->type;
		else
			return false;
	}
	return id;
}

static char *check_type(const struct btf_check *c, u32 id)
{
	const struct btf_type *t = c->types[id];
	u32 kind = BTF_INFO_KIND(t->info);

	if (bad(c, t->name_off, refers(kind) ? t->type : 0))
		return damaged("a type refers to one that does not exist");
	if (kind == BTF_KIND_ARRAY) {
		const struct btf_array *a = (const void *)(t + 1);

		if (bad(c, 0, a->type) || bad(c, 0, a->index_type))
			return damaged("an array refers to a type that does not exist");
	}
	if (kind == BTF_KIND_FUNC && (!t->type || BTF_INFO_KIND(c->types[t->type]->info) != BTF_KIND_FUNC_PROTO))
		return damaged("a function has no prototype");
	if (has_members(kind))
		for (u32 i = 0; i < BTF_INFO_VLEN(t->info); i++)
			if (bad_member(c, t, i))
				return damaged("a member refers to something that does not exist");
	return NULL;
}

static char *check_btf(struct btf_check *c, const u8 *data, u64 len)
{
	const struct btf_header *head = (const void *)data;
	char *error;

	if (len < sizeof(*head) || head->magic != BTF_MAGIC || head->version != BTF_VERSION || head->hdr_len < sizeof(*head))
		return damaged("it does not begin with a BTF header");
	len -= head->hdr_len > len ? len : head->hdr_len;
	if (head->type_off > len || head->type_len > len - head->type_off || head->str_off > len || head->str_len > len - head->str_off ||
	    head->type_off % 4 || head->hdr_len % 4)
		return damaged("it is truncated");
	c->strings = (const char *)data + head->hdr_len + head->str_off;
	c->strings_len = head->str_len;
	if (!c->strings_len || c->strings[0] || c->strings[c->strings_len - 1])
		return damaged("its strings are not terminated");
	error = index_types(c, data + head->hdr_len + head->type_off, data + head->hdr_len + head->type_off + head->type_len);
	if (error)
		return error;
	for (u32 i = 1; i < c->types_len; i++)
		if ((error = check_type(c, i)))
			return error;
	for (u32 i = 1; i < c->types_len; i++)
		if (contains_itself(c, i))
			return damaged("a type contains itself");
	return NULL;
}

static bool is_access_string(const char *text)
{
	size_t len = strspn(text, "0123456789:");

	return len && !text[len] && len < 512;
}

/* One info section of .BTF.ext: u32 record size, then per program section {name, count, records}. */
static char *check_info(const struct image *img, const struct btf_check *c, const u8 *at, u64 len, u32 min_size, bool core)
{
	const u8 *end = at + len;
	u32 size;

	if (!len)
		return NULL;
	if (len < 4)
		return damaged("an info section is cut");
	memcpy(&size, at, 4);
	at += 4;
	if (size < min_size || size > 256 || size % 4)
		return damaged("an info section has records of a wrong size");
	while (at < end) {
		u32 name, count, section;

		if (end - at < 8)
			return damaged("an info section is cut");
		memcpy(&name, at, 4);
		memcpy(&count, at + 4, 4);
		at += 8;
		if (!count || (u64)count * size > (u64)(end - at))
			return damaged("an info section is cut");
		section = name < c->strings_len ? image__find_section(img, c->strings + name) : 0;
		if (!section)
			return damaged("an info section names a section that does not exist");
		for (u32 i = 0; i < count; i++, at += size) {
			u32 word[4] = {};

			memcpy(word, at, min_size);
			if (word[0] % 8 || word[0] >= img->sections[section].sh_size)
				return damaged("an info record lies outside its program");
			if (min_size == 8 && word[1] >= c->types_len)
				return damaged("a function's type does not exist");
			if (min_size == 16 && !core && (word[1] >= c->strings_len || word[2] >= c->strings_len))
				return damaged("a line record has no text");
			if (core && (word[1] >= c->types_len || word[2] >= c->strings_len || !is_access_string(c->strings + word[2]) || word[3] > 12))
				return damaged("a relocation record is not one");
		}
	}
	return NULL;
}

static char *check_ext(const struct image *img, const struct btf_check *c, const u8 *data, u64 len)
{
	static const u32 sizes[] = { 8, 16, 16 };
	u32 head[8] = {};
	char *error = NULL;

	memcpy(head, data, len < sizeof(head) ? len : sizeof(head));
	if (len < EXT_HEADER || (head[0] & 0xffff) != BTF_MAGIC || (head[0] >> 16 & 0xff) != BTF_VERSION || head[1] < EXT_HEADER || head[1] > len ||
	    head[1] % 4)
		return damaged(".BTF.ext does not begin with its header");
	/* offset and length of the function, line and relocation records, from the header's end */
	for (int i = 0; i < (head[1] >= EXT_HEADER_CORE ? 3 : 2) && !error; i++) {
		u64 off = head[2 + 2 * i], size = head[3 + 2 * i];

		if (off > len - head[1] || size > len - head[1] - off || off % 4)
			return damaged(".BTF.ext is truncated");
		error = check_info(img, c, data + head[1] + off, size, sizes[i], i == 2);
	}
	return error;
}

char *validate__btf(const struct image *img)
{
	u32 btf = image__find_section(img, ".BTF"), ext = image__find_section(img, ".BTF.ext");
	struct btf_check c = {};
	char *error;

	if (!btf || img->sections[btf].sh_type != SHT_PROGBITS)
		return mem__strdup("it has no BTF");
	if (img->sections[btf].sh_offset % 4)
		return damaged("it is not aligned");
	error = check_btf(&c, img->data + img->sections[btf].sh_offset, img->sections[btf].sh_size);
	if (!error && ext)
		error = img->sections[ext].sh_type == SHT_PROGBITS ?
				check_ext(img, &c, img->data + img->sections[ext].sh_offset, img->sections[ext].sh_size) :
				damaged(".BTF.ext has no data");
	free(c.types);
	return error;
}
