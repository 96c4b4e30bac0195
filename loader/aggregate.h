/* SPDX-License-Identifier: Apache-2.0 */
/* Aggregations: per-CPU parts to one value, buckets of one key to one histogram. */
#ifndef TRACELET_AGGREGATE_H
#define TRACELET_AGGREGATE_H

#include "decode.h"

struct sample {
	/* hist, lhist: bucket; tseries: interval number */
	u64 index;
	s64 value;
	u64 count;
};

/* The buckets or intervals of one key. */
struct samples {
	struct sample *list;
	u32 len, room;
};

bool aggregate__has_buckets(const struct value_type *type);
/* count … stats from `cpus` parts that are `stride` bytes apart. False: no CPU has a value. */
bool aggregate__put(struct bytes *out, const struct value_type *type, const u8 *parts, u32 cpus, u32 stride);
/* Adds a bucket's parts (tseries: an interval's). */
void aggregate__add(struct samples *s, const struct value_type *type, u64 bucket, const u8 *parts, u32 cpus, u32 stride);
void aggregate__put_samples(struct bytes *out, const struct value_type *type, struct samples *s);

#endif
