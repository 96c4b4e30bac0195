// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/btf.h>

#include "attach.h"
#include "report.h"
#include "tracefs.h"

struct expanding {
	struct plan *plan;
	u32 program;
	const struct attach_entry *entry;
	u32 limit;
};

int expand__one(struct plan *plan, const struct object *o, const struct options *opt, u32 program, const struct attach_entry *entry)
{
	struct target *t = plan__add(plan, program, entry, mem__strdup(o->m->programs[program].probe));

	(void)opt;
	t->name = entry->name ? mem__strdup(entry->name) : NULL;
	return 0;
}

/* A target on this kernel; text: kind:[group:]name. */
static struct target *add(struct expanding *x, const char *group, const char *name)
{
	const char *kind = x->entry->kind_name;
	struct target *t;

	t = plan__add(x->plan, x->program, x->entry, group ? mem__format("%s:%s:%s", kind, group, name) : mem__format("%s:%s", kind, name));
	t->name = mem__strdup(name);
	return t;
}

static bool add_function(void *ctx, const char *module, const char *name)
{
	struct expanding *x = ctx;

	add(x, !x->entry->group ? NULL : *module ? module : "vmlinux", name);
	/* far above the limit: the count in the message need not be exact */
	return x->plan->len <= x->limit + 100000;
}

struct named {
	const char *name;
	u32 index;
};

static int by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->index > y->index) - (x->index < y->index);
}

/* One name may stand for several static functions: the kernel takes it once. Of the targets from `from` on, the first stays. */
static void drop_repeated(struct plan *plan, u32 from)
{
	u32 count = plan->len - from, kept = from;
	struct named *names = mem__zalloc((count + 1) * sizeof(*names));
	bool *repeated = mem__zalloc(count + 1);

	for (u32 i = 0; i < count; i++)
		names[i] = (struct named){ plan->list[from + i].name, i };
	qsort(names, count, sizeof(*names), by_name);
	for (u32 i = 1; i < count; i++)
		repeated[names[i].index] = !strcmp(names[i].name, names[i - 1].name);
	for (u32 i = 0; i < count; i++)
		if (!repeated[i])
			plan->list[kept++] = plan->list[from + i];
	plan->len = kept;
	free(names);
	free(repeated);
}

static int expand_failed(const struct object *o, u32 program, const struct attach_entry *entry, int err)
{
	const char *group = entry->group && *entry->group ? entry->group : NULL;

	report__at(SEVERITY_ERROR, &o->m->programs[program].place,
		   err == -ENODEV ? "mount -t tracefs tracefs /sys/kernel/tracing" : "reading tracefs needs root, or CAP_DAC_READ_SEARCH",
		   "cannot find what %s:%s%s%s stands for: %s", entry->kind_name, group ? group : "", group ? ":" : "", entry->name, err == -ENODEV ? "tracefs is not mounted" : strerror(-err));
	return EXIT_HOST;
}

static int no_match(const struct object *o, u32 program, const struct attach_entry *entry, const char *group)
{
	char *text;
	int err;

	/* in a list, one that matches nothing is no error: plan__make objects to a program that keeps no target */
	if (o->m->programs[program].attach_len > 1 && o->m->config.missing_probes == MISSING_ERROR)
		return 0;
	text = mem__format("no matches for %s:%s%s%s", entry->kind_name, group ? group : "", group ? ":" : "", entry->name);
	err = plan__missing(o, program, NULL, text);
	free(text);
	return err;
}

int expand__function(struct plan *plan, const struct object *o, const struct options *opt, u32 program, const struct attach_entry *entry)
{
	struct expanding x = { plan, program, entry, o->m->config.max_probes };
	u32 from = plan->len;
	int count;

	if (entry->has_address)
		return expand__one(plan, o, opt, program, entry);
	if (!glob__is_pattern(entry->name) && !glob__is_pattern(entry->group)) {
		struct target *t = add(&x, entry->group, entry->name);

		if (entry->offset)
			t->text = mem__format("%s+%llu", t->text, (unsigned long long)entry->offset);
		if (entry->group && strcmp(entry->group, "vmlinux"))
			t->name = mem__format("%s:%s", entry->group, entry->name);
		return 0;
	}
	count = tracefs__functions(entry->group, entry->name, add_function, &x);
	if (count < 0)
		return expand_failed(o, program, entry, count);
	drop_repeated(plan, from);
	return count ? 0 : no_match(o, program, entry, entry->group);
}

