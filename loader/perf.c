// SPDX-License-Identifier: Apache-2.0
#include "perf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <bpf/bpf.h>

/* Types above the fixed ones are dynamic sources: kprobe, uprobe (kprobe_perf_func in kernel/trace/trace_kprobe.c). */
bool perf__runs_disabled(const struct perf_event_attr *attr)
{
	return attr->type == PERF_TYPE_TRACEPOINT || attr->type >= PERF_TYPE_MAX;
}

int perf__attach(struct perf_event_attr *attr, int pid, int cpu, int prog_fd, const u64 *cookie, int *link)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .perf_event.bpf_cookie = cookie ? *cookie : 0);
	int fd, err;

	attr->size = sizeof(*attr);
	fd = syscall(SYS_perf_event_open, attr, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return -errno;
	*link = perf__runs_disabled(attr) ? bpf_link_create(prog_fd, fd, BPF_PERF_EVENT, &opts) : -1;
	if (*link < 0 && cookie) {
		err = -errno;
		close(fd);
		return err;
	}
	if ((*link < 0 && ioctl(fd, PERF_EVENT_IOC_SET_BPF, prog_fd)) || ioctl(fd, PERF_EVENT_IOC_ENABLE, 0)) {
		err = -errno;
		if (*link >= 0)
			close(*link);
		close(fd);
		return err;
	}
	return fd;
}

int perf__source(const char *name, u32 *type, u64 *retprobe)
{
	char *path = mem__format("/sys/bus/event_source/devices/%s/type", name);
	struct bytes b = {};
	int err = bytes__read_file(&b, path, 64);

	free(path);
	if (!err)
		*type = strtoul((char *)b.data, NULL, 10);
	bytes__free(&b);
	if (err)
		return err;
	path = mem__format("/sys/bus/event_source/devices/%s/format/retprobe", name);
	err = bytes__read_file(&b, path, 64);
	free(path);
	/* "config:0" */
	*retprobe = !err && !strncmp((char *)b.data, "config:", 7) ? 1ull << (strtoul((char *)b.data + 7, NULL, 10) & 63) : 1;
	bytes__free(&b);
	return 0;
}

int perf__online_cpus(const int **cpus)
{
	static int *list;
	static int count;
	struct bytes b = {};
	char *at;

	*cpus = list;
	if (list)
		return count;
	if (bytes__read_file(&b, "/sys/devices/system/cpu/online", 1 << 16))
		bytes__put(&b, "0", 2);
	/* "0-3,8,10-11" */
	for (at = (char *)b.data; *at >= '0' && *at <= '9';) {
		long first = strtol(at, &at, 10), last = first;

		if (*at == '-')
			last = strtol(at + 1, &at, 10);
		list = mem__grow(list, (count + last - first + 1) * sizeof(*list));
		while (first <= last)
			list[count++] = first++;
		if (*at == ',')
			at++;
	}
	bytes__free(&b);
	*cpus = list;
	return count;
}
