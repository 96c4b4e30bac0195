/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Static probes of binaries. A note in the binary says for each place of a probe where its arguments are; the program reads
 * that description from its .rodata, so a place whose arguments are elsewhere gets a copy of the program with other .rodata.
 */
#ifndef TRACELET_USDT_H
#define TRACELET_USDT_H

#include "elf-file.h"
#include "plan.h"

/* Adds the places of the entry's probe in one file to the plan: their number, or -errno; *error: what cannot be read, for the user to free. */
int usdt__expand(struct plan *plan, const struct object *o, u32 program, const struct attach_entry *e, const char *path, char **error);
/* Writes into .rodata where the first place of each program has its arguments. Before loading. */
void usdt__fill(const struct plan *plan, const struct object *o);
/* The program for this place, or -errno. */
int usdt__program(struct plan *plan, const struct object *o, struct target *t);

/* One argument as the program reads it (spec/object.md): constant + register + (index << scale), then read from there. */
struct usdt_argument {
	s64 constant;
	/* Offsets into struct pt_regs; -1: none. */
	s64 reg, index;
	u64 scale;
	/* 1: the sum is the address of the value */
	u64 in_memory;
	/* 64 minus the value's bits; whether it is signed; its bytes */
	u64 shift, is_signed, size;
};
_Static_assert(sizeof(struct usdt_argument) == ABI_USDT_ARGUMENT_SIZE, "as in spec/object.md");

/* usdt-arguments.c: reads argument number `index` of a note's list, of the place at virtual address pc. */
bool usdt_argument__read(struct usdt_argument *a, const char *list, u32 index, const struct elf_file *file, u64 pc);

#endif
