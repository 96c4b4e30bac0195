// SPDX-License-Identifier: Apache-2.0
/*
 * Runs pinned raw tracepoint programs once each (BPF_PROG_TEST_RUN) and prints what they return, one line per program.
 *
 *	run-programs CONTEXT-FILE PIN...
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int program__open(const char *path)
{
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.pathname = (unsigned long)path;
	fd = syscall(SYS_bpf, BPF_OBJ_GET, &attr, sizeof(attr));
	return fd < 0 ? -errno : fd;
}

static int program__run(int fd, const void *context, size_t size, unsigned int *result)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = fd;
	attr.test.ctx_in = (unsigned long)context;
	attr.test.ctx_size_in = size;
	if (syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attr, sizeof(attr)) < 0)
		return -errno;
	*result = attr.test.retval;
	return 0;
}

int main(int argc, char **argv)
{
	unsigned char context[96];
	unsigned int result = 0;
	size_t size;
	FILE *file;
	int err, fd, i;

	if (argc < 2) {
		fprintf(stderr, "usage: run-programs CONTEXT-FILE PIN...\n");
		return 2;
	}
	file = fopen(argv[1], "rb");
	if (!file) {
		fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	size = fread(context, 1, sizeof(context), file);
	fclose(file);
	for (i = 2; i < argc; i++) {
		fd = program__open(argv[i]);
		if (fd < 0) {
			fprintf(stderr, "%s: %s\n", argv[i], strerror(-fd));
			return 1;
		}
		err = program__run(fd, context, size, &result);
		close(fd);
		if (err) {
			fprintf(stderr, "%s: %s\n", argv[i], strerror(-err));
			return 1;
		}
		printf("%u\n", result);
	}
	return 0;
}
