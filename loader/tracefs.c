// SPDX-License-Identifier: Apache-2.0
#include "tracefs.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_FORMAT = 1 << 20, MAX_FUNCTIONS = 64 << 20 };

const char *tracefs__path(void)
{
	static const char *const places[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	static const char *found;

	for (size_t i = 0; i < ARRAY_LEN(places) && !found; i++) {
		char *events = mem__format("%s/events", places[i]);

		if (!access(events, R_OK | X_OK))
			found = places[i];
		free(events);
	}
	return found;
}

static int read_event_file(struct bytes *b, const char *category, const char *event, const char *file)
{
	const char *root = tracefs__path();
	char *path;
	int err;

	if (!root)
		return -ENODEV;
	if (strchr(category, '/') || strchr(event, '/') || *category == '.' || *event == '.')
		return -ENOENT;
	path = mem__format("%s/events/%s/%s/%s", root, category, event, file);
	err = bytes__read_file(b, path, MAX_FORMAT);
	free(path);
	return err;
}

s64 tracefs__event_id(const char *category, const char *event)
{
	struct bytes b = {};
	s64 id = read_event_file(&b, category, event, "id");

	if (!id)
		id = strtoll((char *)b.data, NULL, 10);
	bytes__free(&b);
	return id;
}

static int match_folder(const char *path, const char *pattern, struct bytes *names)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.' && glob__match(pattern, entry->d_name))
			bytes__put(names, entry->d_name, strlen(entry->d_name) + 1);
	closedir(dir);
	return 0;
}

int tracefs__events(const char *category, const char *event, tracefs_visit visit, void *ctx)
{
	const char *root = tracefs__path();
	struct bytes categories = {}, events = {};
	char *path;
	int err, count = 0;

	if (!root)
		return -ENODEV;
	path = mem__format("%s/events", root);
	err = match_folder(path, category, &categories);
	free(path);
	for (size_t i = 0; !err && i < categories.len; i += strlen((char *)categories.data + i) + 1) {
		const char *group = (char *)categories.data + i;

		path = mem__format("%s/events/%s", root, group);
		events.len = 0;
		match_folder(path, event, &events);
		free(path);
		for (size_t k = 0; k < events.len; k += strlen((char *)events.data + k) + 1, count++)
			if (!visit(ctx, group, (char *)events.data + k))
				break;
	}
	bytes__free(&categories);
	bytes__free(&events);
	return err ? err : count;
}

/* Functions that kprobes refuse: lines "0xADDR-0xADDR\tname". Absent without debugfs: then none is known. */
static bool is_blacklisted(const char *name)
{
	static struct bytes list;
	static bool loaded;
	size_t len = strlen(name);
	const char *at;

	if (!loaded && bytes__read_file(&list, "/sys/kernel/debug/kprobes/blacklist", MAX_FUNCTIONS))
		list.len = 0;
	loaded = true;
	at = list.len ? (char *)list.data : NULL;
	while (at && (at = strstr(at, name))) {
		if (at > (char *)list.data && at[-1] == '\t' && (at[len] == '\n' || at[len] == ' ' || !at[len]))
			return true;
		at += len;
	}
	return false;
}

/* A pattern means a start only if it begins with all of it. */
static bool begins_with(const char *pattern, const char *start)
{
	return !strncmp(pattern, start, strlen(start));
}

/*
 * What a pattern leaves out unless it asks for it: parts that the compiler split off a function, which are no functions of
 * the source; RCU's own functions, under which a program must not run; the kernel's trampoline for XDP programs.
 */
static bool is_left_out(const char *pattern, const char *name)
{
	static const char *const shunned[] = { "rcu_", "bpf_dispatcher_xdp_func" };

	if (!glob__is_pattern(pattern))
		return false;
	if (!strchr(pattern, '.') && (strstr(name, ".part.") || strstr(name, ".cold") || strstr(name, ".llvm.")))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(shunned); i++)
		if (begins_with(name, shunned[i]) && !begins_with(pattern, shunned[i]))
			return true;
	return false;
}

int tracefs__functions(const char *module, const char *function, tracefs_visit visit, void *ctx)
{
	static struct bytes list;
	const char *root = tracefs__path();
	char *copy, *at, *line;
	int count = 0, err;

	if (!root)
		return -ENODEV;
	if (!list.len) {
		char *path = mem__format("%s/available_filter_functions", root);

		err = bytes__read_file(&list, path, MAX_FUNCTIONS);
		free(path);
		if (err)
			return err;
	}
	at = copy = mem__strdup((char *)list.data);
	/* "name" or "name [module]" */
	while ((line = text__next_line(&at))) {
		char *space = strchr(line, ' ');
		char *group = space && space[1] == '[' ? space + 2 : "";

		if (space)
			*space = 0;
		if (*group)
			group[strcspn(group, "]")] = 0;
		if (!glob__match(function, line) || is_left_out(function, line))
			continue;
		if (module && !glob__match(module, *group ? group : "vmlinux"))
			continue;
		if (is_blacklisted(line))
			continue;
		count++;
		if (!visit(ctx, group, line))
			break;
	}
	free(copy);
	return count;
}

/* "\tfield:__data_loc char[] name;\toffset:8;\tsize:4;\tsigned:0;": the name is the last word, less an array's length. */
static bool is_field(char *line, const char *name)
{
	char *end = strchr(line, ';'), *bracket;
	size_t len = strlen(name);

	if (!end)
		return false;
	*end = 0;
	bracket = end > line && end[-1] == ']' ? strrchr(line, '[') : NULL;
	if (bracket && bracket > line && bracket[-1] != ' ')
		*(end = bracket) = 0;
	return (size_t)(end - line) > len && !strcmp(end - len, name) && strchr(" *:", end[-(s64)len - 1]);
}

int tracefs__field(const char *category, const char *event, const char *field, struct tracefs_field *found)
{
	struct bytes b = {};
	int err = read_event_file(&b, category, event, "format");
	char *at = (char *)b.data, *line;

	while (!err && (line = text__next_line(&at))) {
		char *offset = strstr(line, "offset:"), *size = strstr(line, "size:");

		if (strncmp(line, "\tfield:", 7) || !offset || !size || !is_field(line + 7, field))
			continue;
		found->offset = strtoul(offset + 7, NULL, 10);
		found->size = strtoul(size + 5, NULL, 10);
		bytes__free(&b);
		return 0;
	}
	bytes__free(&b);
	return err ? err : -ENODATA;
}