static bool has_btf(const char *prefix, const char *name, u32 kind)
{
	static struct btf *btf;
	char *whole;
	bool found;

	/* without BTF the program's loading tells why */
	if (!btf)
		btf = btf__load_vmlinux_btf();
	if (!btf)
		return true;
	whole = mem__format("%s%s", prefix, name);
	found = btf__find_by_name_kind(btf, whole, kind) > 0;
	free(whole);
	return found;
}

/* What libbpf would stumble over when it loads the programs is found missing before. */
static int lacks(const struct object *o, u32 program, const struct attach_entry *entry, const char *what)
{
	char *text = mem__format("%s:%s: this kernel has no such %s", entry->kind_name, entry->name, what);
	int err = plan__missing(o, program, NULL, text);

	free(text);
	return err;
}

int expand__fentry(struct plan *plan, const struct object *o, const struct options *opt, u32 program, const struct attach_entry *entry)
{
	struct expanding x = { plan, program, entry, o->m->config.max_probes };
	bool in_module = entry->group && strcmp(entry->group, "vmlinux");

	(void)opt;
	if (glob__is_pattern(entry->name) || o->m->programs[program].attach_len > 1) {
		report__at(SEVERITY_ERROR, &o->m->programs[program].place, "use kprobe, or name the function",
			   "%s:%s: a program of this kind has one function", entry->kind_name, entry->name);
		return EXIT_REFUSED;
	}
	if (!in_module && !has_btf("", entry->name, BTF_KIND_FUNC))
		return lacks(o, program, entry, "function");
	add(&x, entry->group, entry->name);
	return 0;
}

int expand__raw_tracepoint(struct plan *plan, const struct object *o, const struct options *opt, u32 program, const struct attach_entry *entry)
{
	bool is_typed = !strncmp(o->m->programs[program].section, "tp_btf/", 7);

	if (is_typed && !entry->group && !has_btf("btf_trace_", entry->name, BTF_KIND_TYPEDEF))
		return lacks(o, program, entry, "tracepoint");
	return expand__one(plan, o, opt, program, entry);
}

int expand__iter(struct plan *plan, const struct object *o, const struct options *opt, u32 program, const struct attach_entry *entry)
{
	if (entry->pin) {
		report__at(SEVERITY_ERROR, &o->m->programs[program].place, "leave the name behind it out: the iterator is read once, here",
			   "iter:%s:%s: iterators are not pinned", entry->name, entry->pin);
		return EXIT_REFUSED;
	}
	if (!has_btf("bpf_iter_", entry->name, BTF_KIND_FUNC))
		return lacks(o, program, entry, "iterator");
	return expand__one(plan, o, opt, program, entry);
}

static bool add_tracepoint(void *ctx, const char *category, const char *event)
{
	s64 id = tracefs__event_id(category, event);

	if (id >= 0)
		add(ctx, category, event)->value = id;
	return true;
}

int expand__tracepoint(struct plan *plan, const struct object *o, const struct options *opt, u32 program, const struct attach_entry *entry)
{
	struct expanding x = { plan, program, entry, o->m->config.max_probes };
	char *text;
	int err;
	s64 id;

	(void)opt;
	if (glob__is_pattern(entry->name) || glob__is_pattern(entry->group)) {
		err = tracefs__events(entry->group, entry->name, add_tracepoint, &x);
		if (err < 0)
			return expand_failed(o, program, entry, err);
		return err ? 0 : no_match(o, program, entry, entry->group);
	}
	id = tracefs__event_id(entry->group, entry->name);
	if (id >= 0) {
		add(&x, entry->group, entry->name)->value = id;
		return 0;
	}
	if (id != -ENOENT)
		return expand_failed(o, program, entry, id);
	text = mem__format("tracepoint:%s:%s: this kernel has no such tracepoint", entry->group, entry->name);
	err = plan__missing(o, program, NULL, text);
	free(text);
	return err;
}
