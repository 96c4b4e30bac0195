/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TRACELET_RELEASE_H
#define TRACELET_RELEASE_H

#include "attach.h"

/*
 * The kernel waits for RCU when it frees a probe, event by event: 30 to 200 ms at the end of a process that holds some.
 * The probes are disabled by then and the stream is written, so nobody has to wait: a process without memory or output of
 * its own keeps the descriptors until this one has gone, and frees them. To be called last: it closes all output.
 */
void release__in_background(const struct links *links, int stream_fd, int child_stdout);

#endif
