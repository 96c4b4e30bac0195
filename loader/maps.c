// SPDX-License-Identifier: Apache-2.0
#include "maps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>

#include "aggregate.h"
#include "map-read.h"
#include "value-type.h"

/* The record's head; entries follow in an array opened at *entries. */
static struct bytes *begin(struct decoder *d, struct stream *s, u32 map, s64 top, s64 div, bool final, size_t *entries)
{
	struct bytes *b = stream__begin(s, "map", 4 + (top >= 0) + (div >= 0));

	record__str(b, "name", d->o->m->maps[map].name);
	record__uint(b, "map", map);
	if (top >= 0)
		record__uint(b, "top", top);
	if (div >= 0)
		record__uint(b, "div", div);
	mp__str(b, "final");
	mp__bool(b, final);
	mp__str(b, "entries");
	*entries = mp__open_array(b);
	return b;
}

static void begin_entry(struct decoder *d, struct bytes *b, const struct map_entry *e, const u8 *key)
{
	mp__map(b, e->key ? 2 : 1);
	if (e->key) {
		mp__str(b, "key");
		decode__value(d, b, e->key, key);
	}
	mp__str(b, "value");
}

static u32 put_global(struct decoder *d, struct bytes *b, const struct map_entry *e)
{
	const u8 *at = d->o->bss + e->offset;
	u64 set;

	memcpy(&set, at, 8);
	if (!set)
		return 0;
	begin_entry(d, b, e, NULL);
	if (aggregate__has_buckets(e->value))
		mp__array(b, 0);
	else if (value_kind__is_aggregation(e->value->kind))
		aggregate__put(b, e->value, at + 8, 1, 0);
	else
		decode__value(d, b, e->value, at + 8);
	return 1;
}

static u32 put_plain(struct decoder *d, struct bytes *b, const struct map_entry *e, const struct elements *all)
{
	u32 count = 0;

	for (u32 i = 0; i < all->count; i++) {
		const u8 *value = all->values + (size_t)i * all->value_size;
		size_t start = b->len;

		begin_entry(d, b, e, all->keys + (size_t)i * all->key_size);
		if (!value_kind__is_aggregation(e->value->kind))
			decode__value(d, b, e->value, value);
		/* the array element of a map without keys exists before the script sets it */
		else if (!aggregate__put(b, e->value, value, all->parts, all->part_size) && !e->key && !d->o->zeroed[e - d->o->m->maps]) {
			b->len = start;
			continue;
		}
		count++;
	}
	return count;
}

struct order {
	const u8 *key;
	u32 size, element;
};

static int by_key(const void *a, const void *b)
{
	const struct order *x = a, *y = b;
	int c = memcmp(x->key, y->key, x->size);

	return c ? c : x->element < y->element ? -1 : 1;
}

/* Elements sorted so that the buckets of one key follow each other. The bucket's bytes do not count. */
static struct order *group(const struct map_entry *e, struct elements *all, u64 *buckets)
{
	struct order *order = mem__zalloc(all->count * sizeof(*order));
	u32 width = e->value->kind == VALUE_TSERIES ? 8 : 4;

	for (u32 i = 0; i < all->count; i++) {
		u8 *key = all->keys + (size_t)i * all->key_size;
		u32 at = e->key ? e->bucket_offset : 0;

		buckets[i] = 0;
		memcpy(&buckets[i], key + at, width < all->key_size ? width : all->key_size);
		memset(key + at, 0, width < all->key_size - at ? width : all->key_size - at);
		order[i] = (struct order){ key, all->key_size, i };
	}
	qsort(order, all->count, sizeof(*order), by_key);
	return order;
}

static u32 put_buckets(struct decoder *d, struct bytes *b, const struct map_entry *e, struct elements *all)
{
	u64 *buckets = mem__zalloc(all->count * sizeof(*buckets));
	struct order *order = group(e, all, buckets);
	struct samples samples = {};
	u32 count = 0;

	for (u32 i = 0; i < all->count; i++) {
		const u8 *value = all->values + (size_t)order[i].element * all->value_size;

		aggregate__add(&samples, e->value, buckets[order[i].element], value, all->parts, all->part_size);
		if (i + 1 < all->count && !memcmp(order[i].key, order[i + 1].key, all->key_size))
			continue;
		/* a key whose buckets are all zero was zeroed, and stays; the array of a map without keys is there from the start */
		if (samples.len || e->key || d->o->zeroed[e - d->o->m->maps]) {
			begin_entry(d, b, e, order[i].key);
			aggregate__put_samples(b, e->value, &samples);
			count++;
		}
		samples.len = 0;
	}
	free(samples.list);
	free(order);
	free(buckets);
	return count;
}

