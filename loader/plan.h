/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What will be attached to what, on this host: patterns expanded, symbols resolved, missing targets left out as
 * `missing_probes` says. Made before loading, because it decides how programs are loaded.
 */
#ifndef TRACELET_PLAN_H
#define TRACELET_PLAN_H

#include "multi.h"
#include "object.h"

struct target {
	u32 program;
	const struct attach_entry *entry;
	/* "kprobe:tcp_sendmsg", as resolved */
	char *text;
	/* Function or event; binary. */
	char *name, *path;
	/* Tracepoint id, offset into the binary, or descriptor of an iterator. */
	u64 value;
	/* usdt: offset of its semaphore, 0 without; where its arguments are; its own copy of the program, or -1 */
	u64 semaphore;
	struct usdt_argument *arguments;
	int prog_fd;
	/* of a program that asks by its cookie which target fired */
	u64 cookie;
	bool is_named;
	/* tried: attached, or found that it cannot be */
	bool tried, attached;
	/* in a session: the same function's return, which is attached with its entry */
	struct target *returns;
};

struct plan {
	struct target *list;
	u32 len, room;
	/* Per program: whether its targets share links. */
	enum multi *multi;
	/* One program is to serve entries and returns, somewhere. */
	bool sessions;
	/* Probes that only run by themselves (begin, end, iterators) are no reason to stay. */
	bool waits;
	/* There is an end probe: all others must have run for the last time before it does. */
	bool ends;
	/* of -c, 0 without */
	int child_pid;
};

int plan__make(struct plan *plan, const struct object *o, const struct options *opt);
/* Tells libbpf: what not to load, what to load in its place, and which programs are for links to many places. */
void plan__apply(const struct plan *plan, struct object *o);
/* Two programs again, each with links of its own, where one was to serve entries and returns. */
void plan__split_sessions(struct plan *plan, const struct manifest *m, const struct options *opt);
/* EXIT_REFUSED after the error, where so many links are more than max_probes allows. */
int plan__limit(const struct manifest *m, u32 links);
struct target *plan__add(struct plan *plan, u32 program, const struct attach_entry *entry, char *text);

/*
 * A target that this host lacks: 0 when missing_probes lets it pass (a warning was given) or when it is one of those that
 * a pattern stood for, else EXIT_REFUSED after the error. hint may be NULL.
 */
int plan__missing(const struct object *o, u32 program, const char *hint, const char *text);

#endif
