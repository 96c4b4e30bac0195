/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of attaching share with each other. */
#ifndef TRACELET_ATTACHING_H
#define TRACELET_ATTACHING_H

#include "attach.h"

struct attaching {
	const struct object *o;
	const struct options *opt;
	struct links *links;
	struct plan *plan;
	int prog_fd;
	/* of the target at hand; NULL: its program asks for none */
	const u64 *cookie;
};

void links__add(struct links *links, struct link link);

/* All places of one program, direction and file with one link; where the kernel refuses, with one each. An exit status. */
int attaching__many(struct attaching *a, const struct target *first);
/* What becomes of a target that cannot be attached to, err being -errno: 0 where it may be left out, else an exit status. */
int attaching__report(const struct attaching *a, const struct target *t, int err);

#endif
