// SPDX-License-Identifier: Apache-2.0
#include "validate.h"
#include "abi.gen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/bpf.h>

enum { MAX_DATA = 16 << 20, R_BPF_NODYLD32 = 4, R_BPF_64_ABS64 = 2, R_BPF_64_ABS32 = 3 };

/* Sections that hold programs, by prefix; libbpf derives the program's type from them. */
static const char *const program_sections[] = {
	"kprobe", "kretprobe", "uprobe", "uretprobe", "usdt", "tracepoint", "tp", "raw_tp", "raw_tracepoint", "tp_btf",
	"perf_event", "fentry", "fexit", "fentry.s", "fexit.s", "iter", "iter.s", "uprobe.s", "uretprobe.s", "kprobe.multi",
	"kretprobe.multi", "xdp",
};

const char *image__section_name(const struct image *img, u32 i)
{
	return img->names + img->sections[i].sh_name;
}

u32 image__find_section(const struct image *img, const char *name)
{
	for (u32 i = 1; i < img->sections_len; i++)
		if (!strcmp(image__section_name(img, i), name))
			return i;
	return 0;
}

const char *image__symbol_name(const struct image *img, const Elf64_Sym *symbol)
{
	return img->strings + symbol->st_name;
}

static bool is_program_section(const char *name)
{
	if (!strcmp(name, ".text"))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(program_sections); i++) {
		size_t len = strlen(program_sections[i]);

		if (!strncmp(name, program_sections[i], len) && (!name[len] || name[len] == '/'))
			return true;
	}
	return false;
}

static char *check_header(struct image *img)
{
	const Elf64_Ehdr *head = (const void *)img->data;

	if (img->len < 4 || memcmp(img->data, ELFMAG, img->len < SELFMAG ? img->len : SELFMAG))
		return mem__strdup("it is not an ELF file");
	if (img->len < sizeof(*head))
		return mem__strdup("it is truncated: the ELF header is not whole");
	if (head->e_ident[EI_CLASS] != ELFCLASS64 || head->e_ident[EI_DATA] != ELFDATA2LSB || head->e_machine != EM_BPF)
		return mem__strdup("it is not an eBPF object (64-bit, little-endian, machine BPF)");
	if (head->e_type != ET_REL || head->e_version != EV_CURRENT || head->e_ehsize != sizeof(*head))
		return mem__strdup("it is not a relocatable ELF object");
	if (head->e_phnum)
		return mem__strdup("it has program headers, which an eBPF object never has");
	if (head->e_shentsize != sizeof(Elf64_Shdr) || !head->e_shnum || head->e_shnum > MAX_SECTIONS)
		return mem__strdup("its section table has a wrong format");
	if (head->e_shoff > img->len || head->e_shnum * sizeof(Elf64_Shdr) > img->len - head->e_shoff)
		return mem__strdup("it is truncated: the section table lies outside the file");
	if (head->e_shoff % 8)
		return mem__strdup("its section table is not aligned");
	if (head->e_shstrndx == 0 || head->e_shstrndx >= head->e_shnum)
		return mem__strdup("its section name table is missing");
	img->sections = (void *)(img->data + head->e_shoff);
	img->sections_len = head->e_shnum;
	return NULL;
}

static bool is_string_table(const struct image *img, u32 i)
{
	const Elf64_Shdr *sh = &img->sections[i];

	return sh->sh_type == SHT_STRTAB && sh->sh_size && !img->data[sh->sh_offset] && !img->data[sh->sh_offset + sh->sh_size - 1];
}

static char *check_bounds(struct image *img)
{
	const Elf64_Ehdr *head = (const void *)img->data;
	const Elf64_Shdr *names = &img->sections[head->e_shstrndx];

	for (u32 i = 1; i < img->sections_len; i++) {
		const Elf64_Shdr *sh = &img->sections[i];

		if (sh->sh_type != SHT_NOBITS && (sh->sh_offset > img->len || sh->sh_size > img->len - sh->sh_offset))
			return mem__format("it is truncated: section %u lies outside the file", i);
		if (sh->sh_type == SHT_NOBITS && sh->sh_size > MAX_DATA)
			return mem__format("section %u is too large", i);
		if (sh->sh_flags & SHF_COMPRESSED)
			return mem__format("section %u is compressed", i);
		if (sh->sh_addralign > 4096 || (sh->sh_addralign & (sh->sh_addralign - 1)))
			return mem__format("section %u has a wrong alignment", i);
		if (sh->sh_type != SHT_NOBITS && sh->sh_addralign > 1 && sh->sh_offset % sh->sh_addralign)
			return mem__format("section %u is not aligned as it says", i);
		if (sh->sh_link >= img->sections_len)
			return mem__format("section %u links to a section that does not exist", i);
	}
	if (!is_string_table(img, head->e_shstrndx))
		return mem__strdup("its section name table is damaged");
	img->names = (const char *)img->data + names->sh_offset;
	for (u32 i = 1; i < img->sections_len; i++)
		if (img->sections[i].sh_name >= names->sh_size)
			return mem__format("section %u has no name", i);
	return NULL;
}

