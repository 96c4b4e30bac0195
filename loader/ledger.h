/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What failed and what was lost, from the programs' own counters: growth becomes warning and lost records. The end record
 * adds everything up; what was submitted it reads off the buffer.
 */
#ifndef TRACELET_LEDGER_H
#define TRACELET_LEDGER_H

#include "events.h"

struct ledger {
	const struct object *o;
	const struct events *events;
	struct stream *stream;
	/* -k: also what is not reported by default */
	bool all_warnings, stats;
	u64 *sites_seen, *dropped_seen, lost_seen;
};

void ledger__open(struct ledger *l);
/* Reports what has grown since the last call. */
void ledger__poll(struct ledger *l);
void ledger__end(struct ledger *l, int status);

#endif
