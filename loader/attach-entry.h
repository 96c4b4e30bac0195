/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TRACELET_ATTACH_ENTRY_H
#define TRACELET_ATTACH_ENTRY_H

#include "manifest.h"
#include "schema.h"

/* Reads one attach point of a program; which keys it needs depends on its kind. */
void attach_entry__read(struct schema *s, const struct mp_node *node, const char *where, struct attach_entry *a);

#endif
