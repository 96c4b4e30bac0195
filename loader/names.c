// SPDX-License-Identifier: Apache-2.0
#include "names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>

#include "report.h"

/* A target's cookie is its place in the plan. */
void names__number(struct plan *plan, const struct object *o)
{
	if (!o->names)
		return;
	for (u32 i = 0; i < plan->len; i++) {
		struct target *t = &plan->list[i];

		t->is_named = o->m->programs[t->program].name_size;
		t->cookie = i;
	}
	bpf_map__set_max_entries(o->names, plan->len);
}

/* What does not fit is cut, never the probe: a text without a NUL in its room is shown as cut. */
static void report_cut(const struct object *o, const struct target *one, u32 count)
{
	const struct program_entry *p = &o->m->programs[one->program];

	report__at(SEVERITY_WARNING, &p->place, "name it in a probe of its own, by its full path: then its name is a constant",
		   "`probe` has room for %u bytes, and cuts the names of %u attach points: %.60s…", p->name_size, count, one->text);
}

int names__fill(const struct plan *plan, const struct object *o)
{
	const struct target *cut = NULL;
	u32 size, too_long = 0;
	int err = 0;
	char *room;

	if (!o->names)
		return 0;
	size = bpf_map__value_size(o->names);
	room = mem__zalloc(size);
	for (u32 i = 0; i < plan->len && !err; i++) {
		const struct target *t = &plan->list[i];
		size_t len = strlen(t->text);

		if (!t->is_named)
			continue;
		if (len > o->m->programs[t->program].name_size) {
			too_long++;
			cut = t;
		}
		memset(room, 0, size);
		memcpy(room, t->text, len < size ? len : size);
		err = bpf_map_update_elem(bpf_map__fd(o->names), &(u32){ t->cookie }, room, BPF_ANY);
	}
	free(room);
	if (err) {
		report__error("cannot write the names of the attach points: %s", strerror(-err));
		return EXIT_HOST;
	}
	if (cut)
		report_cut(o, cut, too_long);
	return 0;
}

void names__put(struct bytes *b, const struct plan *plan, const struct object *o)
{
	u32 count = o->names ? plan->len : 0;

	mp__str(b, "names");
	mp__array(b, count);
	for (u32 i = 0; i < count; i++)
		mp__text(b, plan->list[i].text, strlen(plan->list[i].text));
}
