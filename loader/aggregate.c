// SPDX-License-Identifier: Apache-2.0
#include "aggregate.h"

#include <stdlib.h>
#include <string.h>

static u64 word(const u8 *data, u32 i)
{
	u64 value;

	memcpy(&value, data + 8 * i, 8);
	return value;
}

bool aggregate__has_buckets(const struct value_type *type)
{
	return type->kind == VALUE_HIST || type->kind == VALUE_LHIST || type->kind == VALUE_TSERIES;
}

static bool is_better(const struct value_type *type, u64 value, u64 best)
{
	bool less = type->is_signed ? (s64)value < (s64)best : value < best;

	return type->kind == VALUE_MIN || (type->kind == VALUE_TSERIES && type->fn == SERIES_MIN) ? less : value != best && !less;
}

static void put_number(struct bytes *out, const struct value_type *type, u64 value)
{
	if (type->is_signed)
		mp__int(out, value);
	else
		mp__uint(out, value);
}

static u64 average(const struct value_type *type, u64 total, u64 count)
{
	if (!count)
		return 0;
	return type->is_signed ? (u64)((s64)total / (s64)count) : total / count;
}

bool aggregate__put(struct bytes *out, const struct value_type *type, const u8 *parts, u32 cpus, u32 stride)
{
	u64 first = 0, second = 0;
	bool any = false;

	for (u32 i = 0; i < cpus; i++, parts += stride) {
		u64 value = word(parts, 0);

		switch (type->kind) {
		case VALUE_COUNT:
			first += value;
			any |= value != 0;
			break;
		case VALUE_SUM:
			first += value;
			any |= word(parts, 1) != 0;
			break;
		case VALUE_MIN:
		case VALUE_MAX:
			if (!word(parts, 1))
				break;
			if (!any || is_better(type, value, first))
				first = value;
			any = true;
			break;
		default:
			first += value;
			second += word(parts, 1);
			any |= value != 0;
			break;
		}
	}
	switch (type->kind) {
	case VALUE_COUNT:
		mp__uint(out, first);
		break;
	case VALUE_AVG:
		put_number(out, type, average(type, second, first));
		break;
	case VALUE_STATS:
		mp__map(out, 3);
		mp__str(out, "count");
		mp__uint(out, first);
		mp__str(out, "average");
		put_number(out, type, average(type, second, first));
		mp__str(out, "total");
		put_number(out, type, second);
		break;
	default:
		put_number(out, type, first);
		break;
	}
	return any;
}

static struct sample *find(struct samples *s, u64 index)
{
	for (u32 i = 0; i < s->len; i++)
		if (s->list[i].index == index)
			return &s->list[i];
	if (s->len == s->room) {
		s->room = s->room ? s->room * 2 : 32;
		s->list = mem__grow(s->list, s->room * sizeof(*s->list));
	}
	s->list[s->len] = (struct sample){ .index = index };
	return &s->list[s->len++];
}

static void add_interval(struct samples *s, const struct value_type *type, const u8 *part)
{
	u64 value = word(part, 1), count = word(part, 2);
	struct sample *at;

	if (!count)
		return;
	at = find(s, word(part, 0));
	if (!at->count)
		at->value = value;
	else if (type->fn == SERIES_SUM || type->fn == SERIES_AVG)
		at->value += value;
	else if (type->fn == SERIES_LAST || is_better(type, value, at->value))
		at->value = value;
	at->count += count;
}

static u64 last_bucket(const struct value_type *type)
{
	if (type->kind == VALUE_LHIST)
		return (u64)(type->max - type->min) / type->step + 1;
	return (64ull - type->bits + 1) << type->bits;
}

void aggregate__add(struct samples *s, const struct value_type *type, u64 bucket, const u8 *parts, u32 cpus, u32 stride)
{
	u64 total = 0;

	for (u32 i = 0; i < cpus; i++, parts += stride) {
		if (type->kind == VALUE_TSERIES)
			add_interval(s, type, parts);
		else
			total += word(parts, 0);
	}
	if (total && bucket <= last_bucket(type))
		find(s, bucket)->count += total;
}

static int by_index(const void *a, const void *b)
{
	const struct sample *x = a, *y = b;

	return x->index < y->index ? -1 : x->index > y->index;
}

/* Bounds of a bucket, both inclusive. False: open at that end. */
static bool lower_bound(const struct value_type *type, u64 index, s64 *min)
{
	u64 sub = 1ull << type->bits, i = index - 1, shift = (i >> type->bits) - 1;

	if (!index)
		return false;
	if (type->kind == VALUE_LHIST)
		*min = type->min + (s64)i * type->step;
	else if (i < sub)
		*min = i;
	else
		/* inverse of ((e - bits + 1) << bits) + ((n >> (e - bits)) & (sub - 1)) + 1; 2^64 is 0 */
		*min = shift > 63 ? 0 : (sub + (i & (sub - 1))) << shift;
	return true;
}


static void put_bucket(struct bytes *out, const struct value_type *type, u64 index, u64 count)
{
	s64 min = 0, next = 0;
	bool has_min = lower_bound(type, index, &min), has_max = type->kind == VALUE_HIST || index < last_bucket(type);

	if (has_max)
		lower_bound(type, index + 1, &next);
	mp__map(out, 1 + has_min + has_max);
	if (has_min) {
		mp__str(out, "min");
		if (type->kind == VALUE_HIST)
			mp__uint(out, min);
		else
			mp__int(out, min);
	}
	if (has_max) {
		mp__str(out, "max");
		if (type->kind == VALUE_HIST && index)
			mp__uint(out, (u64)next - 1);
		else
			mp__int(out, next - 1);
	}
	mp__str(out, "count");
	mp__uint(out, count);
}

static void put_intervals(struct bytes *out, const struct value_type *type, const struct samples *s)
{
	u64 newest = s->len ? s->list[s->len - 1].index : 0;
	u32 first = 0;

	/* the ring holds remains of earlier rounds until they are overwritten */
	while (first < s->len && newest - s->list[first].index >= type->count)
		first++;
	mp__array(out, s->len - first);
	for (u32 i = first; i < s->len; i++) {
		const struct sample *at = &s->list[i];

		mp__map(out, 2);
		mp__str(out, "time");
		mp__uint(out, at->index * type->interval);
		mp__str(out, "value");
		put_number(out, type, type->fn == SERIES_AVG ? average(type, at->value, at->count) : (u64)at->value);
	}
}

void aggregate__put_samples(struct bytes *out, const struct value_type *type, struct samples *s)
{
	u64 first, last;

	qsort(s->list, s->len, sizeof(*s->list), by_index);
	if (type->kind == VALUE_TSERIES) {
		put_intervals(out, type, s);
		return;
	}
	if (!s->len) {
		mp__array(out, 0);
		return;
	}
	first = s->list[0].index;
	last = s->list[s->len - 1].index;
	mp__array(out, last - first + 1);
	for (u64 i = first, k = 0; i <= last; i++) {
		bool has = k < s->len && s->list[k].index == i;

		put_bucket(out, type, i, has ? s->list[k].count : 0);
		k += has;
	}
}
