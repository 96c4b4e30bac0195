// SPDX-License-Identifier: Apache-2.0
#include "events.h"

#include <errno.h>
#include <string.h>

#include "actions.h"
#include "maps.h"

enum { PERF_PAGES = 64, MAX_EVENT_ID = 1 << 20, ROUND = 8192 };

static void put_args(struct events *ev, struct bytes *b, const struct event_entry *e, const u8 *record)
{
	mp__str(b, "args");
	mp__array(b, e->args_len);
	for (u32 i = 0; i < e->args_len; i++)
		decode__value(ev->decoder, b, e->args[i].type, record + e->args[i].offset);
}

static void put_formatted(struct events *ev, const struct event_entry *e, const u8 *record)
{
	struct bytes *b = stream__begin(ev->stream, e->kind_name, 3);

	record__uint(b, "event", e->id);
	record__str(b, "format", e->format ? e->format : "");
	put_args(ev, b, e, record);
}

/* A record of a recording: its arguments are all that it says. */
static void put_recorded(struct events *ev, const struct event_entry *e, const u8 *record)
{
	struct bytes *b = stream__begin(ev->stream, e->kind_name, 2);

	record__uint(b, "event", e->id);
	put_args(ev, b, e, record);
}

static void put_value(struct events *ev, const struct event_entry *e, const u8 *record)
{
	struct bytes *b = stream__begin(ev->stream, "value", 2);

	record__uint(b, "event", e->id);
	mp__str(b, "value");
	decode__value(ev->decoder, b, e->args[0].type, record + e->args[0].offset);
}

static void change_map(struct events *ev, const struct event_entry *e)
{
	int err = e->kind == EVENT_CLEAR ? maps__clear(ev->o, e->map) : maps__zero(ev->o, e->map);

	if (!err)
		record__str(stream__begin(ev->stream, e->kind_name, 1), "name", ev->o->m->maps[e->map].name);
}

static void exit_with(struct events *ev, s64 code)
{
	/* the first exit() counts, and the first of an end probe after it */
	if (!ev->exiting || (ev->ending && !ev->over))
		ev->exit_code = code;
	ev->exiting = true;
	ev->over = ev->ending;
}

static s64 first_int(const struct event_entry *e, const u8 *record, s64 fallback)
{
	return e->args_len ? decode__int(e->args[0].type, record + e->args[0].offset) : fallback;
}

static void act(struct events *ev, const struct event_entry *e, const u8 *record)
{
	switch (e->kind) {
	case EVENT_PRINTF:
	case EVENT_ERRORF:
	case EVENT_WARNF:
		put_formatted(ev, e, record);
		break;
	case EVENT_ASSERT:
		put_formatted(ev, e, record);
		exit_with(ev, 1);
		break;
	case EVENT_PRINT:
		put_value(ev, e, record);
		break;
	case EVENT_PRINT_MAP:
		maps__print(ev->decoder, ev->stream, e->map, e->top, e->div, false);
		break;
	case EVENT_CLEAR:
	case EVENT_ZERO:
		change_map(ev, e);
		break;
	case EVENT_EXIT:
		exit_with(ev, first_int(e, record, 0));
		break;
	case EVENT_TIME:
		action__time(ev->stream, e);
		break;
	case EVENT_CAT:
		action__cat(ev->o, ev->stream, e, record);
		break;
	case EVENT_SYSTEM:
		action__system(ev->o, ev->stream, e, record);
		break;
	case EVENT_JOIN:
		action__join(ev->o, ev->stream, e, record);
		break;
	case EVENT_HIT:
	case EVENT_SEEN:
		put_recorded(ev, e, record);
		break;
	case EVENT_UNWATCH:
		attach__unwatch(ev->links, first_int(e, record, 0));
		break;
	default:
		report__at(SEVERITY_WARNING, &e->place, NULL, "this loader does not do %s", e->kind_name);
		break;
	}
}

static const struct event_entry *entry_of(const struct events *ev, const void *data, size_t size)
{
	const struct event_entry *e;
	u32 id;

	if (size < ABI_EVENT_HEADER)
		return NULL;
	memcpy(&id, data, 4);
	e = id < ev->by_id_len ? ev->by_id[id] : NULL;
	return e && size >= e->size ? e : NULL;
}

static int count_hit(void *ctx, void *data, size_t size)
{
	struct events *ev = ctx;
	const struct event_entry *e = entry_of(ev, data, size);

	ev->hits_ahead += e && e->kind == EVENT_HIT;
	return 0;
}

static void count_hits_ahead(struct events *ev)
{
	ev->hits_ahead = 0;
	ring__pending(ev->ring, count_hit, ev);
}

/*
 * Behind a record: the names in it; and where we did what a program asked for, how many more hits programs had before it
 * was done, whose effect on the maps it has seen. A map that is printed is read at once: looking up the names of its keys
 * takes longer, and may itself be traced.
 */
