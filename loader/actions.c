// SPDX-License-Identifier: Apache-2.0
#include "actions.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "format.h"

static char *text_of(const struct event_entry *e, const u8 *record)
{
	struct bytes text = {};

	format__event(&text, e, record);
	bytes__put(&text, "", 1);
	return (char *)text.data;
}

void action__cat(const struct object *o, struct stream *s, const struct event_entry *e, const u8 *record)
{
	u32 max = o->m->config.max_cat_bytes;
	char *path = text_of(e, record);
	u8 *data = mem__zalloc((size_t)max + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t len = 0;
	struct bytes *b;

	if (fd < 0) {
		report__at(SEVERITY_WARNING, &e->place, NULL, "failed to open file '%s': %s", path, strerror(errno));
	} else {
		while (len < max) {
			ssize_t n = read(fd, data + len, max - len);

			if (n <= 0)
				break;
			len += n;
		}
		close(fd);
		b = stream__begin(s, "cat", 2);
		record__str(b, "path", path);
		mp__str(b, "data");
		mp__text(b, data, len);
	}
	free(data);
	free(path);
}

/* All that the command writes. A signal is no end of it, but for a second wish to stop. */
static void read_output(const struct stream *s, int fd, struct bytes *output)
{
	u8 chunk[4096];
	ssize_t n;

	do {
		n = read(fd, chunk, sizeof(chunk));
		if (n > 0)
			bytes__put(output, chunk, n);
	} while (n > 0 || (n < 0 && errno == EINTR && !(s->give_up && *s->give_up > 1)));
}

void action__system(const struct object *o, struct stream *s, const struct event_entry *e, const u8 *record)
{
	char *command = text_of(e, record);
	struct bytes output = {};
	struct bytes *b;
	FILE *pipe;

	if (!o->m->unsafe) {
		report__at(SEVERITY_WARNING, &e->place, "compile the script with --unsafe", "system() is an unsafe function being used in safe mode");
		free(command);
		return;
	}
	stream__flush(s);
	pipe = popen(command, "re");
	if (pipe) {
		read_output(s, fileno(pipe), &output);
		pclose(pipe);
	} else {
		report__at(SEVERITY_WARNING, &e->place, NULL, "cannot run '%s': %s", command, strerror(errno));
	}
	b = stream__begin(s, "system", 2);
	record__str(b, "command", command);
	mp__str(b, "data");
	mp__text(b, output.len ? output.data : (const u8 *)"", output.len);
	bytes__free(&output);
	free(command);
}

void action__join(const struct object *o, struct stream *s, const struct event_entry *e, const u8 *record)
{
	const struct value_type *list = e->args[0].type;
	struct bytes *b = stream__begin(s, "join", 2);
	u32 count;

	(void)o;
	memcpy(&count, record + e->count_offset, 4);
	count = count < list->length ? count : list->length;
	record__str(b, "separator", e->format ? e->format : " ");
	mp__str(b, "parts");
	mp__array(b, count);
	for (u32 i = 0; i < count; i++) {
		const u8 *data = record + e->args[0].offset + (size_t)i * list->stride;
		size_t len = 0;
		const char *text = "";

		if (list->element->kind == VALUE_STRING)
			text = decode__text(list->element, data, &len);
		mp__text(b, text, len);
	}
}

void action__time(struct stream *s, const struct event_entry *e)
{
	struct bytes *b = stream__begin(s, "time", 2);
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	record__str(b, "format", e->format);
	record__uint(b, "ns", now.tv_sec * 1000000000ull + now.tv_nsec);
}
