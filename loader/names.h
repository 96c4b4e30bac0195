/* SPDX-License-Identifier: Apache-2.0 */
/* Names of attach points, for programs that ask by the attach cookie which of theirs fired (spec/object.md). */
#ifndef TRACELET_NAMES_H
#define TRACELET_NAMES_H

#include "plan.h"

/* Gives each target of such a program its cookie, and the array of names its size. Before loading. */
void names__number(struct plan *plan, const struct object *o);
/* Writes the names. After loading. Returns an exit status. */
int names__fill(const struct plan *plan, const struct object *o);
/* For a recording: a key with all names, by cookie. */
void names__put(struct bytes *b, const struct plan *plan, const struct object *o);

#endif