static void tell_recording(struct events *ev, const struct event_entry *e)
{
	struct bytes *b;

	switch (e->kind) {
	case EVENT_PRINT_MAP:
	case EVENT_CLEAR:
	case EVENT_ZERO:
	case EVENT_TIME:
	case EVENT_CAT:
	case EVENT_SYSTEM:
		if (e->kind != EVENT_PRINT_MAP)
			count_hits_ahead(ev);
		b = stream__begin(ev->stream, "acted", 2);
		record__uint(b, "event", e->id);
		record__uint(b, "hits", ev->hits_ahead);
		break;
	default:
		break;
	}
	stream__join(ev->stream, ev->decoder->names);
}

static bool is_recorded(const struct event_entry *e)
{
	return e->kind == EVENT_HIT || e->kind == EVENT_SEEN;
}

/* Returns -ECANCELED to leave the buffer: exit() was met, nobody reads any more, or the round is long enough. */
static int take(void *ctx, void *data, size_t size)
{
	struct events *ev = ctx;
	const struct event_entry *e = entry_of(ev, data, size);
	bool shown;

	if (!e) {
		ev->passed_over++;
		return 0;
	}
	ev->delivered[e->program]++;
	ev->delivered_total++;
	/* what happened after exit() is not shown, wherever it stands in the buffer; its effect on the maps is */
	shown = !ev->exiting || (ev->ending && !ev->over);
	if (ev->decoder->names && ev->ring && e->kind == EVENT_PRINT_MAP)
		count_hits_ahead(ev);
	if (shown || is_recorded(e))
		act(ev, e, data);
	if (ev->decoder->names && ev->ring && shown)
		tell_recording(ev, e);
	stream__tick(ev->stream);
	return !ev->draining && (ev->exiting || ev->stream->closed || ++ev->taken >= ROUND) ? -ECANCELED : 0;
}

static void take_perf(void *ctx, int cpu, void *data, u32 size)
{
	(void)cpu;
	take(ctx, data, size);
}

static void count_lost(void *ctx, int cpu, __u64 count)
{
	struct events *ev = ctx;

	(void)cpu;
	ev->lost += count;
}

static int index_events(struct events *ev)
{
	const struct manifest *m = ev->o->m;

	for (u32 i = 0; i < m->events_len; i++)
		ev->by_id_len = m->events[i].id >= ev->by_id_len ? m->events[i].id + 1 : ev->by_id_len;
	if (ev->by_id_len > MAX_EVENT_ID) {
		report__error("the object is refused: its events' numbers are too large");
		return EXIT_REFUSED;
	}
	ev->by_id = mem__zalloc(ev->by_id_len * sizeof(*ev->by_id));
	ev->delivered = mem__zalloc(m->programs_len * sizeof(*ev->delivered));
	for (u32 i = 0; i < m->events_len; i++)
		ev->by_id[m->events[i].id] = &m->events[i];
	return 0;
}

int events__open(struct events *ev)
{
	u32 pages = ev->o->m->config.perf_rb_pages;
	int err = index_events(ev);

	if (err || !ev->o->buffer)
		return err;
	if (ev->o->m->perf_buffer)
		ev->perf = perf_buffer__new(bpf_map__fd(ev->o->buffer), pages && !(pages & (pages - 1)) ? pages : PERF_PAGES, take_perf, count_lost, ev, NULL);
	else
		ev->ring = ring__open(bpf_map__fd(ev->o->buffer), bpf_map__max_entries(ev->o->buffer));
	if (ev->perf || ev->ring)
		return 0;
	report__error("cannot map the event buffer: %s", strerror(errno));
	return EXIT_HOST;
}

int events__fd(const struct events *ev)
{
	if (ev->ring)
		return bpf_map__fd(ev->o->buffer);
	return ev->perf ? perf_buffer__epoll_fd(ev->perf) : -1;
}

void events__consume(struct events *ev)
{
	ev->taken = 0;
	if (ev->ring)
		ring__consume(ev->ring, take, ev);
	if (ev->perf)
		perf_buffer__consume(ev->perf);
}

bool events__are_taken(const struct events *ev)
{
	return !ev->ring || ring__is_empty(ev->ring);
}

struct counting {
	const struct events *ev;
	u64 *per_program;
};

static int count_pending(void *ctx, void *data, size_t size)
{
	struct counting *c = ctx;
	const struct event_entry *e = entry_of(c->ev, data, size);

	if (e)
		c->per_program[e->program]++;
	return 0;
}

u64 events__pending(const struct events *ev, u64 *per_program)
{
	struct counting c = { ev, per_program };

	return ev->ring ? ring__pending(ev->ring, count_pending, &c) : 0;
}
