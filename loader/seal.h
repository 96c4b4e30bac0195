/* SPDX-License-Identifier: Apache-2.0 */
/* What the process gives up once its probes are attached. */
#ifndef TRACELET_SEAL_H
#define TRACELET_SEAL_H

#include "object.h"

/*
 * Drops every capability that reading symbols and files does not need, forbids gaining any, and allows only the system
 * calls that a running trace makes. Objects with system() keep all but no_new_privs: their commands are the user's.
 */
void seal__process(const struct object *o, bool watches_child);

#endif
