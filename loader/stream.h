/* SPDX-License-Identifier: Apache-2.0 */
/* The msgpack stream (spec/stream.md): records are gathered and written as Forward messages, `[tag, [[time, record] …]]`. */
#ifndef TRACELET_STREAM_H
#define TRACELET_STREAM_H

#include "manifest.h"
#include "report.h"

struct stream {
	int fd;
	/* Entries of the message that is being gathered. */
	struct bytes entries;
	u32 count;
	u64 flushed_at;
	/* The reader has gone (EPIPE), or writing failed: *error is the errno. Nothing is written any more. */
	bool closed;
	int error;
	/* Set by the caller: stop waiting for a reader that does not read. */
	const volatile int *give_up;
};

void stream__open(struct stream *s, int fd);
/* Begins a record of `type` with `fields` more fields, which the caller appends to the returned buffer. */
struct bytes *stream__begin(struct stream *s, const char *type, u32 fields);
/* Moves what one has gathered behind what another has. */
void stream__join(struct stream *to, struct stream *from);
/* Writes the message out. */
void stream__flush(struct stream *s);
/* Writes it out when it is large or 100 ms old. */
void stream__tick(struct stream *s);

/* A field of a record: key, then the value. */
void record__str(struct bytes *b, const char *key, const char *value);
void record__uint(struct bytes *b, const char *key, u64 value);
void record__int(struct bytes *b, const char *key, s64 value);
void record__place(struct bytes *b, const struct place *place);

void stream__header(struct stream *s, const struct manifest *m);
void stream__notice(struct stream *s, enum severity severity, const char *text, const struct place *place, const char *hint);

#endif
