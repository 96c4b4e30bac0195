// SPDX-License-Identifier: Apache-2.0
#include "plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attach.h"
#include "report.h"

struct target *plan__add(struct plan *plan, u32 program, const struct attach_entry *entry, char *text)
{
	struct target *t;

	if (plan->len == plan->room) {
		plan->room = plan->room ? plan->room * 2 : 16;
		plan->list = mem__grow(plan->list, plan->room * sizeof(*plan->list));
	}
	t = &plan->list[plan->len++];
	memset(t, 0, sizeof(*t));
	t->program = program;
	t->entry = entry;
	t->text = text;
	return t;
}

int plan__missing(const struct object *o, u32 program, const char *hint, const char *text)
{
	const struct place *place = &o->m->programs[program].place;

	if (o->m->programs[program].attach_len == 1 && o->m->programs[program].attach[0].of_pattern)
		return 0;
	switch (o->m->config.missing_probes) {
	case MISSING_IGNORE:
		return 0;
	case MISSING_WARN:
		report__at(SEVERITY_WARNING, place, NULL, "%s; the probe is left out", text);
		return 0;
	default:
		report__at(SEVERITY_ERROR, place, hint ? hint : "config = { missing_probes = warn } leaves out what a kernel lacks", "%s", text);
		return EXIT_REFUSED;
	}
}

/* Only several places are worth a link of that kind, and in the kernel only whole functions can share one. */
static enum multi choose_multi(const struct plan *plan, const struct options *opt, u32 program)
{
	u32 functions = 0, places = 0;
	enum multi how;

	for (u32 i = 0; i < plan->len; i++) {
		const struct attach_entry *e = plan->list[i].entry;

		if (plan->list[i].program != program)
			continue;
		if (e->kind == ATTACH_UPROBE || e->kind == ATTACH_URETPROBE)
			places++;
		else if ((e->kind == ATTACH_KPROBE || e->kind == ATTACH_KRETPROBE) && !e->offset && !e->has_address)
			functions++;
		else
			return MULTI_NONE;
	}
	if (functions + places < 2 || (functions && places))
		return MULTI_NONE;
	how = places ? MULTI_UPROBE : MULTI_KPROBE;
	return !(opt->without & 1u << how) && multi__is_known(how, opt->pid) ? how : MULTI_NONE;
}

static bool runs_alone(enum attach_kind kind)
{
	return kind == ATTACH_BEGIN || kind == ATTACH_END || kind == ATTACH_ITER;
}

/* What attaching costs, and the limit is for: links. */
static u32 links_of(const struct plan *plan, const struct manifest *m)
{
	u32 links = 0;

	for (u32 i = 0; i < plan->len; i++)
		links += !plan->multi[plan->list[i].program];
	for (u32 i = 0; i < m->programs_len; i++)
		links += plan->multi[i] != MULTI_NONE;
	return links;
}

int plan__limit(const struct manifest *m, u32 links)
{
	if (links <= m->config.max_probes)
		return 0;
	report__error("Can't attach to %u probes because it exceeds the current limit of %u probes.", links, m->config.max_probes);
	report__hint("You can increase the limit through the BPFTRACE_MAX_PROBES environment variable, or in the script: config = { max_probes = %u }", links);
	return EXIT_REFUSED;
}

int plan__make(struct plan *plan, const struct object *o, const struct options *opt)
{
	const struct manifest *m = o->m;

	memset(plan, 0, sizeof(*plan));
	plan->multi = mem__zalloc(m->programs_len * sizeof(*plan->multi));
	for (u32 i = 0; i < m->programs_len; i++) {
		u32 before = plan->len;
		int err = 0;

		for (u32 k = 0; k < m->programs[i].attach_len && !err; k++)
			err = attach__expand(plan, o, opt, i, &m->programs[i].attach[k]);
		if (!err && m->programs[i].attach_len > 1 && plan->len == before)
			err = plan__missing(o, i, NULL, "no matches for any of the probe's attach points");
		if (err)
			return err;
	}
	for (u32 i = 0; i < plan->len; i++) {
		plan->waits |= !runs_alone(plan->list[i].entry->kind);
		plan->ends |= plan->list[i].entry->kind == ATTACH_END;
	}
	if (!plan->len) {
		report__error("No probes to attach: nothing is left of the script");
		return EXIT_REFUSED;
	}
	for (u32 i = 0; i < m->programs_len; i++)
		plan->multi[i] = choose_multi(plan, opt, i);
	return plan__limit(m, links_of(plan, m));
}

void plan__apply(const struct plan *plan, struct object *o)
{
	for (u32 i = 0; i < o->m->programs_len; i++) {
		bool used = false;

		for (u32 k = 0; k < plan->len; k++)
			used |= plan->list[k].program == i;
		bpf_program__set_autoload(o->programs[i], used);
		if (plan->multi[i])
			bpf_program__set_expected_attach_type(o->programs[i], (enum bpf_attach_type)multi__attach_type(plan->multi[i]));
	}
}
