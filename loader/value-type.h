/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TRACELET_VALUE_TYPE_H
#define TRACELET_VALUE_TYPE_H

#include "manifest.h"
#include "schema.h"

/* Reads a value type and computes its size in memory; every part lies inside it. NULL with s->error set. */
struct value_type *value_type__read(struct schema *s, const struct mp_node *node, const char *where, const char *key, int depth);
/* True when a value of this type, or one inside it, is of the kind; for stacks and symbols, of the kernel or of users. */
bool value_type__has(const struct value_type *type, enum value_kind kind, bool user);
bool value_kind__is_aggregation(enum value_kind kind);

#endif
