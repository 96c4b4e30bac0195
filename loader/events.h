/* SPDX-License-Identifier: Apache-2.0 */
/* The buffer that programs fill: each record is decoded and acted on in order. */
#ifndef TRACELET_EVENTS_H
#define TRACELET_EVENTS_H

#include "attach.h"
#include "decode.h"
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
	/* After detaching: nothing may stop the draining. */
	bool draining;
	/* Records of this round. */
	u32 taken;
	struct ring_buffer *ring;
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

#endif
