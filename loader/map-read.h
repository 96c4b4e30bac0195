/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TRACELET_MAP_READ_H
#define TRACELET_MAP_READ_H

#include "manifest.h"

/* All elements of a map: keys and values one after the other. */
struct elements {
	u32 count, key_size;
	/* of one element: of per-CPU maps, all CPUs' parts, each rounded up to 8 bytes */
	u32 value_size, part_size, parts;
	u8 *keys, *values;
};

/* By batch where the kernel can, else one by one. -errno. */
int elements__read(struct elements *all, int fd, const struct map_entry *e, int possible_cpus);
void elements__free(struct elements *all);

#endif
