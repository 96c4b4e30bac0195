// SPDX-License-Identifier: Apache-2.0
#include "decode.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bpf/bpf.h>

#include "kallsyms.h"
#include "user-symbols.h"

/* EventTime aside, every value that stands for a name falls back to its number as 0x… */
static void put_address(struct bytes *out, u64 addr)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)addr);
	mp__str(out, text);
}

void decode__ksym(struct bytes *out, u64 addr)
{
	const char *module, *name;
	u64 offset;

	name = kallsyms__name(addr, &module, &offset);
	if (name)
		mp__str(out, name);
	else
		put_address(out, addr);
}

void decode__usym(struct bytes *out, u64 addr, u32 pid)
{
	struct user_symbol symbol = user_symbols__resolve(pid, addr);

	if (symbol.name)
		mp__text(out, symbol.name, strlen(symbol.name));
	else
		put_address(out, addr);
}

void decode__inet(struct bytes *out, const u8 *data)
{
	char text[INET6_ADDRSTRLEN] = "";
	u32 family;

	memcpy(&family, data, 4);
	if (family == AF_INET || family == AF_INET6)
		inet_ntop(family, data + 4, text, sizeof(text));
	mp__str(out, text);
}

void decode__username(struct bytes *out, u64 uid)
{
	static struct bytes passwd;
	static bool loaded;
	char text[24];
	char *copy, *at, *line;

	if (!loaded)
		bytes__read_file(&passwd, "/etc/passwd", 16 << 20);
	loaded = true;
	at = copy = mem__strdup(passwd.data ? (char *)passwd.data : "");
	while ((line = text__next_line(&at))) {
		char *name = strsep(&line, ":"), *id;

		strsep(&line, ":");
		id = strsep(&line, ":");
		if (!id || !*id || strtoull(id, NULL, 10) != uid)
			continue;
		mp__text(out, name, strlen(name));
		free(copy);
		return;
	}
	free(copy);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)uid);
	mp__str(out, text);
}

/* A cgroup's id is the inode of its folder. Depth first; *found is the path below root. */
static bool find_cgroup(const char *root, const char *below, u64 id, char **found, int depth)
{
	char *path = mem__format("%s%s", root, below);
	DIR *dir = depth < 64 ? opendir(path) : NULL;
	struct dirent *entry;
	bool hit = false;

	free(path);
	while (dir && !hit && (entry = readdir(dir))) {
		char *inner;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		inner = mem__format("%s/%s", below, entry->d_name);
		hit = entry->d_ino == id;
		if (hit)
			*found = mem__strdup(inner);
		else
			hit = find_cgroup(root, inner, id, found, depth + 1);
		free(inner);
	}
	if (dir)
		closedir(dir);
	return hit;
}

/* Where control groups are mounted, as /proc tells: the unified hierarchy first, those of version 1 by their folder's name. */
struct hierarchy {
	char *name, *root;
	bool unified;
};

static int by_name(const void *a, const void *b)
{
	const struct hierarchy *x = a, *y = b;

	return x->unified != y->unified ? y->unified - x->unified : strcmp(x->name, y->name);
}

static u32 read_hierarchies(struct hierarchy **out)
{
	FILE *file = fopen("/proc/self/mounts", "re");
	char line[1024], root[512], type[32];
	struct hierarchy *list = NULL;
	u32 len = 0;

	*out = NULL;
	while (file && fgets(line, sizeof(line), file)) {
		bool unified;

		if (sscanf(line, "%*s %511s %31s", root, type) != 2 || strncmp(type, "cgroup", 6))
			continue;
		unified = !strcmp(type, "cgroup2");
		if (!unified && strcmp(type, "cgroup"))
			continue;
		list = mem__grow(list, (len + 1) * sizeof(*list));
		list[len++] = (struct hierarchy){ mem__strdup(unified ? "unified" : strrchr(root, '/') + 1), mem__strdup(root), unified };
	}
	if (file)
		fclose(file);
	if (len)
		qsort(list, len, sizeof(*list), by_name);
	*out = list;
	return len;
}

/* "hierarchy:/path", of the unified hierarchy "unified", of others their folder's name; joined with commas. */
void decode__cgroup_path(struct bytes *out, u64 id, const char *filter)
{
	struct hierarchy *list;
	struct bytes text = {};
	u32 len = read_hierarchies(&list);

	for (u32 i = 0; i < len; i++) {
		const struct hierarchy *h = &list[i];
		char *found = NULL;
		struct stat st;

		if ((!*filter || glob__match(filter, h->name)) && !stat(h->root, &st)) {
			found = st.st_ino == id ? mem__strdup("/") : NULL;
			if (found || find_cgroup(h->root, "", id, &found, 0)) {
				bytes__put(&text, ",", text.len != 0);
				bytes__put(&text, h->name, strlen(h->name));
				bytes__put(&text, ":", 1);
				bytes__put(&text, found, strlen(found));
				free(found);
			}
		}
		free(h->name);
		free(h->root);
	}
	free(list);
	mp__text(out, text.len ? (char *)text.data : "", text.len);
	bytes__free(&text);
}

