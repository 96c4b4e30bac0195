/* SPDX-License-Identifier: Apache-2.0 */
/* perf events: the kernel's way to run a program at a probe that lives no longer than its file descriptor. */
#ifndef TRACELET_PERF_H
#define TRACELET_PERF_H

#include <linux/perf_event.h>

#include "bytes.h"

/*
 * Opens the event, sets the program on it and starts it. The fd, or -errno. *link: a bpf link that holds the program to the
 * event (Linux 5.15); -1: the program goes with the event. cookie: what the program is told at this event, which needs the
 * link, or NULL.
 */
int perf__attach(struct perf_event_attr *attr, int pid, int cpu, int prog_fd, const u64 *cookie, int *link);
/* True where a disabled event still runs its program: at kprobes, uprobes and tracepoints, which call it by themselves. */
bool perf__runs_disabled(const struct perf_event_attr *attr);
/* The type number of a dynamic event source ("kprobe"), and the config bit of its `retprobe`. -errno. */
int perf__source(const char *name, u32 *type, u64 *retprobe);
/* CPUs that are online. Returns their number. */
int perf__online_cpus(const int **cpus);

#endif
