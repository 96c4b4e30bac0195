// SPDX-License-Identifier: Apache-2.0
#include "release.h"

#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* No signal tells this process of its parent's end that a parent killed meanwhile could not have missed: it looks. */
static void outlive(pid_t parent)
{
	const struct timespec moment = { .tv_nsec = 500000 };

	while (getppid() == parent)
		nanosleep(&moment, NULL);
	_exit(0);
}

static bool is_slow(const struct links *links)
{
	for (u32 i = 0; i < links->held; i++)
		if (links->list[i].is_perf && links->list[i].fd >= 0)
			return true;
	return false;
}

void release__in_background(const struct links *links, int stream_fd, int child_stdout)
{
	const int outputs[] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, stream_fd, child_stdout };
	pid_t self = getpid();

	if (!is_slow(links))
		return;
	/* a reader waits for the end of the stream, not for that process */
	for (size_t i = 0; i < ARRAY_LEN(outputs); i++)
		if (outputs[i] >= 0)
			close(outputs[i]);
	/* the table of descriptors is shared, so that this process's end closes nothing; nobody is signalled of the other's */
	if (!syscall(SYS_clone, CLONE_FILES, 0, 0, 0, 0))
		outlive(self);
}
