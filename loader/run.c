// SPDX-License-Identifier: Apache-2.0
/* A run: read, plan, load, begin, attach, drain until something ends it, detach, end. */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>

#include "attach.h"
#include "child.h"
#include "events.h"
#include "kallsyms.h"
#include "ledger.h"
#include "maps.h"
#include "names.h"
#include "perf.h"
#include "plan.h"
#include "release.h"
#include "report.h"
#include "seal.h"
#include "usdt.h"
#include "user-symbols.h"

/*
 * What is printed does not wake us (a wakeup costs its program some microseconds): we look every few milliseconds while
 * something is printed, less often otherwise. What must not wait (exit, maps to print) does wake us.
 */
enum { SAME_STOP_NS = 250000000, POLL_MS = 1000, BUSY_MS = 10, IDLE_MS = 40, SETTLE_TRIES = 100 };

struct run {
	const struct options *opt;
	struct object object;
	struct plan plan;
	struct links links;
	struct stream stream, names;
	struct decoder decoder;
	struct events events;
	struct ledger ledger;
	struct child child;
	int epoll, pidfd, stats;
	u64 polled_at, taken_at, taken;
	/* why the run ends; NULL while it goes on */
	const char *reason;
	int status;
};

static volatile sig_atomic_t stops, user_signals, children;
static int wake = -1;

/* timeout(1) and others signal a process and then its group: what comes with the first is no second wish. */
static bool is_same_stop(void)
{
	static u64 first;
	u64 now = clock__now();

	if (!stops)
		first = now;
	return stops && now - first < SAME_STOP_NS;
}

static void on_signal(int number)
{
	u64 one = 1;
	int err = errno;

	if (number == SIGCHLD)
		children = 1;
	else if (number == SIGUSR1)
		user_signals++;
	else if (!is_same_stop())
		stops++;
	/* a full counter wakes as well */
	if (write(wake, &one, sizeof(one)) < 0)
		errno = err;
	errno = err;
}

