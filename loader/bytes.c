// SPDX-License-Identifier: Apache-2.0
#include "bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void *mem__check(void *p)
{
	static const char text[] = "ERROR: tracelet-loader is out of memory\n";

	if (p)
		return p;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(3);
	_exit(3);
}

void *mem__zalloc(size_t size)
{
	return mem__check(calloc(1, size ? size : 1));
}

void *mem__grow(void *old, size_t size)
{
	return mem__check(realloc(old, size ? size : 1));
}

char *mem__strdup(const char *text)
{
	return mem__check(strdup(text));
}

char *mem__strndup(const char *text, size_t len)
{
	return mem__check(strndup(text, len));
}

char *mem__format(const char *format, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, format);
	n = vasprintf(&text, format, ap);
	va_end(ap);
	return mem__check(n < 0 ? NULL : text);
}

u8 *bytes__add(struct bytes *b, size_t n)
{
	if (b->cap - b->len < n) {
		b->cap = b->cap * 2 > b->len + n ? b->cap * 2 : b->len + n + 64;
		b->data = mem__grow(b->data, b->cap);
	}
	b->len += n;
	return b->data + b->len - n;
}

void bytes__put(struct bytes *b, const void *data, size_t n)
{
	if (n)
		memcpy(bytes__add(b, n), data, n);
}

void bytes__free(struct bytes *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

int bytes__read_fd(struct bytes *b, int fd, size_t max)
{
	size_t step = 4096;

	for (;;) {
		ssize_t n = read(fd, bytes__add(b, step + 1), step);
		int err = errno;

		b->len -= step + 1;
		if (n < 0 && err == EINTR)
			continue;
		if (n < 0)
			return -err;
		b->data[b->len + n] = 0;
		if (n == 0)
			return 0;
		b->len += n;
		if (b->len > max)
			return -EFBIG;
		if (step < (1 << 18))
			step *= 2;
	}
}

int bytes__read_file(struct bytes *b, const char *path, size_t max)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = bytes__read_fd(b, fd, max);
	close(fd);
	return err;
}

char *text__next_line(char **at)
{
	char *line = *at, *end;

	if (!line || !*line)
		return NULL;
	end = strchr(line, '\n');
	if (end)
		*end = 0;
	*at = end ? end + 1 : NULL;
	return line;
}

bool glob__match(const char *pattern, const char *text)
{
	const char *star = NULL, *retry = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			retry = text;
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star;
			text = ++retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

bool glob__is_pattern(const char *text)
{
	return text && strchr(text, '*');
}

u64 clock__now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}
