// SPDX-License-Identifier: Apache-2.0
/* Targets that share links: functions of a pattern, places in one file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attaching.h"

/* What a link is made for: parallel lists. */
struct places {
	const char **names;
	u64 *offsets, *cookies;
	u32 count;
};

static void add(struct places *p, const struct target *t)
{
	p->names[p->count] = t->name;
	p->offsets[p->count] = t->value;
	p->cookies[p->count++] = t->cookie;
}

/*
 * The kernel takes all of a list or none. Cookies are given even if nobody asks for them: 6.18 oopses when
 * somebody reads of a link without them in /proc/PID/fdinfo (bpf_kprobe_multi_show_fdinfo()).
 */
static int make_link(struct attaching *a, const struct target *like, const struct places *p)
{
	bool returns = like->entry->kind == ATTACH_KRETPROBE || like->entry->kind == ATTACH_URETPROBE, user = a->plan->multi[like->program] == MULTI_UPROBE;
	int fd;

	if (user)
		fd = multi__link_offsets(a->prog_fd, returns, like->path, p->offsets, p->cookies, p->count, a->opt->pid);
	else
		fd = multi__link_functions(a->prog_fd, a->plan->multi[like->program], returns, p->names, p->cookies, p->count);
	if (fd >= 0)
		links__add(a->links, (struct link){ .fd = fd, .holder = -1 });
	return fd >= 0 ? 0 : !user && fd == -ESRCH ? -ENOENT : fd;
}

/* Whether both can be attached by one link. */
static bool shares_link(const struct target *a, const struct target *b)
{
	return a->program == b->program && a->entry->kind == b->entry->kind && (!a->path || !strcmp(a->path, b->path));
}

int attaching__many(struct attaching *a, const struct target *first)
{
	struct plan *plan = a->plan;
	struct places all = { .names = mem__zalloc(plan->len * sizeof(*all.names)),
			      .offsets = mem__zalloc(plan->len * sizeof(*all.offsets)),
			      .cookies = mem__zalloc(plan->len * sizeof(*all.cookies)) };
	int refused, err;

	for (u32 i = 0; i < plan->len; i++)
		if (shares_link(&plan->list[i], first))
			add(&all, &plan->list[i]);
	refused = make_link(a, first, &all);
	err = refused ? plan__limit(a->o->m, all.count) : 0;
	for (u32 i = 0; i < plan->len && !err; i++) {
		struct target *t = &plan->list[i];

		if (!shares_link(t, first))
			continue;
		t->tried = true;
		if (refused) {
			struct places one = { .names = (const char *[]){ t->name }, .offsets = &t->value, .cookies = &t->cookie, .count = 1 };

			err = make_link(a, t, &one);
		}
		t->attached = !err;
		if (t->returns) {
			t->returns->tried = true;
			t->returns->attached = t->attached;
		}
		if (err)
			err = attaching__report(a, t, err);
	}
	free(all.names);
	free(all.offsets);
	free(all.cookies);
	return err;
}
