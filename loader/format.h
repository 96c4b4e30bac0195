/* SPDX-License-Identifier: Apache-2.0 */
/* printf in the script's terms, for what the loader itself must spell out: paths of cat(), commands of system(). */
#ifndef TRACELET_FORMAT_H
#define TRACELET_FORMAT_H

#include "decode.h"

/* Appends the text; record is the event. */
void format__event(struct bytes *out, const struct event_entry *e, const u8 *record);

#endif
