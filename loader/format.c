// SPDX-License-Identifier: Apache-2.0
#include "format.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Integers keep their own width, so C's length modifiers are dropped and 64 bits are passed. */
static void put_conversion(struct bytes *out, const char *flags, size_t flags_len, char conversion, const struct argument *arg, const u8 *record)
{
	const u8 *data = record + arg->offset;
	bool is_text = arg->type->kind == VALUE_STRING || arg->type->kind == VALUE_BUFFER;
	char spec[48];
	char *text = NULL;
	size_t len;
	int n;

	flags_len = flags_len < 32 ? flags_len : 32;
	if (is_text) {
		const char *chars = decode__text(arg->type, data, &len);
		char *copy = mem__strndup(chars, len);

		snprintf(spec, sizeof(spec), "%%%.*ss", (int)flags_len, flags);
		n = asprintf(&text, spec, copy);
		free(copy);
	} else {
		s64 value = decode__int(arg->type, data);

		if (conversion == 's' || conversion == 'p' || !strchr("diuxXoc", conversion))
			conversion = conversion == 'p' || arg->type->kind == VALUE_POINTER ? 'x' : arg->type->is_signed ? 'd' : 'u';
		if (conversion == 'c') {
			snprintf(spec, sizeof(spec), "%%%.*sc", (int)flags_len, flags);
			n = asprintf(&text, spec, (int)value);
		} else {
			snprintf(spec, sizeof(spec), "%%%.*sll%c", (int)flags_len, flags, conversion);
			n = asprintf(&text, spec, (long long)value);
		}
	}
	if (n > 0)
		bytes__put(out, text, n);
	if (n >= 0)
		free(text);
}

void format__event(struct bytes *out, const struct event_entry *e, const u8 *record)
{
	const char *at = e->format;
	u32 arg = 0;

	while (*at) {
		const char *percent = strchr(at, '%');
		size_t flags, width;

		bytes__put(out, at, percent ? (size_t)(percent - at) : strlen(at));
		if (!percent)
			break;
		at = percent + 1;
		if (*at == '%') {
			bytes__put(out, "%", 1);
			at++;
			continue;
		}
		flags = strspn(at, "-+ #0123456789.");
		width = flags + strspn(at + flags, "hlqjzt");
		if (!at[width])
			break;
		if (arg < e->args_len)
			put_conversion(out, at, flags, at[width], &e->args[arg++], record);
		at += width + 1;
	}
}