int maps__print(struct decoder *d, struct stream *s, u32 map, s64 top, s64 div, bool final)
{
	const struct map_entry *e = &d->o->m->maps[map];
	struct elements all = {};
	size_t entries, start = s->entries.len;
	struct bytes *b;
	u32 count;
	int err = 0;

	if (e->storage != STORAGE_GLOBAL)
		err = elements__read(&all, d->o->map_fds[map], e, d->o->possible_cpus);
	if (err) {
		report__at(SEVERITY_WARNING, NULL, NULL, "cannot read map %s: %s", e->name, strerror(-err));
		elements__free(&all);
		return err;
	}
	b = begin(d, s, map, top, div, final, &entries);
	if (e->storage == STORAGE_GLOBAL)
		count = d->o->bss ? put_global(d, b, e) : 0;
	else
		count = aggregate__has_buckets(e->value) ? put_buckets(d, b, e, &all) : put_plain(d, b, e, &all);
	mp__close(b, entries, count);
	elements__free(&all);
	/* the end of the run shows only maps that hold something */
	if (final && !count) {
		b->len = start;
		s->count--;
	}
	stream__tick(s);
	return 0;
}

void maps__print_all(struct decoder *d, struct stream *s)
{
	const struct manifest *m = d->o->m;
	u32 *order = mem__zalloc(m->maps_len * sizeof(*order));

	for (u32 i = 0; i < m->maps_len; i++) {
		u32 k = i;

		for (; k > 0 && strcmp(m->maps[order[k - 1]].name, m->maps[i].name) > 0; k--)
			order[k] = order[k - 1];
		order[k] = i;
	}
	for (u32 i = 0; i < m->maps_len; i++)
		if (m->maps[order[i]].print)
			maps__print(d, s, order[i], -1, -1, true);
	free(order);
}

static bool is_array(enum map_storage storage)
{
	return storage == STORAGE_PERCPU_ARRAY;
}

/* Sets every element's value to zero bytes. Values are updated one by one: batches differ too much between kernels. */
static int zero_elements(const struct object *o, u32 map, const struct elements *all)
{
	u8 *zero = mem__zalloc(all->value_size);
	int err = 0;

	for (u32 i = 0; i < all->count; i++) {
		int one = bpf_map_update_elem(o->map_fds[map], all->keys + (size_t)i * all->key_size, zero, BPF_EXIST);

		/* deleted meanwhile */
		if (one && one != -ENOENT)
			err = one;
	}
	free(zero);
	return err;
}

static int delete_elements(const struct object *o, u32 map, const struct elements *all)
{
	int err = 0;

	for (u32 i = 0; i < all->count; i++) {
		int one = bpf_map_delete_elem(o->map_fds[map], all->keys + (size_t)i * all->key_size);

		if (one && one != -ENOENT)
			err = one;
	}
	return err;
}

static bool holds_something(const struct elements *all)
{
	for (size_t i = 0; i < (size_t)all->count * all->value_size; i++)
		if (all->values[i])
			return true;
	return false;
}

static int change(const struct object *o, u32 map, bool clear)
{
	const struct map_entry *e = &o->m->maps[map];
	struct elements all = {};
	int err;

	if (e->storage == STORAGE_GLOBAL) {
		/* the value first: a program that finds the flag set never reads half of the old one */
		memset(o->bss + e->offset + 8, 0, e->value_size);
		if (clear)
			memset(o->bss + e->offset, 0, 8);
		return 0;
	}
	err = elements__read(&all, o->map_fds[map], e, o->possible_cpus);
	if (!err && (clear || holds_something(&all)))
		o->zeroed[map] = !clear;
	if (!err)
		err = clear && !is_array(e->storage) ? delete_elements(o, map, &all) : zero_elements(o, map, &all);
	elements__free(&all);
	if (err)
		report__at(SEVERITY_WARNING, NULL, NULL, "cannot %s map %s: %s", clear ? "clear" : "zero", e->name, strerror(-err));
	return err;
}

int maps__clear(const struct object *o, u32 map)
{
	return change(o, map, true);
}

int maps__zero(const struct object *o, u32 map)
{
	return change(o, map, false);
}
