/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libbpf trusts the ELF file that it opens; an object may come from anywhere. This reads it first and refuses what an
 * object of ours never holds: anything out of bounds, unknown sections and relocations, cyclic BTF, helpers that do
 * more than observe.
 */
#ifndef TRACELET_VALIDATE_H
#define TRACELET_VALIDATE_H

#include <elf.h>

#include "bytes.h"

enum { MAX_SECTIONS = 16384 };

/* An object's bytes with its section table, checked. */
struct image {
	u8 *data;
	size_t len;
	Elf64_Shdr *sections;
	u32 sections_len;
	const char *names;
	const Elf64_Sym *symbols;
	u32 symbols_len;
	const char *strings;
	size_t strings_len;
};

/* NULL, or what is wrong (allocated). On success img describes data, which stays the caller's. */
char *validate__object(struct image *img, u8 *data, size_t len, bool *has_unsafe_helper);

const char *image__section_name(const struct image *img, u32 i);
/* Index of the section with this name; 0 when there is none. */
u32 image__find_section(const struct image *img, const char *name);
/* A checked string of the symbol table's strings. */
const char *image__symbol_name(const struct image *img, const Elf64_Sym *symbol);

/* validate-btf.c. img's sections are checked already. */
char *validate__btf(const struct image *img);

/* validate-insns.c: the instructions of one program section. */
char *validate__insns(const struct image *img, u32 section, bool *has_unsafe_helper);
const char *helper__name(u32 id);

#endif
