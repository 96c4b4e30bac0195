/* SPDX-License-Identifier: Apache-2.0 */
/* Attaching: one table row per probe kind. Every link is owned by a file descriptor, so it ends with this process. */
#ifndef TRACELET_ATTACH_H
#define TRACELET_ATTACH_H

#include "plan.h"

/* A perf event or bpf link that is attached. */
struct link {
	int fd;
	bool is_perf;
	/* of a perf event: the bpf link that holds the program to it, or -1 */
	int holder;
	/* a disabled event would still run its program */
	bool runs_disabled;
	/* watchpoint: its address */
	u64 address;
};

struct links {
	struct link *list;
	/* held: those that are detached, and still have descriptors to be closed */
	u32 len, room, held;
};

/* Adds the targets of one attach point to the plan. Returns an exit status. */
int attach__expand(struct plan *plan, const struct object *o, const struct options *opt, u32 program, const struct attach_entry *entry);
/* Attaches all of the plan but begin, end and signal probes. Returns an exit status. */
int attach__all(struct plan *plan, const struct object *o, const struct options *opt, struct links *links);
/* Reads the iterators to their ends; between(ctx) is called now and then, and ends it when not 0. */
void attach__iterate(const struct plan *plan, int (*between)(void *ctx), void *ctx);
/*
 * Stops every event. wait: all programs have run for the last time when this returns; else the first ones have, and the
 * others may run until this process ends.
 */
void attach__detach(struct links *links, bool wait);
/* Removes the watchpoints on this address. */
void attach__unwatch(struct links *links, u64 address);

/* expand-*.c */
int expand__one(struct plan *plan, const struct object *o, const struct options *opt, u32 program, const struct attach_entry *entry);
int expand__function(struct plan *plan, const struct object *o, const struct options *opt, u32 program, const struct attach_entry *entry);
int expand__fentry(struct plan *plan, const struct object *o, const struct options *opt, u32 program, const struct attach_entry *entry);
int expand__tracepoint(struct plan *plan, const struct object *o, const struct options *opt, u32 program, const struct attach_entry *entry);
int expand__raw_tracepoint(struct plan *plan, const struct object *o, const struct options *opt, u32 program, const struct attach_entry *entry);
int expand__usdt(struct plan *plan, const struct object *o, const struct options *opt, u32 program, const struct attach_entry *entry);
int expand__iter(struct plan *plan, const struct object *o, const struct options *opt, u32 program, const struct attach_entry *entry);
int expand__uprobe(struct plan *plan, const struct object *o, const struct options *opt, u32 program, const struct attach_entry *entry);

#endif
