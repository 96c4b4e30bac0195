/* SPDX-License-Identifier: Apache-2.0 */
/* Growable byte buffer, arena, and whole-file reading: all memory of the loader comes from here. */
#ifndef TRACELET_BYTES_H
#define TRACELET_BYTES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

struct bytes {
	u8 *data;
	size_t len, cap;
};

/* Memory that is out ends the process with a message and status 3: nothing here can go on without it. */
void *mem__zalloc(size_t size);
void *mem__grow(void *old, size_t size);
char *mem__strdup(const char *text);
char *mem__strndup(const char *text, size_t len);
char *mem__format(const char *format, ...) PRINTF_LIKE(1, 2);

/* Room for n more bytes; returns where they go. len grows by n. */
u8 *bytes__add(struct bytes *b, size_t n);
void bytes__put(struct bytes *b, const void *data, size_t n);
void bytes__free(struct bytes *b);

/* The whole file (of unknown size, as in /proc), at most max bytes, NUL added after len. -errno; -EFBIG when longer. */
int bytes__read_fd(struct bytes *b, int fd, size_t max);
int bytes__read_file(struct bytes *b, const char *path, size_t max);

/* The next line of text at *at, without its newline, NUL put in place; NULL at the end. */
char *text__next_line(char **at);

/* `*` matches any run of characters. */
bool glob__match(const char *pattern, const char *text);
bool glob__is_pattern(const char *text);

/* CLOCK_MONOTONIC in ns. */
u64 clock__now(void);

#endif