static bool is_known_data(const char *name)
{
	static const char *const exact[] = { "license", "version", ".maps", ".BTF", ".BTF.ext", ABI_SECTION };

	for (size_t i = 0; i < ARRAY_LEN(exact); i++)
		if (!strcmp(name, exact[i]))
			return true;
	return !strncmp(name, ".rodata", 7) || !strncmp(name, ".data", 5) || !strncmp(name, ".bss", 4);
}

/* Every section is one that we know what libbpf makes of. Debug sections and notes are passed over by libbpf. */
static char *check_section(const struct image *img, u32 i)
{
	const Elf64_Shdr *sh = &img->sections[i];
	const char *name = image__section_name(img, i);

	for (u32 k = 1; k < i; k++)
		if (!strcmp(name, image__section_name(img, k)) && sh->sh_type != SHT_REL && !is_program_section(name))
			return mem__format("it has two sections '%.60s'", name);
	switch (sh->sh_type) {
	case SHT_NULL:
	case SHT_STRTAB:
	case SHT_SYMTAB:
		return NULL;
	case SHT_REL:
		return sh->sh_entsize == sizeof(Elf64_Rel) && sh->sh_size % sizeof(Elf64_Rel) == 0 && sh->sh_offset % 8 == 0 ?
			       NULL :
			       mem__format("relocation section '%.60s' has a wrong format", name);
	case SHT_PROGBITS:
		if (sh->sh_flags & SHF_EXECINSTR) {
			if (!is_program_section(name))
				return mem__format("'%.60s' is no kind of program that this loader knows", name);
			if (sh->sh_size % 8 || sh->sh_offset % 8)
				return mem__format("program section '%.60s' is not whole instructions", name);
			return NULL;
		}
		/* fallthrough */
	case SHT_NOBITS:
		if (is_program_section(name) && sh->sh_size)
			return mem__format("program section '%.60s' is not marked executable", name);
		if (!strncmp(name, ".debug", 6) || !strcmp(name, ".comment"))
			return NULL;
		if (sh->sh_size > MAX_DATA)
			return mem__format("section '%.60s' is too large", name);
		return is_known_data(name) || !sh->sh_size ? NULL : mem__format("it has a section '%.60s', which this loader does not know", name);
	default:
		if (!strcmp(name, ".llvm_addrsig"))
			return NULL;
		return mem__format("section '%.60s' has an unknown type %#x", name, sh->sh_type);
	}
}

static char *check_symbol(const struct image *img, u32 i)
{
	const Elf64_Sym *sym = &img->symbols[i];
	const Elf64_Shdr *sh;
	const char *name;
	int type = ELF64_ST_TYPE(sym->st_info);

	if (sym->st_name >= img->strings_len)
		return mem__format("symbol %u has no name", i);
	name = image__symbol_name(img, sym);
	if (type == STT_FILE && sym->st_shndx == SHN_ABS)
		return NULL;
	if (sym->st_shndx == SHN_UNDEF || sym->st_shndx >= img->sections_len)
		return mem__format("symbol '%.60s' is not defined in it", name);
	sh = &img->sections[sym->st_shndx];
	if (sym->st_value > sh->sh_size || sym->st_size > sh->sh_size - sym->st_value)
		return mem__format("symbol '%.60s' lies outside its section", name);
	if (type == STT_FUNC && (!(sh->sh_flags & SHF_EXECINSTR) || sym->st_value % 8 || sym->st_size % 8 || !sym->st_size))
		return mem__format("function '%.60s' is not whole instructions", name);
	return NULL;
}