static void put_symbol(struct bytes *out, u32 fields, u64 addr, const char *name, u64 offset, const char *module)
{
	mp__map(out, fields + 1);
	mp__str(out, "address");
	mp__uint(out, addr);
	if (name) {
		mp__str(out, "symbol");
		mp__text(out, name, strlen(name));
		mp__str(out, "offset");
		mp__uint(out, offset);
	}
	if (module) {
		mp__str(out, "module");
		mp__text(out, module, strlen(module));
	}
}

static void put_frame(struct bytes *out, const struct value_type *type, u64 addr, u32 pid)
{
	const char *module = NULL, *name;
	struct user_symbol user;
	u64 offset = 0;

	if (type->mode == STACK_RAW) {
		put_symbol(out, 0, addr, NULL, 0, NULL);
		return;
	}
	if (type->user) {
		user = user_symbols__resolve(pid, addr);
		put_symbol(out, (user.name ? 2 : 0) + !!user.module, addr, user.name, user.offset, user.module);
		return;
	}
	name = kallsyms__name(addr, &module, &offset);
	if (!name || !*module)
		module = NULL;
	put_symbol(out, (name ? 2 : 0) + !!module, addr, name, offset, module);
}

/* struct bpf_stack_build_id (include/uapi/linux/bpf.h) */
static void put_build_id(struct bytes *out, const struct bpf_stack_build_id *frame)
{
	char text[2 * BPF_BUILD_ID_SIZE + 1] = "";

	if (frame->status != BPF_STACK_BUILD_ID_VALID) {
		put_symbol(out, 0, frame->ip, NULL, 0, NULL);
		return;
	}
	for (int i = 0; i < BPF_BUILD_ID_SIZE; i++)
		sprintf(text + 2 * i, "%02x", frame->build_id[i]);
	put_symbol(out, 2, frame->offset, text, frame->offset, NULL);
}

/* What an overflow map holds by id. Entries are never removed while the programs run. */
struct overflow {
	struct overflow *next;
	const struct bpf_map *map;
	s32 id;
	u8 frames[];
};

static struct overflow *overflows[256];

static const u8 *known_overflow(const struct bpf_map *map, s32 id)
{
	for (struct overflow *o = overflows[(u8)id]; o; o = o->next)
		if (o->id == id && o->map == map)
			return o->frames;
	return NULL;
}

/* The map's key is the stack itself and its value the id: entries that are new since the last time are taken over. */
static void read_overflow(const struct bpf_map *map, u32 size)
{
	u8 *key = mem__zalloc(size), *next = mem__zalloc(size), *swap;
	bool started = false;
	s64 id;

	while (!bpf_map_get_next_key(bpf_map__fd(map), started ? key : NULL, next)) {
		if (!bpf_map_lookup_elem(bpf_map__fd(map), next, &id) && !known_overflow(map, (s32)id)) {
			struct overflow *o = mem__zalloc(sizeof(*o) + size);

			o->map = map;
			o->id = (s32)id;
			memcpy(o->frames, next, size);
			o->next = overflows[(u8)id];
			overflows[(u8)id] = o;
		}
		swap = key;
		key = next;
		next = swap;
		started = true;
	}
	free(key);
	free(next);
}

static bool read_frames(struct decoder *d, const struct value_type *type, s32 id, u8 *frames, u32 size)
{
	struct bpf_map *map = bpf_object__find_map_by_name(d->o->bpf, type->stack_map);
	const u8 *known;
	char *name;

	if (id >= 0)
		return map && !bpf_map_lookup_elem(bpf_map__fd(map), &id, frames);
	if (id >= ABI_STACK_ID_FIRST / 2)
		return false;
	name = mem__format("%s" ABI_STACK_OVERFLOW, type->stack_map);
	map = bpf_object__find_map_by_name(d->o->bpf, name);
	free(name);
	if (!map || bpf_map__key_size(map) != size || bpf_map__value_size(map) != sizeof(s64))
		return false;
	known = known_overflow(map, id);
	if (!known) {
		read_overflow(map, size);
		known = known_overflow(map, id);
	}
	if (known)
		memcpy(frames, known, size);
	return known;
}

void decode__stack(struct decoder *d, struct bytes *out, const struct value_type *type, const u8 *data)
{
	struct bpf_map *map = bpf_object__find_map_by_name(d->o->bpf, type->stack_map);
	u32 size = map ? bpf_map__value_size(map) : 0, count = 0, frames;
	bool build_id = type->mode == STACK_BUILD_ID;
	u8 *value;
	u32 pid;
	s32 id;

	memcpy(&id, data, 4);
	memcpy(&pid, data + 4, 4);
	value = mem__zalloc(size + 1);
	if (!size || !read_frames(d, type, id, value, size))
		size = 0;
	frames = size / (build_id ? sizeof(struct bpf_stack_build_id) : 8);
	for (u32 limit = type->limit && type->limit < frames ? type->limit : frames; count < limit; count++) {
		const struct bpf_stack_build_id *b = (const void *)value;

		if (build_id ? b[count].status == BPF_STACK_BUILD_ID_EMPTY : !((const u64 *)value)[count])
			break;
	}
	mp__array(out, count);
	for (u32 i = 0; i < count; i++) {
		if (build_id)
			put_build_id(out, (const struct bpf_stack_build_id *)value + i);
		else
			put_frame(out, type, ((const u64 *)value)[i], pid);
	}
	free(value);
}
