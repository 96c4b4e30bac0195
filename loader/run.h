/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TRACELET_RUN_H
#define TRACELET_RUN_H

#include "options.h"

/* Each returns the process's exit status. */
int run__object(const struct options *opt);
int check__object(const struct options *opt);
int snapshot__write(const struct options *opt);

#endif
