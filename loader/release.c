// SPDX-License-Identifier: Apache-2.0
#include "release.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "report.h"

/* No signal tells this process of its parent's end that a parent killed meanwhile could not have missed: it looks. */
static void outlive(pid_t parent)
{
	const struct timespec moment = { .tv_nsec = 500000 };

	while (getppid() == parent)
		nanosleep(&moment, NULL);
	_exit(0);
}

/* ten seconds and more */
enum { CLOSER_STACK = 16384, SETTLE_TRIES = 50000 };

struct closer {
	int fd;
	bool entered;
	pid_t pid;
	u8 *stack;
};

static int close_one(void *arg)
{
	struct closer *c = arg;

	__atomic_store_n(&c->entered, true, __ATOMIC_RELEASE);
	close(c->fd);
	return 0;
}

/* Where the kernel has this process sleep; "0" where it runs, or the kernel does not tell. */
static bool sleeps_in(pid_t pid, const char *function)
{
	char path[32];
	struct bytes b = {};
	bool found;

	snprintf(path, sizeof(path), "/proc/%d/wchan", pid);
	found = !bytes__read_file(&b, path, 512) && b.len && memmem(b.data, b.len, function, strlen(function));
	bytes__free(&b);
	return found;
}

/*
 * True once it has ended, or sleeps where the program is off its event. Who sleeps for the lock under which programs are
 * taken off is not there yet: kernels of these years hold it while they wait for RCU, so the next waits as long. wait: then
 * we do too.
 */
static bool is_settled(const struct closer *c, bool wait)
{
	char path[32], state = 0;
	struct bytes b = {};
	const char *at;

	if (!__atomic_load_n(&c->entered, __ATOMIC_ACQUIRE))
		return false;
	snprintf(path, sizeof(path), "/proc/%d/stat", c->pid);
	if (bytes__read_file(&b, path, 512))
		return true;
	/* PID (COMM) STATE … */
	at = strrchr((const char *)b.data, ')');
	if (at && at[1] == ' ')
		state = at[2];
	bytes__free(&b);
	return state != 'R' && !(wait && sleeps_in(c->pid, "detach_bpf_prog"));
}

/*
 * Closing such a descriptor takes the program off at once, and then waits for the kernel's RCU: hundreds of milliseconds
 * that nobody needs to wait for. So each is closed by a process of its own, which shares descriptors and memory with us.
 */
void release__programs(const int *fds, u32 len, bool wait)
{
	struct closer *closers = mem__zalloc((len + 1) * sizeof(*closers));
	const struct timespec moment = { .tv_nsec = 200000 };
	int calm = 0;

	for (u32 i = 0; i < len; i++) {
		closers[i] = (struct closer){ .fd = fds[i], .stack = mem__zalloc(CLOSER_STACK) };
		closers[i].pid = clone(close_one, closers[i].stack + CLOSER_STACK, CLONE_VM | CLONE_FILES, &closers[i]);
		if (closers[i].pid < 0) {
			close_one(&closers[i]);
			closers[i].pid = 0;
		}
	}
	/* one that sleeps may be about to go on, where the kernel does not say in what: all must, twice */
	for (int tries = 0; calm < 2 && tries < SETTLE_TRIES; tries++) {
		calm++;
		for (u32 i = 0; i < len && calm; i++)
			if (closers[i].pid && !is_settled(&closers[i], wait))
				calm = 0;
		nanosleep(&moment, NULL);
	}
	if (wait && calm < 2)
		report__at(SEVERITY_WARNING, NULL, NULL, "the kernel still holds programs at their probes: they may run while end probes do");
	/* their stacks and what they were told stay until this process ends */
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
