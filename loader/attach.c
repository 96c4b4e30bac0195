// SPDX-License-Identifier: Apache-2.0
#include "attach.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <linux/hw_breakpoint.h>

#include "attaching.h"
#include "perf.h"
#include "report.h"
#include "usdt.h"

/* maps, programs, buffers, the stream; timers on every processor */
enum { OTHER_FILES = 512 };

void links__add(struct links *links, struct link link)
{
	if (links->len == links->room) {
		links->room = links->room ? links->room * 2 : 16;
		links->list = mem__grow(links->list, links->room * sizeof(*links->list));
	}
	links->list[links->len++] = link;
}

static int attach_perf(struct attaching *a, struct perf_event_attr *attr, int pid, int cpu)
{
	int holder, fd = perf__attach(attr, pid, cpu, a->prog_fd, a->cookie, &holder);

	if (fd < 0)
		return fd;
	links__add(a->links, (struct link){
				   .fd = fd,
				   .is_perf = true,
				   .holder = holder,
				   .runs_disabled = perf__runs_disabled(attr),
				   .address = attr->type == PERF_TYPE_BREAKPOINT ? attr->bp_addr : 0,
			   });
	return 0;
}

/* On every online CPU; with -p for that process only. CPUs that went offline meanwhile are passed over. */
static int attach_every_cpu(struct attaching *a, struct perf_event_attr *attr)
{
	const int *cpus;
	int count = perf__online_cpus(&cpus), pid = a->opt->pid ? (int)a->opt->pid : -1, done = 0, err = 0;

	for (int i = 0; i < count; i++) {
		err = attach_perf(a, attr, pid, cpus[i]);
		if (err && err != -ENODEV)
			return err;
		done += !err;
	}
	return done ? 0 : err;
}

static int attach_kprobe(struct attaching *a, struct target *t)
{
	struct perf_event_attr attr = {};
	u64 retprobe;
	int err = perf__source("kprobe", &attr.type, &retprobe);

	/* the way through tracefs's kprobe_events would outlive a killed loader */
	if (err)
		return -EOPNOTSUPP;
	attr.config = t->entry->kind == ATTACH_KRETPROBE ? retprobe : 0;
	attr.kprobe_func = (u64)(unsigned long)(t->entry->has_address ? NULL : t->name);
	attr.probe_offset = t->entry->has_address ? t->entry->address : t->entry->offset;
	return attach_perf(a, &attr, -1, 0);
}

static int attach_uprobe(struct attaching *a, struct target *t)
{
	struct perf_event_attr attr = {};
	u64 retprobe;
	int err = perf__source("uprobe", &attr.type, &retprobe);

	if (err)
		return -EOPNOTSUPP;
	attr.config = t->entry->kind == ATTACH_URETPROBE ? retprobe : 0;
	attr.uprobe_path = (u64)(unsigned long)t->path;
	attr.probe_offset = t->value;
	return attach_perf(a, &attr, a->opt->pid ? (int)a->opt->pid : -1, a->opt->pid ? -1 : 0);
}

/* The kernel raises the probe's semaphore in every process that it traces: ref_ctr_offset, the upper half of config. */
static int attach_usdt(struct attaching *a, struct target *t)
{
	struct perf_event_attr attr = {};
	int pid = a->opt->pid ? (int)a->opt->pid : a->plan->child_pid ? a->plan->child_pid : -1;
	u64 retprobe;

	if (perf__source("uprobe", &attr.type, &retprobe))
		return -EOPNOTSUPP;
	attr.config = t->semaphore << 32;
	attr.uprobe_path = (u64)(unsigned long)t->path;
	attr.probe_offset = t->value;
	a->prog_fd = usdt__program(a->plan, a->o, t);
	if (a->prog_fd < 0)
		return a->prog_fd;
	return attach_perf(a, &attr, pid, pid < 0 ? 0 : -1);
}

static int attach_tracepoint(struct attaching *a, struct target *t)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .config = t->value };

	return attach_perf(a, &attr, -1, 0);
}

static int attach_timer(struct attaching *a, struct target *t)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_CPU_CLOCK };
	const int *cpus;

	attr.freq = t->entry->hz != 0;
	attr.sample_period = t->entry->hz ? t->entry->hz : t->entry->ns;
	if (t->entry->kind == ATTACH_PROFILE)
		return attach_every_cpu(a, &attr);
	perf__online_cpus(&cpus);
	return attach_perf(a, &attr, -1, cpus[0]);
}

