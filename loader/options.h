/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TRACELET_OPTIONS_H
#define TRACELET_OPTIONS_H

#include "bytes.h"

enum command { COMMAND_RUN, COMMAND_CHECK, COMMAND_SNAPSHOT, COMMAND_VERSION, COMMAND_HELP };

struct options {
	enum command command;
	const char *object, *output, *child;
	int child_stdout; /* descriptor for the command's output; -1: stderr while stdout carries the stream */
	u32 pid;
	/* Ways to attach (1 << enum multi) that are not to be used though the kernel has them. */
	u32 without;
	bool stats, warnings, verbose, safe, dry_run;
	/* $1 … */
	const char **positionals;
	u32 positionals_len;
	/* "name=value" or "name", without the dashes */
	const char **named;
	u32 named_len;
};

/* 0, or EXIT_USAGE after a message. */
int options__parse(struct options *opt, int argc, char **argv);
void options__help(void);

#endif
