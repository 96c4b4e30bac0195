/* SPDX-License-Identifier: Apache-2.0 */
/* From a name in a script to a file on this host: absolute paths, PATH, and the linker's cache. */
#ifndef TRACELET_BINARIES_H
#define TRACELET_BINARIES_H

#include "bytes.h"

/* Adds each path that the name or pattern stands for: NUL-terminated strings, one after the other. Returns how many. */
u32 binaries__find(const char *name, struct bytes *paths);

#endif
