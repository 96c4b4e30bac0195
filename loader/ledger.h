/* SPDX-License-Identifier: Apache-2.0 */
/* The programs' own counters: growth becomes warning and lost records, and the end record adds everything up. */
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
/* True when every record that was submitted has been taken. */
bool ledger__is_even(const struct ledger *l);
void ledger__end(struct ledger *l, int status);

#endif
