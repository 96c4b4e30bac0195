// SPDX-License-Identifier: Apache-2.0
/* What this kernel counts for maps: first the number of CPUs, then "type key value entries bytes" a line. */
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const unsigned rows[][4] = {
	{ BPF_MAP_TYPE_HASH, 8, 8, 4096 },	    { BPF_MAP_TYPE_HASH, 4, 100, 1000 },
	{ BPF_MAP_TYPE_ARRAY, 4, 8, 1000 },	    { BPF_MAP_TYPE_ARRAY, 4, 336, 1 },
	{ BPF_MAP_TYPE_PERCPU_HASH, 8, 8, 4096 },   { BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 100 },
	{ BPF_MAP_TYPE_PERCPU_ARRAY, 4, 4000, 1 },  { BPF_MAP_TYPE_LRU_HASH, 8, 8, 4096 },
	{ BPF_MAP_TYPE_LRU_PERCPU_HASH, 8, 8, 4096 }, { BPF_MAP_TYPE_STACK_TRACE, 4, 1016, 16384 },
	{ BPF_MAP_TYPE_RINGBUF, 0, 0, 262144 },	    { BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 64 },
};

int main(void)
{
	printf("%ld\n", sysconf(_SC_NPROCESSORS_CONF));
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		union bpf_attr attr;
		char path[64], line[256];
		unsigned long bytes;
		FILE *info;
		int fd;

		memset(&attr, 0, sizeof(attr));
		attr.map_type = rows[i][0];
		attr.key_size = rows[i][1];
		attr.value_size = rows[i][2];
		attr.max_entries = rows[i][3];
		fd = syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
		if (fd < 0) {
			perror("BPF_MAP_CREATE");
			return 1;
		}
		snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
		info = fopen(path, "r");
		while (info && fgets(line, sizeof(line), info))
			if (sscanf(line, "memlock: %lu", &bytes) == 1)
				printf("%u %u %u %u %lu\n", rows[i][0], rows[i][1], rows[i][2], rows[i][3], bytes);
		if (info)
			fclose(info);
		close(fd);
	}
	return 0;
}
