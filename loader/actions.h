/* SPDX-License-Identifier: Apache-2.0 */
/* What events ask this host to do: read a file, run a command. */
#ifndef TRACELET_ACTIONS_H
#define TRACELET_ACTIONS_H

#include "decode.h"
#include "stream.h"

void action__cat(const struct object *o, struct stream *s, const struct event_entry *e, const u8 *record);
void action__system(const struct object *o, struct stream *s, const struct event_entry *e, const u8 *record);
void action__join(const struct object *o, struct stream *s, const struct event_entry *e, const u8 *record);
void action__time(struct stream *s, const struct event_entry *e);

#endif
