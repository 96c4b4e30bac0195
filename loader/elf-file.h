/* SPDX-License-Identifier: Apache-2.0 */
/* Function symbols of an executable or library on this host (also hostile ones: everything is checked). */
#ifndef TRACELET_ELF_FILE_H
#define TRACELET_ELF_FILE_H

#include "bytes.h"

struct elf_symbol {
	u64 addr, size;
	const char *name;
	bool is_function;
};

struct elf_segment {
	u64 addr, offset, size;
};

struct elf_file {
	/* Sorted by address; of several names for one address the first in the file comes first. */
	struct elf_symbol *symbols;
	u32 symbols_len;
	struct elf_segment *segments;
	u32 segments_len;
	struct bytes names[2];
};

/* .symtab and .dynsym of the file. NULL and *err = -errno: -ENOEXEC when it is not an ELF file of this host's class. */
struct elf_file *elf_file__open(const char *path, int *err);
/* Content (or NULL) and address (or NULL) of the section of this name, of a file that elf_file__open() takes; -ENOENT: it has none. */
int elf_file__section(const char *path, const char *name, struct bytes *content, u64 *addr);
/* Whether the file's GNU build id is this one, in hexadecimal. */
bool elf_file__is_build(const char *path, const char *build_id);
void elf_file__free(struct elf_file *file);
/* Where a virtual address of the file stands in it, by its loadable segments; false when nowhere. */
bool elf_file__offset_of(const struct elf_file *file, u64 addr, u64 *offset);
bool elf_file__addr_of(const struct elf_file *file, u64 offset, u64 *addr);
/* The symbol that contains the address, or NULL. */
const struct elf_symbol *elf_file__at(const struct elf_file *file, u64 addr);
const struct elf_symbol *elf_file__find(const struct elf_file *file, const char *name);

#endif
