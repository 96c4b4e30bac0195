// SPDX-License-Identifier: Apache-2.0
#include "ledger.h"

#include <stdlib.h>
#include <bpf/bpf.h>

static u64 counter(const struct object *o, u32 offset)
{
	return o->bss ? __atomic_load_n((const u64 *)(o->bss + offset), __ATOMIC_RELAXED) : 0;
}

static u64 dropped(const struct ledger *l, u32 program)
{
	s64 at = l->o->m->programs[program].ledger;

	return at < 0 ? 0 : counter(l->o, at);
}

void ledger__open(struct ledger *l)
{
	l->sites_seen = mem__zalloc(l->o->m->sites_len * sizeof(u64));
	l->dropped_seen = mem__zalloc(l->o->m->programs_len * sizeof(u64));
	l->lost_seen = 0;
}

static void put_warning(struct ledger *l, const struct site_entry *e, u64 count)
{
	const struct manifest *m = l->o->m;
	s64 error = counter(l->o, e->offset + 8);
	struct bytes *b = stream__begin(l->stream, "warning", 4 + !!e->helper + (e->map >= 0) + (error < 0));

	record__str(b, "kind", e->kind_name);
	if (e->helper)
		record__str(b, "helper", e->helper);
	if (error < 0)
		record__int(b, "error", error);
	if (e->map >= 0)
		record__str(b, "map", m->maps[e->map].name);
	record__uint(b, "count", count);
	record__str(b, "probe", m->programs[e->program].probe);
	record__place(b, &e->place);
}

static void put_lost(struct ledger *l, const char *cause, const char *probe, u64 count)
{
	struct bytes *b = stream__begin(l->stream, "lost", 2 + !!probe);

	record__uint(b, "count", count);
	record__str(b, "cause", cause);
	if (probe)
		record__str(b, "probe", probe);
}

/* A perf buffer tells of drops that the programs have counted too; what is above their count was lost elsewhere. */
static u64 unaccounted(const struct ledger *l)
{
	u64 known = 0;

	for (u32 i = 0; i < l->o->m->programs_len; i++)
		known += dropped(l, i);
	return l->events->lost > known ? l->events->lost - known : 0;
}

void ledger__poll(struct ledger *l)
{
	const struct manifest *m = l->o->m;

	for (u32 i = 0; i < m->sites_len; i++) {
		u64 now = counter(l->o, m->sites[i].offset);

		if (now != l->sites_seen[i] && (m->sites[i].warn || l->all_warnings))
			put_warning(l, &m->sites[i], now - l->sites_seen[i]);
		l->sites_seen[i] = now;
	}
	for (u32 i = 0; i < m->programs_len; i++) {
		u64 now = dropped(l, i);

		if (now != l->dropped_seen[i])
			put_lost(l, "buffer-full", m->programs[i].probe, now - l->dropped_seen[i]);
		l->dropped_seen[i] = now;
	}
	if (unaccounted(l) > l->lost_seen) {
		put_lost(l, "perf-buffer", NULL, unaccounted(l) - l->lost_seen);
		l->lost_seen = unaccounted(l);
	}
}

static void put_program(struct ledger *l, struct bytes *b, u32 i, u64 pending)
{
	struct bpf_prog_info info = {};
	u32 size = sizeof(info);
	int fd = bpf_program__fd(l->o->programs[i]);

	if (fd >= 0)
		bpf_obj_get_info_by_fd(fd, &info, &size);
	mp__map(b, 4 + l->stats);
	record__str(b, "probe", l->o->m->programs[i].probe);
	record__uint(b, "submitted", l->events->delivered[i] + pending);
	record__uint(b, "dropped", dropped(l, i));
	if (l->stats)
		record__uint(b, "fired", info.run_cnt);
	record__uint(b, "missed", info.recursion_misses);
}

static void put_sites(struct ledger *l, struct bytes *b)
{
	const struct manifest *m = l->o->m;
	size_t at;
	u32 count = 0;

	mp__str(b, "sites");
	at = mp__open_array(b);
	for (u32 i = 0; i < m->sites_len; i++) {
		u64 grown = counter(l->o, m->sites[i].offset);

		if (!grown)
			continue;
		mp__map(b, 4);
		record__str(b, "kind", m->sites[i].kind_name);
		record__str(b, "probe", m->programs[m->sites[i].program].probe);
		record__uint(b, "count", grown);
		record__place(b, &m->sites[i].place);
		count++;
	}
	mp__close(b, at, count);
}

void ledger__end(struct ledger *l, int status)
{
	const struct events *ev = l->events;
	u32 programs = l->o->m->programs_len;
	u64 *pending = mem__zalloc(programs * sizeof(*pending)), left = events__pending(ev, pending), dropped_total = 0;
	struct bytes *b = stream__begin(l->stream, "end", 2);

	for (u32 i = 0; i < programs; i++)
		dropped_total += dropped(l, i);
	record__int(b, "status", status);
	mp__str(b, "ledger");
	mp__map(b, 5);
	/* a perf buffer keeps no account of its own */
	record__uint(b, "submitted", ev->ring ? ring__taken(ev->ring) + left : ev->delivered_total + ev->passed_over + unaccounted(l));
	record__uint(b, "delivered", ev->delivered_total);
	record__uint(b, "dropped", dropped_total);
	mp__str(b, "programs");
	mp__array(b, programs);
	for (u32 i = 0; i < programs; i++)
		put_program(l, b, i, pending[i]);
	put_sites(l, b);
	free(pending);
}
