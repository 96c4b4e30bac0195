/* SPDX-License-Identifier: Apache-2.0 */
/* Typed reading of a msgpack map: each getter checks kind and range; the first thing wrong is kept as the error. */
#ifndef TRACELET_SCHEMA_H
#define TRACELET_SCHEMA_H

#include "msgpack.h"

struct schema {
	char *error;
};

void schema__fail(struct schema *s, const char *where, const char *key, const char *what);
const struct mp_node *schema__need(struct schema *s, const struct mp_node *map, const char *where, const char *key);
/* "" when missing or wrong. */
const char *schema__str(struct schema *s, const struct mp_node *map, const char *where, const char *key);
/* NULL when absent. */
const char *schema__opt_str(struct schema *s, const struct mp_node *map, const char *where, const char *key);
/* The same for text of a script, which is bytes where it is not UTF-8. */
const char *schema__opt_text(struct schema *s, const struct mp_node *map, const char *where, const char *key);
u64 schema__uint(struct schema *s, const struct mp_node *map, const char *where, const char *key, u64 max);
/* fallback when absent; floats that are whole numbers count as integers (encoders write large numbers so) */
s64 schema__opt_int(struct schema *s, const struct mp_node *map, const char *where, const char *key, s64 fallback);
s64 schema__int(struct schema *s, const struct mp_node *map, const char *where, const char *key);
bool schema__bool(struct schema *s, const struct mp_node *map, const char *where, const char *key);
bool schema__opt_bool(struct schema *s, const struct mp_node *map, const char *where, const char *key);
/* The children and their number; refuses lists longer than max. */
const struct mp_node *schema__list(struct schema *s, const struct mp_node *map, const char *where, const char *key, u32 max, u32 *count);
/* Index into names. */
u32 schema__choice(struct schema *s, const struct mp_node *map, const char *where, const char *key, const char *const *names, u32 names_len);

#endif