static char *check_symbols(struct image *img)
{
	u32 table = 0;
	char *error = NULL;

	for (u32 i = 1; i < img->sections_len; i++) {
		if (img->sections[i].sh_type != SHT_SYMTAB)
			continue;
		if (table)
			return mem__strdup("it has two symbol tables");
		table = i;
	}
	if (!table)
		return mem__strdup("it has no symbol table");
	if (img->sections[table].sh_entsize != sizeof(Elf64_Sym) || img->sections[table].sh_size % sizeof(Elf64_Sym) ||
	    img->sections[table].sh_offset % 8 || !is_string_table(img, img->sections[table].sh_link))
		return mem__strdup("its symbol table has a wrong format");
	img->symbols = (const void *)(img->data + img->sections[table].sh_offset);
	img->symbols_len = img->sections[table].sh_size / sizeof(Elf64_Sym);
	img->strings = (const char *)img->data + img->sections[img->sections[table].sh_link].sh_offset;
	img->strings_len = img->sections[img->sections[table].sh_link].sh_size;
	for (u32 i = 1; i < img->symbols_len && !error; i++)
		error = check_symbol(img, i);
	return error;
}

static char *check_insn_relocation(const struct image *img, const Elf64_Shdr *target, const Elf64_Rel *rel, const char *name)
{
	const struct bpf_insn *insn = (const void *)(img->data + target->sh_offset + rel->r_offset);
	u32 type = ELF64_R_TYPE(rel->r_info);

	if (rel->r_offset % 8)
		return mem__format("a relocation in '%.60s' is not at an instruction", name);
	if (type == R_BPF_64_64 && insn->code == (BPF_LD | BPF_IMM | BPF_DW) && target->sh_size - rel->r_offset >= 16)
		return NULL;
	if (type == R_BPF_64_32 && insn->code == (BPF_JMP | BPF_CALL))
		return NULL;
	return mem__format("a relocation in '%.60s' does not fit its instruction", name);
}

static char *check_relocations(const struct image *img, u32 i)
{
	const Elf64_Shdr *sh = &img->sections[i], *target;
	const Elf64_Rel *rels = (const void *)(img->data + sh->sh_offset);
	const char *name;

	if (!sh->sh_info || sh->sh_info >= img->sections_len)
		return mem__strdup("a relocation section has no target");
	target = &img->sections[sh->sh_info];
	name = image__section_name(img, sh->sh_info);
	if (img->sections[sh->sh_link].sh_type != SHT_SYMTAB)
		return mem__format("the relocations of '%.60s' have no symbol table", name);
	if (target->sh_type == SHT_NOBITS || !strcmp(name, ".maps"))
		return mem__format("section '%.60s' has relocations", name);
	for (u64 k = 0; k < sh->sh_size / sizeof(*rels); k++) {
		u32 type = ELF64_R_TYPE(rels[k].r_info);
		u32 width = type == R_BPF_64_ABS32 || type == R_BPF_NODYLD32 ? 4 : 8;
		char *error;

		if (ELF64_R_SYM(rels[k].r_info) >= img->symbols_len)
			return mem__format("a relocation in '%.60s' names a symbol that does not exist", name);
		if (target->sh_size < width || rels[k].r_offset > target->sh_size - width)
			return mem__format("a relocation in '%.60s' lies outside it", name);
		if (type != R_BPF_64_64 && type != R_BPF_64_32 && type != R_BPF_64_ABS64 && type != R_BPF_64_ABS32 && type != R_BPF_NODYLD32)
			return mem__format("a relocation in '%.60s' has an unknown type %u", name, type);
		if (!(target->sh_flags & SHF_EXECINSTR))
			continue;
		error = check_insn_relocation(img, target, &rels[k], name);
		if (error)
			return error;
	}
	return NULL;
}

static char *check_license(const struct image *img)
{
	u32 i = image__find_section(img, "license");
	const Elf64_Shdr *sh = &img->sections[i];

	if (!i || sh->sh_type != SHT_PROGBITS || !sh->sh_size || sh->sh_size > 128 || img->data[sh->sh_offset + sh->sh_size - 1])
		return mem__strdup("its license section is missing or damaged");
	return NULL;
}

char *validate__object(struct image *img, u8 *data, size_t len, bool *has_unsafe_helper)
{
	char *error;

	memset(img, 0, sizeof(*img));
	img->data = data;
	img->len = len;
	*has_unsafe_helper = false;
	if ((error = check_header(img)) || (error = check_bounds(img)))
		return error;
	for (u32 i = 1; i < img->sections_len; i++)
		if ((error = check_section(img, i)))
			return error;
	if ((error = check_symbols(img)) || (error = check_license(img)))
		return error;
	for (u32 i = 1; i < img->sections_len; i++) {
		if (img->sections[i].sh_type == SHT_REL)
			error = check_relocations(img, i);
		else if (img->sections[i].sh_type == SHT_PROGBITS && (img->sections[i].sh_flags & SHF_EXECINSTR))
			error = validate__insns(img, i, has_unsafe_helper);
		if (error)
			return error;
	}
	return validate__btf(img);
}