static int attach_counter(struct attaching *a, struct target *t)
{
	struct perf_event_attr attr = {
		.type = t->entry->kind == ATTACH_SOFTWARE ? PERF_TYPE_SOFTWARE : PERF_TYPE_HARDWARE,
		.config = t->entry->config,
		.sample_period = t->entry->count,
	};

	return attach_every_cpu(a, &attr);
}

static int attach_watchpoint(struct attaching *a, struct target *t)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_BREAKPOINT, .bp_addr = t->entry->address, .bp_len = t->entry->length, .sample_period = 1 };

	for (const char *c = t->entry->mode; *c; c++)
		attr.bp_type |= *c == 'r' ? HW_BREAKPOINT_R : *c == 'w' ? HW_BREAKPOINT_W : HW_BREAKPOINT_X;
	if (attr.bp_type == HW_BREAKPOINT_X)
		attr.bp_len = sizeof(long);
	if (a->opt->pid)
		return attach_perf(a, &attr, a->opt->pid, -1);
	return attach_every_cpu(a, &attr);
}

/* fentry, fexit and BTF raw tracepoints know their target since loading: name NULL. */
static int attach_raw(struct attaching *a, struct target *t)
{
	bool is_plain = bpf_program__type(a->o->programs[t->program]) == BPF_PROG_TYPE_RAW_TRACEPOINT;
	int fd = bpf_raw_tracepoint_open(is_plain ? t->name : NULL, a->prog_fd);

	if (fd < 0)
		return -errno;
	links__add(a->links, (struct link){ .fd = fd, .holder = -1 });
	return 0;
}

/* The iterator is opened here and read later, when the process may have given up the right to open it. */
static int attach_iter(struct attaching *a, struct target *t)
{
	int link = bpf_link_create(a->prog_fd, 0, BPF_TRACE_ITER, NULL), fd;

	if (link < 0)
		return -errno;
	links__add(a->links, (struct link){ .fd = link, .holder = -1 });
	fd = bpf_iter_create(link);
	if (fd < 0)
		return -errno;
	links__add(a->links, (struct link){ .fd = fd, .holder = -1 });
	t->value = fd;
	return 0;
}

static int attach_nothing(struct attaching *a, struct target *t)
{
	(void)a;
	t->attached = true;
	return 0;
}

/*
 * Rows in the order of ABI_ATTACH_KINDS. missing: the errno by which the kernel says that it has no such target.
 * newest_first: of several programs on one target the kernel runs the one that was attached last first
 * (add_new_kprobe(), consumer_add() of uprobes, __bpf_trampoline_link_prog()).
 */
static const struct {
	enum attach_kind kind;
	int (*expand)(struct plan *plan, const struct object *o, const struct options *opt, u32 program, const struct attach_entry *entry);
	int (*attach)(struct attaching *a, struct target *t);
	int missing;
	bool newest_first;
} kinds[] = {
	{ ATTACH_BEGIN, expand__one, attach_nothing, 0, false },
	{ ATTACH_END, expand__one, attach_nothing, 0, false },
	{ ATTACH_SIGNAL, expand__one, attach_nothing, 0, false },
	{ ATTACH_KPROBE, expand__function, attach_kprobe, ENOENT, true },
	{ ATTACH_KRETPROBE, expand__function, attach_kprobe, ENOENT, false },
	{ ATTACH_FENTRY, expand__fentry, attach_raw, ENOENT, true },
	{ ATTACH_FEXIT, expand__fentry, attach_raw, ENOENT, true },
	{ ATTACH_TRACEPOINT, expand__tracepoint, attach_tracepoint, ENOENT, false },
	{ ATTACH_RAWTRACEPOINT, expand__raw_tracepoint, attach_raw, ENOENT, false },
	{ ATTACH_UPROBE, expand__uprobe, attach_uprobe, 0, true },
	{ ATTACH_URETPROBE, expand__uprobe, attach_uprobe, 0, true },
	{ ATTACH_USDT, expand__usdt, attach_usdt, 0, true },
	{ ATTACH_PROFILE, expand__one, attach_timer, 0, false },
	{ ATTACH_INTERVAL, expand__one, attach_timer, 0, false },
	{ ATTACH_SOFTWARE, expand__one, attach_counter, 0, false },
	{ ATTACH_HARDWARE, expand__one, attach_counter, 0, false },
	{ ATTACH_WATCHPOINT, expand__one, attach_watchpoint, 0, false },
	{ ATTACH_ITER, expand__iter, attach_iter, 0, false },
};
_Static_assert(ARRAY_LEN(kinds) == ATTACH_KINDS, "one row per attach kind");

