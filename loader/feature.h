/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TRACELET_FEATURE_H
#define TRACELET_FEATURE_H

#include "bytes.h"

/* One link for many kernel functions (Linux 5.18 with CONFIG_FPROBE). */
bool feature__kprobe_multi(void);

#endif
