/* SPDX-License-Identifier: Apache-2.0 */
/* Symbols of user processes, from /proc/PID/maps and the ELF files mapped there; both are kept once read. */
#ifndef TRACELET_USER_SYMBOLS_H
#define TRACELET_USER_SYMBOLS_H

#include "bytes.h"

struct user_symbol {
	/* NULL: unknown */
	const char *name;
	u64 offset;
	/* File name of the mapping; NULL outside any. */
	const char *module;
};

struct user_symbol user_symbols__resolve(u32 pid, u64 addr);
/* Reads a process's mappings now, because it is about to go. */
void user_symbols__remember(u32 pid);

#endif