static void watch_signals(void)
{
	/* what ends, or asks for a print, interrupts nothing: what is being read or written goes on */
	struct sigaction on = { .sa_handler = on_signal }, aside = { .sa_handler = on_signal, .sa_flags = SA_RESTART }, ignore = { .sa_handler = SIG_IGN };

	wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	sigaction(SIGINT, &on, NULL);
	sigaction(SIGTERM, &on, NULL);
	sigaction(SIGUSR1, &aside, NULL);
	sigaction(SIGCHLD, &aside, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

static int open_output(struct run *r)
{
	int fd = STDOUT_FILENO;

	if (r->opt->output)
		fd = open(r->opt->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0) {
		report__error("failed to open output file '%s': %s", r->opt->output, strerror(errno));
		return EXIT_REFUSED;
	}
	stream__open(&r->stream, fd);
	r->stream.give_up = &stops;
	return 0;
}

static int watch_process(struct run *r)
{
	if (!r->opt->pid)
		return 0;
	r->pidfd = syscall(SYS_pidfd_open, r->opt->pid, 0);
	if (r->pidfd >= 0)
		return 0;
	report__error("cannot trace process %u: %s", r->opt->pid, strerror(errno));
	return EXIT_HOST;
}

static int open_object(struct run *r, const struct host_facts *facts)
{
	struct object *o = &r->object;
	int err = object__open(o);

	if (err)
		return err;
	plan__apply(&r->plan, o);
	if ((err = object__fill(o, r->opt, facts)))
		return err;
	usdt__fill(&r->plan, o);
	names__number(&r->plan, o);
	return 0;
}

static int load(struct run *r)
{
	struct host_facts facts = { .plan = &r->plan, .filter_pid = r->opt->pid };
	struct object *o = &r->object;
	int err;

	if ((err = object__read(o, r->opt->object)))
		return err;
	if (o->m->unsafe && r->opt->safe) {
		report__error("the object was compiled with --unsafe, and --safe refuses such");
		return EXIT_REFUSED;
	}
	if ((err = watch_process(r)) || (err = plan__make(&r->plan, o, r->opt)) || (err = tracepoint__relocate_fields(o, true)) || (err = open_output(r)))
		return err;
	if (r->opt->child) {
		/* our stdout carries the stream, unless that goes to a file */
		int out = r->opt->child_stdout >= 0 ? r->opt->child_stdout : r->opt->output ? STDOUT_FILENO : STDERR_FILENO;

		if ((err = child__start(&r->child, r->opt->child, out)))
			return err;
	}
	facts.child_pid = r->plan.child_pid = r->child.pid;
	err = open_object(r, &facts);
	if (err)
		return err;
	err = object__load(o, r->plan.sessions);
	if (err && r->plan.sessions) {
		/* of two programs each may be small enough; or it is told which of them is wrong, and where */
		plan__split_sessions(&r->plan, o->m, r->opt);
		object__close(o);
		err = open_object(r, &facts);
		if (!err)
			err = object__load(o, false);
	}
	return err ? err : names__fill(&r->plan, o);
}

/* Runs the programs of one kind (begin, end, signal) here, in this process. */
static int run_programs(struct run *r, enum attach_kind kind)
{
	for (u32 i = 0; i < r->plan.len; i++) {
		const struct target *t = &r->plan.list[i];
		LIBBPF_OPTS(bpf_test_run_opts, opts);
		int err;

		if (t->entry->kind != kind)
			continue;
		err = bpf_prog_test_run_opts(bpf_program__fd(r->object.programs[t->program]), &opts);
		if (!err)
			continue;
		report__at(SEVERITY_ERROR, &r->object.m->programs[t->program].place, "Linux 5.10 or newer is needed", "cannot run %s: %s", t->text,
			   strerror(-err));
		return EXIT_HOST;
	}
	return 0;
}

static void put_attached(struct run *r)
{
	struct bytes *b = stream__begin(&r->stream, "attached", 2);
	u32 count = 0;

	for (u32 i = 0; i < r->plan.len; i++)
		count += r->plan.list[i].attached;
	record__uint(b, "count", count);
	mp__str(b, "probes");
	mp__array(b, count);
	for (u32 i = 0; i < r->plan.len; i++)
		if (r->plan.list[i].attached)
			mp__text(b, r->plan.list[i].text, strlen(r->plan.list[i].text));
}

/* For a recording: what of this host stands in .rodata, and where its clocks are. */
static void put_host(struct run *r)
{
	const struct manifest *m = r->object.m;
	struct bpf_map *map = bpf_object__find_map_by_name(r->object.bpf, ".rodata");
	size_t size = 0;
	const u8 *rodata = map ? bpf_map__initial_value(map, &size) : NULL;
	struct bytes *b = stream__begin(&r->stream, "host", 5);
	u64 value;

	record__int(b, "epoch_offset", r->decoder.epoch_offset);
	record__uint(b, "cpus", r->object.possible_cpus);
	mp__str(b, "words");
	mp__array(b, m->host_len);
	for (u32 i = 0; i < m->host_len; i++) {
		memcpy(&value, rodata + m->host[i].offset, 8);
		mp__uint(b, value);
	}
	mp__str(b, "symbols");
	mp__array(b, m->symbols_len);
	for (u32 i = 0; i < m->symbols_len; i++) {
		memcpy(&value, rodata + m->symbols[i].offset, 8);
		mp__uint(b, value);
	}
	names__put(b, &r->plan, &r->object);
}

static bool names_users(const struct manifest *m)
{
	return manifest__uses(m, VALUE_USYM, true) || manifest__uses(m, VALUE_STACK, true);
}

static void watch_fd(struct run *r, int fd, u32 what)
{
	struct epoll_event event = { .events = what };

	/* a regular file as output cannot be watched, and need not be */
	if (fd >= 0)
		epoll_ctl(r->epoll, EPOLL_CTL_ADD, fd, &event);
}

/* cpid is 0 then, which is no process: most likely -c was forgotten. */
static void warn_of_no_child(const struct run *r)
{
	const struct manifest *m = r->object.m;

	for (u32 i = 0; i < m->host_len; i++)
		if (m->host[i].kind == HOST_CPID && !r->child.pid)
			report__at(SEVERITY_WARNING, NULL, NULL, "No child command (`-c`); cpid is zero");
}

static int start(struct run *r)
{
	const struct manifest *m = r->object.m;
	int err;

	r->events = (struct events){ .o = &r->object, .decoder = &r->decoder, .stream = &r->stream, .links = &r->links };
	r->ledger = (struct ledger){ .o = &r->object, .events = &r->events, .stream = &r->stream, .all_warnings = r->opt->warnings, .stats = r->opt->stats };
	decoder__init(&r->decoder, &r->object);
	if ((err = events__open(&r->events)))
		return err;
	ledger__open(&r->ledger);
	if (r->opt->stats)
		r->stats = bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (manifest__uses(m, VALUE_KSYM, false) || manifest__uses(m, VALUE_STACK, false))
		kallsyms__prepare();
	if (r->opt->pid && names_users(m))
		user_symbols__remember(r->opt->pid);
	stream__header(&r->stream, m);
	if (manifest__has_event(m, EVENT_HIT)) {
		r->decoder.names = &r->names;
		put_host(r);
	}
	report__set_stream(&r->stream);
	warn_of_no_child(r);
	/* a dry run shows that everything can be attached, and runs nothing of its own accord */
	if (!r->opt->dry_run && (err = run_programs(r, ATTACH_BEGIN)))
		return err;
	if ((err = attach__all(&r->plan, &r->object, r->opt, &r->links)))
		return err;
	put_attached(r);
	return 0;
}

static int patience(struct run *r)
{
	u64 now = clock__now();

	if (!r->events.ring)
		return POLL_MS;
	if (r->taken != r->events.delivered_total) {
		r->taken = r->events.delivered_total;
		r->taken_at = now;
	}
	return now - r->taken_at < 1000000000ull ? BUSY_MS : IDLE_MS;
}

static void wait_for_events(struct run *r)
{
	struct epoll_event events[4];
	u64 count;

	if (epoll_wait(r->epoll, events, ARRAY_LEN(events), patience(r)) > 0 && read(wake, &count, sizeof(count)) < 0)
		return;
}

static bool process_ended(const struct run *r)
{
	/* signal 0 to a zombie still succeeds: the pidfd's readiness tells */
	struct pollfd fd = { .fd = r->pidfd, .events = POLLIN };

	return r->pidfd >= 0 && poll(&fd, 1, 0) > 0;
}

/* Sets the reason when the run is to end. */
static void look_around(struct run *r)
{
	if (children) {
		children = 0;
		child__reap(&r->child);
	}
	if (user_signals) {
		user_signals = 0;
		run_programs(r, ATTACH_SIGNAL);
	}
	if (clock__now() - r->polled_at >= POLL_MS * 1000000ull) {
		ledger__poll(&r->ledger);
		r->polled_at = clock__now();
	}
	if (r->events.exiting)
		r->reason = "exit";
	else if (stops)
		r->reason = "signal";
	else if (r->child.ended)
		r->reason = "child";
	else if (process_ended(r))
		r->reason = "process";
	else if (!r->plan.waits && !r->child.pid)
		r->reason = "finished";
}

/* Between two reads of an iterator. */
static int take_events(void *ctx)
{
	struct run *r = ctx;

	events__consume(&r->events);
	stream__flush(&r->stream);
	return r->events.exiting || r->stream.closed || stops;
}

static void follow(struct run *r)
{
	r->epoll = epoll_create1(EPOLL_CLOEXEC);
	watch_fd(r, wake, EPOLLIN);
	watch_fd(r, r->pidfd, EPOLLIN);
	watch_fd(r, events__fd(&r->events), EPOLLIN);
	watch_fd(r, r->stream.fd, 0);
	r->polled_at = clock__now();
	if (r->opt->dry_run) {
		r->reason = "dry-run";
		return;
	}
	child__go(&r->child, names_users(r->object.m));
	seal__process(&r->object, r->child.watched);
	attach__iterate(&r->plan, take_events, r);
	for (;;) {
		events__consume(&r->events);
		look_around(r);
		stream__flush(&r->stream);
		if (r->reason || r->stream.closed)
			return;
		wait_for_events(r);
	}
}

/* Programs that were running on other processors when their probes went may still submit. */
static void drain(struct run *r)
{
	const struct timespec moment = { .tv_nsec = 1000000 };

	r->events.draining = true;
	for (int i = 0; i < SETTLE_TRIES; i++) {
		events__consume(&r->events);
		if (events__are_taken(&r->events) || stops > 1)
			return;
		nanosleep(&moment, NULL);
	}
}

static int status_of(const struct run *r)
{
	if (r->events.exiting)
		return r->events.exit_code & 0xff;
	return r->child.ended ? r->child.status : EXIT_DONE;
}

static void finish(struct run *r)
{
	attach__detach(&r->links, r->plan.ends);
	child__stop(&r->child);
	if (r->stream.closed)
		return;
	if (!r->opt->dry_run) {
		drain(r);
		r->events.ending = true;
		run_programs(r, ATTACH_END);
		drain(r);
	}
	ledger__poll(&r->ledger);
	record__str(stream__begin(&r->stream, "detached", 1), "reason", r->reason);
	if (r->object.m->config.print_maps_on_exit && !r->opt->dry_run)
		maps__print_all(&r->decoder, &r->stream);
	stream__join(&r->stream, &r->names);
	ledger__end(&r->ledger, status_of(r));
	stream__flush(&r->stream);
}

int run__object(const struct options *opt)
{
	struct run r = { .opt = opt, .pidfd = -1, .stats = -1, .child.gate = -1 };
	int err;

	watch_signals();
	err = load(&r);
	if (!err)
		err = start(&r);
	if (err)
		goto out;
	follow(&r);
	finish(&r);
	err = status_of(&r);
	if (r.stream.closed && r.stream.error != EPIPE && r.stream.error != EINTR) {
		report__error("cannot write the stream: %s", strerror(r.stream.error));
		err = EXIT_HOST;
	}
out:
	child__stop(&r.child);
	release__in_background(&r.links, r.stream.fd, opt->child_stdout);
	return err;
}
