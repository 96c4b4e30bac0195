/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TRACELET_FEATURE_H
#define TRACELET_FEATURE_H

#include "bytes.h"

/* Keys of so many bytes in a hash (more than 512: Linux 5.11). */
bool feature__large_keys(u32 size);

#endif
