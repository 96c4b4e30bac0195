/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the loader tells its user. Refusals and failures go to stderr; once the stream has begun, messages about the
 * run are its `notice` records instead, so that they reach whoever reads the stream.
 */
#ifndef TRACELET_REPORT_H
#define TRACELET_REPORT_H

#include "manifest.h"

enum exit_status { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_HOST = 3 };

enum severity { SEVERITY_ERROR, SEVERITY_WARNING };

struct stream;

/* Quotes script lines in messages with a place. */
void report__set_source(const struct manifest *m);
/* Warnings become notices in this stream from now on. */
void report__set_stream(struct stream *s);

void report__error(const char *format, ...) PRINTF_LIKE(1, 2);
void report__hint(const char *format, ...) PRINTF_LIKE(1, 2);
/* place may be NULL. An error goes to stderr in any case. hint may be NULL. */
void report__at(enum severity severity, const struct place *place, const char *hint, const char *format, ...) PRINTF_LIKE(4, 5);

/*
 * An operation needs privilege and failed with err (EPERM, EACCES): says which capability the process lacks, or what
 * else forbids it. Returns EXIT_HOST.
 */
int report__privilege(const char *doing, int err);

#endif
