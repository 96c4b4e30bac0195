// SPDX-License-Identifier: Apache-2.0
#include "binaries.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct finding {
	/* as found, NUL behind each; the same with links followed, so that each file is found once */
	struct bytes *paths;
	struct bytes real;
};

static bool add(struct finding *f, const char *path)
{
	char real[4096];

	if (access(path, R_OK) || !realpath(path, real))
		return false;
	for (size_t at = 0; at < f->real.len; at += strlen((char *)f->real.data + at) + 1)
		if (!strcmp((char *)f->real.data + at, real))
			return false;
	bytes__put(&f->real, real, strlen(real) + 1);
	bytes__put(f->paths, path, strlen(path) + 1);
	return true;
}

/* Expands `*` one folder at a time. */
static u32 add_pattern(struct finding *f, const char *base, const char *rest)
{
	const char *slash = strchr(rest, '/');
	char *part = mem__strndup(rest, slash ? (size_t)(slash - rest) : strlen(rest));
	u32 found = 0;

	if (!glob__is_pattern(part)) {
		char *path = mem__format("%s/%s", base, part);

		found = slash ? add_pattern(f, path, slash + 1) : add(f, path);
		free(path);
	} else {
		DIR *dir = opendir(*base ? base : "/");
		struct dirent *entry;

		while (dir && (entry = readdir(dir))) {
			char *path;

			if (entry->d_name[0] == '.' || !glob__match(part, entry->d_name))
				continue;
			path = mem__format("%s/%s", base, entry->d_name);
			found += slash ? add_pattern(f, path, slash + 1) : add(f, path);
			free(path);
		}
		if (dir)
			closedir(dir);
	}
	free(part);
	return found;
}

static u32 add_from_path(struct finding *f, const char *name)
{
	const char *list = getenv("PATH");
	char *copy = mem__strdup(list && *list ? list : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"), *rest = copy, *dir;
	u32 found = 0;

	while (!found && (dir = strsep(&rest, ":"))) {
		char *path = mem__format("%s/%s", *dir ? dir : ".", name);

		if (!access(path, X_OK))
			found += add(f, path);
		free(path);
	}
	free(copy);
	return found;
}

/* `libc` stands for libc.so.N; `libssl.so.3` for itself. */
static bool names_library(const char *name, const char *library)
{
	size_t len = strlen(name);

	return !strcmp(name, library) || (!strncmp(name, library, len) && !strncmp(library + len, ".so", 3));
}

struct cache_head {
	char magic[20];
	u32 count, strings_len;
	u32 unused[5];
};

struct cache_entry {
	s32 flags;
	u32 key, value, os;
	u64 hwcap;
};

enum { CACHE_ELF = 1, CACHE_LIBC6 = 3, CACHE_X86_64 = 0x0300, CACHE_AARCH64 = 0x0a00 };

/* /etc/ld.so.cache, the glibc format: strings are offsets from its head (dl-cache.h). */
static u32 add_from_cache(struct finding *f, const char *name)
{
#if defined(__aarch64__)
	const s32 wanted = CACHE_AARCH64;
#else
	const s32 wanted = CACHE_X86_64;
#endif
	static const char magic[] = "glibc-ld.so.cache1.1";
	struct bytes file = {};
	const struct cache_head *head;
	u8 *at;
	size_t room;
	u32 found = 0;

	if (bytes__read_file(&file, "/etc/ld.so.cache", 64 << 20))
		return 0;
	/* the old format's head may stand before the new one */
	at = memmem(file.data, file.len, magic, sizeof(magic) - 1);
	head = (const void *)at;
	room = at ? file.len - (at - file.data) : 0;
	if (room >= sizeof(*head) && head->count <= (room - sizeof(*head)) / sizeof(struct cache_entry)) {
		const struct cache_entry *entries = (const void *)(head + 1);

		for (u32 i = 0; i < head->count; i++) {
			if (entries[i].key >= room || entries[i].value >= room || (entries[i].flags & 0xff00) != wanted)
				continue;
			if (names_library(name, (char *)at + entries[i].key))
				found += add(f, (char *)at + entries[i].value);
		}
	}
	bytes__free(&file);
	return found;
}

static u32 add_from_folders(struct finding *f, const char *name)
{
	static const char *const folders[] = {
#if defined(__aarch64__)
		"/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
#else
		"/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
#endif
		"/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib",
	};
	u32 found = 0;

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		DIR *dir = opendir(folders[i]);
		struct dirent *entry;

		while (dir && (entry = readdir(dir))) {
			char *path;

			if (!names_library(name, entry->d_name))
				continue;
			path = mem__format("%s/%s", folders[i], entry->d_name);
			found += add(f, path);
			free(path);
		}
		if (dir)
			closedir(dir);
	}
	return found;
}

u32 binaries__find(const char *name, struct bytes *paths)
{
	struct finding f = { .paths = paths };
	u32 found;

	if (*name == '/') {
		found = add_pattern(&f, "", name + 1);
	} else if (strchr(name, '/') && !glob__is_pattern(name)) {
		found = add(&f, name);
	} else if (strchr(name, '/')) {
		char *cwd = getcwd(NULL, 0);

		found = cwd ? add_pattern(&f, strcmp(cwd, "/") ? cwd : "", name) : 0;
		free(cwd);
	} else {
		found = add_from_path(&f, name);
		if (!found)
			found = add_from_cache(&f, name);
		if (!found)
			found = add_from_folders(&f, name);
	}
	bytes__free(&f.real);
	return found;
}
