/* SPDX-License-Identifier: Apache-2.0 */
/* The command of -c: started stopped, let go when the probes are attached. */
#ifndef TRACELET_CHILD_H
#define TRACELET_CHILD_H

#include "bytes.h"

struct child {
	int pid;
	/* closing or writing lets it go */
	int gate;
	bool watched, ended;
	/* As the shell would say: its exit status, or 128 + the signal. */
	int status;
};

/* An exit status. out: the descriptor that becomes its stdout. */
int child__start(struct child *c, const char *command, int out);
/* watch: have it stop at its end, so that its mappings can still be read. */
void child__go(struct child *c, bool watch);
/* To be called after SIGCHLD. */
void child__reap(struct child *c);
void child__stop(struct child *c);

#endif
