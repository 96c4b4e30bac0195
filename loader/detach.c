// SPDX-License-Identifier: Apache-2.0
/* What is done with links once they stand: iterators are read, probes taken off. */
#include "attach.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/perf_event.h>

/* The programs write nothing to the file: what they emit is in the event buffer. A read stops after a million objects. */
void attach__iterate(const struct plan *plan, int (*between)(void *ctx), void *ctx)
{
	for (u32 i = 0; i < plan->len; i++) {
		const struct target *t = &plan->list[i];
		char nothing[64];
		ssize_t n;

		if (t->entry->kind != ATTACH_ITER || !t->attached)
			continue;
		do {
			n = read(t->value, nothing, sizeof(nothing));
			if (between(ctx))
				return;
		} while (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)));
	}
}

/* So many programs are taken off at once even where nobody waits for it: a tenth of a second at most. */
enum { QUICKLY_TAKEN = 8 };

/*
 * A disabled perf event of a kprobe, uprobe or tracepoint still runs its program. Closing what holds the program there takes it
 * off, which kernels of these years do not do before they have waited for RCU, one event at a time: some 10 ms for each.
 */
static bool take_off(struct link *link)
{
	if (link->holder >= 0) {
		close(link->holder);
		link->holder = -1;
		return true;
	}
	if (!link->runs_disabled)
		return false;
	/* kernels without such links: the event itself must go */
	close(link->fd);
	link->fd = -1;
	return true;
}

/* Perf events are stopped here and freed with the process: freeing each waits for RCU as well, longer still. */
void attach__detach(struct links *links, bool wait)
{
	for (u32 i = 0; i < links->len; i++) {
		struct link *link = &links->list[i];

		if (!link->is_perf)
			close(link->fd);
		else if (link->fd >= 0)
			ioctl(link->fd, PERF_EVENT_IOC_DISABLE, 0);
	}
	for (u32 i = 0, taken = 0; i < links->len && (wait || taken < QUICKLY_TAKEN); i++)
		if (links->list[i].is_perf && links->list[i].fd >= 0)
			taken += take_off(&links->list[i]);
	links->held = links->len;
	links->len = 0;
}

void attach__unwatch(struct links *links, u64 address)
{
	for (u32 i = 0; i < links->len; i++) {
		if (!links->list[i].is_perf || links->list[i].address != address || links->list[i].fd < 0)
			continue;
		close(links->list[i].fd);
		links->list[i].fd = -1;
	}
}