int attach__expand(struct plan *plan, const struct object *o, const struct options *opt, u32 program, const struct attach_entry *entry)
{
	return kinds[entry->kind].expand(plan, o, opt, program, entry);
}

static const char *hint_for(const struct target *t, int err)
{
	switch (err) {
	case -EOPNOTSUPP:
		if (t->entry->kind == ATTACH_HARDWARE)
			return "this machine has no such hardware counter (virtual machines often have none)";
		return "this kernel cannot attach such probes by file descriptor (Linux 4.17 or newer, CONFIG_KPROBE_EVENTS, CONFIG_UPROBE_EVENTS)";
	case -ENOENT:
		return t->entry->kind == ATTACH_HARDWARE ? "this machine has no such hardware counter (virtual machines often have none)" : NULL;
	case -EILSEQ:
		return "the offset is not the start of an instruction";
	case -EADDRNOTAVAIL:
		return "several functions have this name; name the module, MODULE:FUNCTION, or the kernel forbids a probe there";
	case -EINVAL:
		return t->entry->hz ? "the frequency may exceed /proc/sys/kernel/perf_event_max_sample_rate" : "the function may be marked notrace, or be blacklisted";
	case -ESRCH:
		return "the process has ended";
	case -ENOSPC:
		return "the hardware has no free breakpoint";
	case -EMFILE:
		return "raise the limit of open files (ulimit -n)";
	default:
		return NULL;
	}
}

int attaching__report(const struct attaching *a, const struct target *t, int err)
{
	const struct place *place = &a->o->m->programs[t->program].place;
	int status = EXIT_HOST;

	if (kinds[t->entry->kind].missing == -err) {
		char *text = mem__format("%s: this kernel has no such %s", t->text, t->entry->kind == ATTACH_RAWTRACEPOINT ? "tracepoint" : "function");

		status = plan__missing(a->o, t->program, NULL, text);
		free(text);
		return status;
	}
	if (err == -EPERM || err == -EACCES) {
		char *doing = mem__format("attach %s", t->text);

		status = report__privilege(doing, -err);
		free(doing);
		return status;
	}
	if ((t->entry->of_pattern || glob__is_pattern(t->entry->name)) && err != -EMFILE && err != -ENOMEM) {
		report__at(SEVERITY_WARNING, place, hint_for(t, err), "%s: %s; the probe is left out", t->text, strerror(-err));
		return 0;
	}
	report__at(SEVERITY_ERROR, place, hint_for(t, err), "Unable to attach probe: %s. %s", t->text, strerror(-err));
	return status;
}

/* An event and its link are two descriptors, more than the usual limit has for a thousand probes. Where it cannot be raised, attaching says so. */
static void make_room(const struct plan *plan)
{
	rlim_t want = 2ull * plan->len + OTHER_FILES;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= want)
		return;
	if (limit.rlim_max >= want)
		limit.rlim_cur = want;
	else if (!setrlimit(RLIMIT_NOFILE, &(struct rlimit){ want, want }))
		return;
	else
		limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int attach_target(struct attaching *a, struct target *t)
{
	int err;

	if (t->tried)
		return 0;
	t->tried = true;
	a->prog_fd = bpf_program__fd(a->o->programs[t->program]);
	a->cookie = t->is_named ? &t->cookie : NULL;
	if (a->plan->multi[t->program])
		return attaching__many(a, t);
	err = kinds[t->entry->kind].attach(a, t);
	t->attached = !err;
	return err ? attaching__report(a, t, err) : 0;
}

/* Blocks on one target run in the order of the source. Timers come after the functions that they may wait for. */
int attach__all(struct plan *plan, const struct object *o, const struct options *opt, struct links *links)
{
	struct attaching a = { .o = o, .opt = opt, .links = links, .plan = plan };
	int err = 0;

	make_room(plan);
	for (u32 i = plan->len; i-- > 0 && !err;)
		if (kinds[plan->list[i].entry->kind].newest_first)
			err = attach_target(&a, &plan->list[i]);
	for (u32 i = 0; i < plan->len && !err; i++)
		if (!kinds[plan->list[i].entry->kind].newest_first)
			err = attach_target(&a, &plan->list[i]);
	return err;
}
