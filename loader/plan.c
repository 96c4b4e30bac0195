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

/* The program's targets: *len of them from the returned one on. */
static struct target *targets_of(const struct plan *plan, u32 program, u32 *len)
{
	u32 first = 0, end;

	while (first < plan->len && plan->list[first].program != program)
		first++;
	for (end = first; end < plan->len && plan->list[end].program == program; end++)
		;
	*len = end - first;
	return &plan->list[first];
}

/* A module that comes or goes between the two looks for what a pattern stands for would make them differ. */
static bool have_same_functions(const struct target *a, u32 a_len, const struct target *b, u32 b_len)
{
	if (a_len != b_len)
		return false;
	for (u32 i = 0; i < a_len; i++)
		if (strcmp(a[i].name, b[i].name))
			return false;
	return true;
}

/* Not with --stats: the kernel counts runs by program. */
static void choose_session(struct plan *plan, const struct options *opt, const struct session_entry *s)
{
	u32 len, returns_len;
	struct target *entry = targets_of(plan, s->entry, &len), *returns = targets_of(plan, s->returns, &returns_len);

	if (opt->stats || plan->multi[s->entry] != MULTI_KPROBE || plan->multi[s->returns] != MULTI_KPROBE || opt->without & 1u << MULTI_SESSION ||
	    !have_same_functions(entry, len, returns, returns_len) || !multi__is_known(MULTI_SESSION, false))
		return;
	plan->multi[s->entry] = plan->multi[s->returns] = MULTI_SESSION;
	for (u32 i = 0; i < len; i++)
		entry[i].returns = &returns[i];
	plan->sessions = true;
}

void plan__split_sessions(struct plan *plan, const struct manifest *m, const struct options *opt)
{
	for (u32 i = 0; i < m->programs_len; i++)
		if (plan->multi[i] == MULTI_SESSION)
			plan->multi[i] = choose_multi(plan, opt, i);
	for (u32 i = 0; i < plan->len; i++)
		plan->list[i].returns = NULL;
	plan->sessions = false;
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
	for (u32 i = 0; i < m->sessions_len; i++)
		links -= plan->multi[m->sessions[i].entry] == MULTI_SESSION;
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
	for (u32 i = 0; i < m->sessions_len; i++)
		choose_session(plan, opt, &m->sessions[i]);
	return plan__limit(m, links_of(plan, m));
}

/* Its program takes the place of the one at the entry; that at the return is not loaded. */
static void apply_session(const struct plan *plan, struct object *o, const struct session_entry *s)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(o->bpf, s->name);

	if (plan->multi[s->entry] != MULTI_SESSION)
		return;
	bpf_program__set_autoload(prog, true);
	bpf_program__set_expected_attach_type(prog, (enum bpf_attach_type)multi__attach_type(MULTI_SESSION));
	bpf_program__set_autoload(o->programs[s->entry], false);
	bpf_program__set_autoload(o->programs[s->returns], false);
	o->programs[s->entry] = prog;
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
	for (u32 i = 0; i < o->m->sessions_len; i++)
		apply_session(plan, o, &o->m->sessions[i]);
}
