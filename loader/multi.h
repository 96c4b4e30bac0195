/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links that attach a program to many places at once. The kernel's structures are written down here, because the
 * headers to build against may be older than the kernel that runs this.
 */
#ifndef TRACELET_MULTI_H
#define TRACELET_MULTI_H

#include "bytes.h"

enum multi {
	MULTI_NONE,
	/* kprobe.multi: functions, where they are entered or where they return (Linux 5.18 with CONFIG_FPROBE) */
	MULTI_KPROBE,
	/* kprobe.session: functions, both where they are entered and where they return (6.10) */
	MULTI_SESSION,
	/* uprobe.multi: places in a file (6.6) */
	MULTI_UPROBE,
};

/* The way to attach that --no-feature means; MULTI_NONE for a name that there is not. */
enum multi multi__named(const char *name, size_t len);

/* Whether this kernel has such links. pid: with a filter by process, which the first kernels took for one by thread. */
bool multi__is_known(enum multi how, bool pid);
/* The attach type that a program for such links is loaded with. */
u32 multi__attach_type(enum multi how);

/* Both return a descriptor, or -errno: the kernel takes all places of a list or none. */
int multi__link_functions(int prog_fd, enum multi how, bool returns, const char *const *names, const u64 *cookies, u32 count);
int multi__link_offsets(int prog_fd, bool returns, const char *path, const u64 *offsets, const u64 *cookies, u32 count, u32 pid);

#endif
