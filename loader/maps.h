/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the script's maps into the stream, and clear() and zero(). */
#ifndef TRACELET_MAPS_H
#define TRACELET_MAPS_H

#include "decode.h"
#include "stream.h"

/* A `map` record. top, div: -1 when not given. Returns 0, or -errno after a notice. */
int maps__print(struct decoder *d, struct stream *s, u32 map, s64 top, s64 div, bool final);
/* Every map with something in it, by name. */
void maps__print_all(struct decoder *d, struct stream *s);
int maps__clear(const struct object *o, u32 map);
int maps__zero(const struct object *o, u32 map);

#endif
