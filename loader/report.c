// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/capability.h>

#include "stream.h"

static const struct manifest *source;
static struct stream *notices;

void report__set_source(const struct manifest *m)
{
	source = m;
}

void report__set_stream(struct stream *s)
{
	notices = s;
}

void report__error(const char *format, ...)
{
	va_list ap;

	fputs("ERROR: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
}

void report__hint(const char *format, ...)
{
	va_list ap;

	fputs("HINT: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
}

static void put_blanks(char c)
{
	fputs(c == '\t' ? "    " : " ", stderr);
}

/* The script's line, a tab as four blanks, and tildes under columns [column, end_column). */
static void quote(const struct place *place)
{
	const char *line = source->source_text;
	size_t len;
	u32 end;

	for (u32 n = 1; line && n < place->line; n++) {
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	if (!line || !place->column)
		return;
	len = strcspn(line, "\n");
	for (size_t i = 0; i < len; i++) {
		if (line[i] == '\t')
			put_blanks('\t');
		else
			fputc(line[i], stderr);
	}
	fputc('\n', stderr);
	end = place->end_line == place->line && place->end_column > place->column ? place->end_column : place->column + 1;
	for (u32 i = 1; i < end && i <= len + 1; i++) {
		if (i >= place->column)
			fputc('~', stderr);
		else
			put_blanks(line[i - 1]);
	}
	fputc('\n', stderr);
}

/* The file that a line of the whole text is in; *line becomes its own. */
static const char *file_of(u32 *line)
{
	const char *name = source->source_name;
	u32 first = 1;

	for (u32 i = 0; i < source->files_len && source->files[i].line <= *line; i++) {
		name = source->files[i].name;
		first = source->files[i].line;
	}
	*line -= first - 1;
	return name;
}

/* FILE:LINE:COL-COL, or FILE:LINE-LINE where the span covers several lines. */
static void name_place(const struct place *place)
{
	u32 line = place->line;
	const char *name = file_of(&line);

	if (place->end_line > place->line)
		fprintf(stderr, "%s:%u-%u", name, line, line + place->end_line - place->line);
	else
		fprintf(stderr, "%s:%u:%u-%u", name, line, place->column,
			place->end_column > place->column ? place->end_column : place->column + 1);
}

void report__at(enum severity severity, const struct place *place, const char *hint, const char *format, ...)
{
	const char *word = severity == SEVERITY_ERROR ? "ERROR" : "WARNING";
	va_list ap;
	char *text;

	if (place && !place->line)
		place = NULL;
	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		text = mem__strdup(format);
	va_end(ap);
	if (notices && severity == SEVERITY_WARNING) {
		stream__notice(notices, severity, text, place, hint);
	} else {
		if (place && source) {
			name_place(place);
			fputs(": ", stderr);
		}
		fprintf(stderr, "%s: %s\n", word, text);
		if (place && source)
			quote(place);
		if (hint)
			report__hint("%s", hint);
	}
	free(text);
}

static u64 effective_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {};

	if (syscall(SYS_capget, &head, data))
		return 0;
	return (u64)data[1].effective << 32 | data[0].effective;
}

int report__privilege(const char *doing, int err)
{
	static const struct {
		int cap;
		const char *name;
	} needed[] = { { CAP_BPF, "CAP_BPF" }, { CAP_PERFMON, "CAP_PERFMON" } };
	u64 have = effective_capabilities();
	char missing[64] = "";

	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (!(have & (1ull << needed[i].cap | 1ull << CAP_SYS_ADMIN)))
			snprintf(missing + strlen(missing), sizeof(missing) - strlen(missing), "%s%s", *missing ? " and " : "", needed[i].name);
	if (*missing) {
		report__error("cannot %s: %s; this process lacks %s", doing, strerror(err), missing);
		report__hint("run it as root, or give it these capabilities (and CAP_SYS_RESOURCE before Linux 5.11)");
	} else {
		report__error("cannot %s: %s although CAP_BPF and CAP_PERFMON are there", doing, strerror(err));
		report__hint("a container's seccomp profile, kernel lockdown (/sys/kernel/security/lockdown) or a security module forbids it");
	}
	return EXIT_HOST;
}
