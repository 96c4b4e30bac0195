// SPDX-License-Identifier: Apache-2.0
#include "map-read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>

enum { BATCH = 512 };

static void make_room(struct elements *all, u32 *room, u32 want)
{
	if (want <= *room)
		return;
	*room = want > *room * 2 ? want : *room * 2;
	all->keys = mem__grow(all->keys, (size_t)*room * all->key_size);
	all->values = mem__grow(all->values, (size_t)*room * all->value_size);
}

/* -EINVAL, -EOPNOTSUPP where this map type or kernel has no batches; -ENOSPC: a hash bucket holds more than the batch. */
static int read_batches(struct elements *all, int fd)
{
	LIBBPF_OPTS(bpf_map_batch_opts, opts);
	u32 room = 0, batch = BATCH;
	u8 *position = mem__zalloc(all->key_size + 8), *next = mem__zalloc(all->key_size + 8);
	bool started = false;
	int err;

	for (;;) {
		u32 count = batch;

		make_room(all, &room, all->count + batch);
		err = bpf_map_lookup_batch(fd, started ? position : NULL, next, all->keys + (size_t)all->count * all->key_size,
					   all->values + (size_t)all->count * all->value_size, &count, &opts);
		if (err == -ENOSPC && batch < 1 << 20) {
			batch *= 2;
			continue;
		}
		if (err && err != -ENOENT)
			break;
		all->count += count;
		if (err == -ENOENT) {
			err = 0;
			break;
		}
		memcpy(position, next, all->key_size + 8);
		started = true;
	}
	free(position);
	free(next);
	return err;
}

static int read_singly(struct elements *all, int fd)
{
	u8 *key = mem__zalloc(all->key_size), *next = mem__zalloc(all->key_size);
	bool started = false;
	u32 room = 0;
	int err;

	all->count = 0;
	while (!(err = bpf_map_get_next_key(fd, started ? key : NULL, next))) {
		make_room(all, &room, all->count + 1);
		memcpy(key, next, all->key_size);
		started = true;
		/* deleted meanwhile */
		if (bpf_map_lookup_elem(fd, key, all->values + (size_t)all->count * all->value_size))
			continue;
		memcpy(all->keys + (size_t)all->count * all->key_size, key, all->key_size);
		all->count++;
	}
	free(key);
	free(next);
	return err == -ENOENT ? 0 : err;
}

int elements__read(struct elements *all, int fd, const struct map_entry *e, int possible_cpus)
{
	bool percpu = map_storage__is_percpu(e->storage);
	int err;

	memset(all, 0, sizeof(*all));
	all->key_size = e->key_size;
	all->parts = percpu ? possible_cpus : 1;
	all->part_size = percpu ? (e->value_size + 7) & ~7u : e->value_size;
	all->value_size = all->part_size * all->parts;
	err = read_batches(all, fd);
	return err ? read_singly(all, fd) : 0;
}

void elements__free(struct elements *all)
{
	free(all->keys);
	free(all->values);
}
