/* SPDX-License-Identifier: Apache-2.0 */
/* The buffer that programs fill: each record is decoded and acted on in order. */
#ifndef TRACELET_EVENTS_H
#define TRACELET_EVENTS_H

#include "attach.h"
#include "decode.h"
#include "ring.h"
#include "stream.h"

struct events {
	const struct object *o;
	struct decoder *decoder;
	struct stream *stream;
	struct links *links;
	/* exit() was met */
	bool exiting;
	s64 exit_code;
	/* Records taken, per program and in all; records that a perf buffer dropped. */
	u64 *delivered;
	u64 delivered_total, lost;
	/* Records that belong to no event of the manifest. */
	u64 passed_over;
	/* After detaching: nothing may stop the draining. */
	bool draining;
	/* The end probes run: their records count although exit() was met. */
	bool ending;
	/* an end probe called exit(): what follows is not shown */
	bool over;
	/* Of a recording: hits behind the record that was acted on. */
	u64 hits_ahead;
	/* Records of this round. */
	u32 taken;
	struct ring *ring;
	struct perf_buffer *perf;
	/* entry by event id */
	const struct event_entry **by_id;
	u32 by_id_len;
};

/* An exit status. */
int events__open(struct events *ev);
/* To wait on; -1: the object emits nothing. */
int events__fd(const struct events *ev);
/* Takes what is there; unless draining, stops at exit() and after some thousand records, so that a flood holds up nothing else. */
void events__consume(struct events *ev);
/* True when nothing is left to take. */
bool events__are_taken(const struct events *ev);
/* Records that were submitted and nobody has taken; adds them to per_program, by number in the manifest. */
u64 events__pending(const struct events *ev, u64 *per_program);

#endif
