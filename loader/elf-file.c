// SPDX-License-Identifier: Apache-2.0
#include "elf-file.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_HEADERS = 65536 };
#define MAX_TABLE (512ull << 20)

static int read_at(int fd, struct bytes *b, u64 offset, u64 len)
{
	u8 *to;

	if (len > MAX_TABLE || offset > INT64_MAX)
		return -EFBIG;
	b->len = 0;
	to = bytes__add(b, len + 1);
	b->len = len;
	for (u64 done = 0; done < len;) {
		ssize_t n = pread(fd, to + done, len - done, offset + done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -ENODATA;
		done += n;
	}
	to[len] = 0;
	return 0;
}

static int read_segments(int fd, struct elf_file *file, const Elf64_Ehdr *head)
{
	struct bytes b = {};
	int err;

	if (head->e_phentsize != sizeof(Elf64_Phdr) || !head->e_phnum)
		return 0;
	err = read_at(fd, &b, head->e_phoff, (u64)head->e_phnum * sizeof(Elf64_Phdr));
	file->segments = mem__zalloc(head->e_phnum * sizeof(*file->segments));
	for (u32 i = 0; !err && i < head->e_phnum; i++) {
		const Elf64_Phdr *ph = (const Elf64_Phdr *)b.data + i;

		if (ph->p_type == PT_LOAD)
			file->segments[file->segments_len++] = (struct elf_segment){ ph->p_vaddr, ph->p_offset, ph->p_filesz };
	}
	bytes__free(&b);
	return err;
}

static void add_symbols(struct elf_file *file, const struct bytes *table, const struct bytes *names)
{
	u32 count = table->len / sizeof(Elf64_Sym);

	file->symbols = mem__grow(file->symbols, (file->symbols_len + (size_t)count) * sizeof(*file->symbols));
	for (u32 i = 0; i < count; i++) {
		const Elf64_Sym *sym = (const Elf64_Sym *)table->data + i;
		int type = ELF64_ST_TYPE(sym->st_info);

		if (sym->st_shndx == SHN_UNDEF || !sym->st_value || sym->st_name >= names->len)
			continue;
		if (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_OBJECT)
			continue;
		file->symbols[file->symbols_len++] = (struct elf_symbol){
			.addr = sym->st_value,
			.size = sym->st_size,
			.name = (const char *)names->data + sym->st_name,
			.is_function = type != STT_OBJECT,
		};
	}
}

static int read_tables(int fd, struct elf_file *file, const Elf64_Ehdr *head)
{
	struct bytes sections = {}, table = {};
	u32 found = 0;
	int err;

	if (head->e_shentsize != sizeof(Elf64_Shdr) || !head->e_shnum)
		return 0;
	err = read_at(fd, &sections, head->e_shoff, (u64)head->e_shnum * sizeof(Elf64_Shdr));
	for (u32 i = 0; !err && i < head->e_shnum && found < ARRAY_LEN(file->names); i++) {
		const Elf64_Shdr *all = (const void *)sections.data, *sh = &all[i];

		if ((sh->sh_type != SHT_SYMTAB && sh->sh_type != SHT_DYNSYM) || sh->sh_link >= head->e_shnum)
			continue;
		err = read_at(fd, &table, sh->sh_offset, sh->sh_size);
		if (!err)
			err = read_at(fd, &file->names[found], all[sh->sh_link].sh_offset, all[sh->sh_link].sh_size);
		if (!err)
			add_symbols(file, &table, &file->names[found]);
		found++;
	}
	bytes__free(&table);
	bytes__free(&sections);
	return err;
}

static int by_address(const void *a, const void *b)
{
	const struct elf_symbol *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

static int read_head(int fd, Elf64_Ehdr *head)
{
	struct bytes b = {};
	int err = read_at(fd, &b, 0, sizeof(*head));

	if (!err)
		memcpy(head, b.data, sizeof(*head));
	bytes__free(&b);
	if (err)
		return err == -ENODATA ? -ENOEXEC : err;
	if (memcmp(head->e_ident, ELFMAG, SELFMAG) || head->e_ident[EI_CLASS] != ELFCLASS64 || head->e_ident[EI_DATA] != ELFDATA2LSB)
		return -ENOEXEC;
	return 0;
}

int elf_file__section(const char *path, const char *name, struct bytes *content, u64 *addr)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), err;
	struct bytes sections = {}, names = {};
	const Elf64_Shdr *all;
	Elf64_Ehdr head = {};

	err = fd < 0 ? -errno : read_head(fd, &head);
	if (!err && (head.e_shentsize != sizeof(Elf64_Shdr) || head.e_shstrndx >= head.e_shnum))
		err = -ENOENT;
	if (!err)
		err = read_at(fd, &sections, head.e_shoff, (u64)head.e_shnum * sizeof(Elf64_Shdr));
	all = (const void *)sections.data;
	if (!err)
		err = read_at(fd, &names, all[head.e_shstrndx].sh_offset, all[head.e_shstrndx].sh_size);
	for (u32 i = 0; !err; i++) {
		if (i == head.e_shnum) {
			err = -ENOENT;
		} else if (all[i].sh_name < names.len && !strcmp((char *)names.data + all[i].sh_name, name)) {
			if (addr)
				*addr = all[i].sh_addr;
			err = content ? read_at(fd, content, all[i].sh_offset, all[i].sh_size) : 0;
			break;
		}
	}
	bytes__free(&sections);
	bytes__free(&names);
	if (fd >= 0)
		close(fd);
	return err;
}

