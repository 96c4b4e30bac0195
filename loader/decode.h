/* SPDX-License-Identifier: Apache-2.0 */
/* From a value's bytes, as a program left them, to the stream's msgpack. */
#ifndef TRACELET_DECODE_H
#define TRACELET_DECODE_H

#include "object.h"
#include "stream.h"

struct decoder {
	const struct object *o;
	/* ns to add to a time since boot for one since the epoch */
	s64 epoch_offset;
	/* Of a recording: records of the names that were looked up, to go out behind the record they stand in. Else NULL. */
	struct stream *names;
};

void decoder__init(struct decoder *d, const struct object *o);
/* data holds type->size bytes. */
void decode__value(struct decoder *d, struct bytes *out, const struct value_type *type, const u8 *data);
/* The integer of an int, bool, pointer or enum. */
s64 decode__int(const struct value_type *type, const u8 *data);
/* The characters of a string or buffer. */
const char *decode__text(const struct value_type *type, const u8 *data, size_t *len);

/* decode-names.c: kinds that stand for a name on this host. */
void decode__ksym(struct bytes *out, u64 addr);
void decode__usym(struct bytes *out, u64 addr, u32 pid);
void decode__username(struct bytes *out, u64 uid);
void decode__cgroup_path(struct bytes *out, u64 id, const char *filter);
void decode__inet(struct bytes *out, const u8 *data);
void decode__stack(struct decoder *d, struct bytes *out, const struct value_type *type, const u8 *data);

#endif
