/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MessagePack. Writing: values are appended to a byte buffer. Reading: a tree of nodes over the bytes (which must
 * outlive it); hostile input gives an error, never a fault: sizes are checked against what is left, depth is bounded.
 */
#ifndef TRACELET_MSGPACK_H
#define TRACELET_MSGPACK_H

#include "bytes.h"

void mp__nil(struct bytes *b);
void mp__bool(struct bytes *b, bool value);
void mp__uint(struct bytes *b, u64 value);
void mp__int(struct bytes *b, s64 value);
void mp__str(struct bytes *b, const char *text);
void mp__strn(struct bytes *b, const char *text, size_t len);
void mp__bin(struct bytes *b, const void *data, size_t len);
/* str where the bytes are UTF-8, else bin. */
void mp__text(struct bytes *b, const void *data, size_t len);
void mp__array(struct bytes *b, u32 count);
void mp__map(struct bytes *b, u32 count);
/* Forward protocol's EventTime. */
void mp__event_time(struct bytes *b, u32 seconds, u32 nanoseconds);

/* A map or array whose count is known only at its end: 5 bytes, patched by mp__close. */
size_t mp__open_map(struct bytes *b);
size_t mp__open_array(struct bytes *b);
void mp__close(struct bytes *b, size_t at, u32 count);

enum mp_type { MP_NIL, MP_BOOL, MP_UINT, MP_INT, MP_FLOAT, MP_STR, MP_BIN, MP_ARRAY, MP_MAP, MP_EXT };

struct mp_node {
	enum mp_type type;
	/* Elements of an array; pairs of a map (children: key, value, key, value …). */
	u32 count;
	/* The value as it stands in the bytes, to be copied into a stream unchanged. */
	const u8 *raw;
	size_t raw_len;
	union {
		bool boolean;
		u64 uint;
		s64 sint;
		double real;
		/* NUL-terminated copy; text_len without the NUL. */
		struct { const char *text; size_t text_len; };
		struct mp_node *children;
	};
};

/* NULL and *error set to what is wrong when the bytes are not exactly one value. */
struct mp_node *mp__parse(const u8 *data, size_t len, const char **error);
/* NULL where absent or nil. */
const struct mp_node *mp__get(const struct mp_node *map, const char *key);

#endif
