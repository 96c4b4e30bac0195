/* SPDX-License-Identifier: Apache-2.0 */
/* Tracepoints and traceable functions of this kernel, from tracefs. */
#ifndef TRACELET_TRACEFS_H
#define TRACELET_TRACEFS_H

#include "bytes.h"

/* Where tracefs is mounted, or NULL. */
const char *tracefs__path(void);
/* The perf event id of a tracepoint: -errno; -ENOENT when this kernel has none of that name. */
s64 tracefs__event_id(const char *category, const char *event);

/* Called for each match; returning false ends the search. */
typedef bool (*tracefs_visit)(void *ctx, const char *group, const char *name);

/* Events that match the two patterns, as (category, event). Returns how many, or -errno. */
int tracefs__events(const char *category, const char *event, tracefs_visit visit, void *ctx);
/* Traceable functions, as (module, function); module "" for the kernel itself, pattern NULL for any. */
int tracefs__functions(const char *module, const char *function, tracefs_visit visit, void *ctx);

struct tracefs_field {
	u32 offset, size;
};

/* -ENOENT: no such event; -ENODATA: it has no such field. */
int tracefs__field(const char *category, const char *event, const char *field, struct tracefs_field *found);

#endif
