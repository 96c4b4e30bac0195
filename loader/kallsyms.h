/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/kallsyms, read when the first address or name is asked for. */
#ifndef TRACELET_KALLSYMS_H
#define TRACELET_KALLSYMS_H

#include "bytes.h"

/* Opens the file while this process may still see addresses (the kernel decides at open), without reading it. */
void kallsyms__prepare(void);
/* The symbol at or before addr, its module ("" for the kernel itself), and the distance. NULL when there is none. */
const char *kallsyms__name(u64 addr, const char **module, u64 *offset);
bool kallsyms__address(const char *name, u64 *addr);
/* True when the file shows no addresses to this process. */
bool kallsyms__hidden(void);

#endif
