// SPDX-License-Identifier: Apache-2.0
#include "feature.h"

#include <errno.h>
#include <unistd.h>
#include <bpf/bpf.h>

bool feature__large_keys(u32 size)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "probe_key", size, 4, 1, NULL);

	if (fd >= 0)
		close(fd);
	return fd >= 0 || errno != E2BIG;
}
