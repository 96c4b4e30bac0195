// SPDX-License-Identifier: Apache-2.0
#include "stream.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE_BYTES = 64 << 10 };
#define MESSAGE_AGE 100000000ull

void stream__open(struct stream *s, int fd)
{
	memset(s, 0, sizeof(*s));
	s->fd = fd;
	s->flushed_at = clock__now();
}

struct bytes *stream__begin(struct stream *s, const char *type, u32 fields)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	s->count++;
	mp__array(&s->entries, 2);
	mp__event_time(&s->entries, now.tv_sec, now.tv_nsec);
	mp__map(&s->entries, fields + 1);
	record__str(&s->entries, "type", type);
	return &s->entries;
}

void stream__join(struct stream *to, struct stream *from)
{
	bytes__put(&to->entries, from->entries.data, from->entries.len);
	to->count += from->count;
	from->entries.len = 0;
	from->count = 0;
}

static void write_all(struct stream *s, const u8 *data, size_t len)
{
	while (len && !s->closed) {
		ssize_t n = write(s->fd, data, len);

		if (n >= 0) {
			data += n;
			len -= n;
		} else if (errno != EINTR || (s->give_up && *s->give_up > 1)) {
			s->closed = true;
			s->error = errno;
		}
	}
}

void stream__flush(struct stream *s)
{
	struct bytes head = {};

	s->flushed_at = clock__now();
	if (!s->count)
		return;
	mp__array(&head, 2);
	mp__str(&head, "tracelet");
	mp__array(&head, s->count);
	write_all(s, head.data, head.len);
	write_all(s, s->entries.data, s->entries.len);
	bytes__free(&head);
	s->entries.len = 0;
	s->count = 0;
}

void stream__tick(struct stream *s)
{
	if (s->entries.len >= MESSAGE_BYTES || (s->count % 64 == 63 && clock__now() - s->flushed_at > MESSAGE_AGE))
		stream__flush(s);
}

void record__str(struct bytes *b, const char *key, const char *value)
{
	mp__str(b, key);
	mp__text(b, value, strlen(value));
}

void record__uint(struct bytes *b, const char *key, u64 value)
{
	mp__str(b, key);
	mp__uint(b, value);
}

void record__int(struct bytes *b, const char *key, s64 value)
{
	mp__str(b, key);
	mp__int(b, value);
}

void record__place(struct bytes *b, const struct place *place)
{
	mp__str(b, "place");
	mp__map(b, 4);
	record__uint(b, "line", place->line);
	record__uint(b, "column", place->column);
	record__uint(b, "endLine", place->end_line);
	record__uint(b, "endColumn", place->end_column);
}

static void put_type(struct bytes *b, const char *key, const struct value_type *type)
{
	mp__str(b, key);
	bytes__put(b, type->raw->raw, type->raw->raw_len);
}

static void put_events(struct bytes *b, const struct manifest *m)
{
	mp__str(b, "events");
	mp__array(b, m->events_len);
	for (u32 i = 0; i < m->events_len; i++) {
		const struct event_entry *e = &m->events[i];

		mp__map(b, e->format ? 5 : 4);
		record__uint(b, "id", e->id);
		record__str(b, "kind", e->kind_name);
		if (e->format)
			record__str(b, "format", e->format);
		mp__str(b, "args");
		mp__array(b, e->args_len);
		for (u32 k = 0; k < e->args_len; k++)
			bytes__put(b, e->args[k].type->raw->raw, e->args[k].type->raw->raw_len);
		record__place(b, &e->place);
	}
}

static void put_maps(struct bytes *b, const struct manifest *m)
{
	mp__str(b, "maps");
	mp__array(b, m->maps_len);
	for (u32 i = 0; i < m->maps_len; i++) {
		mp__map(b, m->maps[i].key ? 3 : 2);
		record__str(b, "name", m->maps[i].name);
		if (m->maps[i].key)
			put_type(b, "key", m->maps[i].key);
		put_type(b, "value", m->maps[i].value);
	}
}

static void put_source(struct bytes *b, const struct manifest *m)
{
	mp__map(b, 2 + !!m->files_len);
	record__str(b, "name", m->source_name);
	record__str(b, "text", m->source_text);
	if (!m->files_len)
		return;
	mp__str(b, "files");
	mp__array(b, m->files_len);
	for (u32 i = 0; i < m->files_len; i++) {
		mp__map(b, 2);
		record__str(b, "name", m->files[i].name);
		record__uint(b, "line", m->files[i].line);
	}
}

void stream__header(struct stream *s, const struct manifest *m)
{
	time_t now = time(NULL);
	struct utsname host = {};
	struct tm local;
	struct bytes *b;

	uname(&host);
	localtime_r(&now, &local);
	b = stream__begin(s, "header", 10);
	record__uint(b, "version", ABI_STREAM_VERSION);
	record__str(b, "tool", m->tool);
	record__str(b, "host", host.nodename);
	record__str(b, "kernel", host.release);
	record__str(b, "arch", host.machine);
	mp__str(b, "source");
	put_source(b, m);
	record__int(b, "utc_offset", local.tm_gmtoff);
	record__str(b, "str_trunc_trailer", m->config.str_trunc_trailer);
	put_events(b, m);
	put_maps(b, m);
}

void stream__notice(struct stream *s, enum severity severity, const char *text, const struct place *place, const char *hint)
{
	struct bytes *b = stream__begin(s, "notice", 2 + !!place + !!hint);

	record__str(b, "severity", severity == SEVERITY_ERROR ? "error" : "warning");
	record__str(b, "text", text);
	if (place)
		record__place(b, place);
	if (hint)
		record__str(b, "hint", hint);
}