bool elf_file__is_build(const char *path, const char *build_id)
{
	struct bytes note = {};
	/* a note: sizes of its owner and content, its type, "GNU", the content */
	Elf64_Nhdr head = {};
	size_t at = sizeof(head) + 4;
	bool same;

	same = !elf_file__section(path, ".note.gnu.build-id", &note, NULL) && note.len > at;
	if (same)
		memcpy(&head, note.data, sizeof(head));
	same = same && head.n_namesz == 4 && head.n_descsz <= note.len - at && strlen(build_id) == 2 * (size_t)head.n_descsz;
	for (u32 i = 0; same && i < head.n_descsz; i++) {
		char digits[3];

		snprintf(digits, sizeof(digits), "%02x", note.data[at + i]);
		same = !strncmp(build_id + 2 * i, digits, 2);
	}
	bytes__free(&note);
	return same;
}

struct elf_file *elf_file__open(const char *path, int *err)
{
	struct elf_file *file = mem__zalloc(sizeof(*file));
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	Elf64_Ehdr head = {};

	*err = fd < 0 ? -errno : read_head(fd, &head);
	if (!*err)
		*err = read_segments(fd, file, &head);
	if (!*err)
		*err = read_tables(fd, file, &head);
	if (fd >= 0)
		close(fd);
	if (*err) {
		elf_file__free(file);
		return NULL;
	}
	qsort(file->symbols, file->symbols_len, sizeof(*file->symbols), by_address);
	return file;
}

void elf_file__free(struct elf_file *file)
{
	if (!file)
		return;
	for (size_t i = 0; i < ARRAY_LEN(file->names); i++)
		bytes__free(&file->names[i]);
	free(file->symbols);
	free(file->segments);
	free(file);
}

bool elf_file__offset_of(const struct elf_file *file, u64 addr, u64 *offset)
{
	for (u32 i = 0; i < file->segments_len; i++) {
		const struct elf_segment *s = &file->segments[i];

		if (addr >= s->addr && addr - s->addr < s->size) {
			*offset = addr - s->addr + s->offset;
			return true;
		}
	}
	return false;
}

bool elf_file__addr_of(const struct elf_file *file, u64 offset, u64 *addr)
{
	for (u32 i = 0; i < file->segments_len; i++) {
		const struct elf_segment *s = &file->segments[i];

		if (offset >= s->offset && offset - s->offset < s->size) {
			*addr = offset - s->offset + s->addr;
			return true;
		}
	}
	return false;
}

/* Of several names for one function, the one with the fewest leading underscores: malloc, not __libc_malloc. */
static const struct elf_symbol *public_name(const struct elf_file *file, u32 i)
{
	const struct elf_symbol *s = &file->symbols[i], *best = s, *at = s;

	for (;; at--) {
		if (at->addr != s->addr)
			break;
		if (at->size == s->size && strspn(at->name, "_") <= strspn(best->name, "_"))
			best = at;
		if (at == file->symbols)
			break;
	}
	return best;
}

const struct elf_symbol *elf_file__at(const struct elf_file *file, u64 addr)
{
	u32 low = 0, high = file->symbols_len;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (file->symbols[mid].addr <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	/* an assembler's label without a size reaches up to the next symbol */
	for (u32 i = low; i > 0 && low - i < 16; i--) {
		const struct elf_symbol *s = &file->symbols[i - 1];
		u64 start = s->addr;

		if (addr - start >= s->size && (s->size || i != low))
			continue;
		return public_name(file, i - 1);
	}
	return NULL;
}

const struct elf_symbol *elf_file__find(const struct elf_file *file, const char *name)
{
	for (u32 i = 0; i < file->symbols_len; i++)
		if (!strcmp(file->symbols[i].name, name))
			return &file->symbols[i];
	return NULL;
}
