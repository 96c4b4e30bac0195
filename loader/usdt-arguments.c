// SPDX-License-Identifier: Apache-2.0
/* Arguments as the assembler writes them: "-4@$5", "8@%rax", "-4@-20(%rbp)", "8@(%rax,%rdx,8)", "4@counter(%rip)". */
#include "usdt.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <asm/ptrace.h>

#if defined(__x86_64__)
#define REG(field, ...) { offsetof(struct pt_regs, field), { __VA_ARGS__ } }

static const struct {
	u32 offset;
	const char *names[4];
} registers[] = {
	REG(rax, "rax", "eax", "ax", "al"),
	REG(rbx, "rbx", "ebx", "bx", "bl"),
	REG(rcx, "rcx", "ecx", "cx", "cl"),
	REG(rdx, "rdx", "edx", "dx", "dl"),
	REG(rsi, "rsi", "esi", "si", "sil"),
	REG(rdi, "rdi", "edi", "di", "dil"),
	REG(rbp, "rbp", "ebp", "bp", "bpl"),
	REG(rsp, "rsp", "esp", "sp", "spl"),
	REG(rip, "rip", "eip"),
	REG(r8, "r8", "r8d", "r8w", "r8b"),
	REG(r9, "r9", "r9d", "r9w", "r9b"),
	REG(r10, "r10", "r10d", "r10w", "r10b"),
	REG(r11, "r11", "r11d", "r11w", "r11b"),
	REG(r12, "r12", "r12d", "r12w", "r12b"),
	REG(r13, "r13", "r13d", "r13w", "r13b"),
	REG(r14, "r14", "r14d", "r14w", "r14b"),
	REG(r15, "r15", "r15d", "r15w", "r15b"),
};

/* "%rax" at *at, which moves behind it; -1: no register. */
static s64 read_register(const char **at)
{
	size_t len;

	if (**at != '%')
		return -1;
	len = strspn(*at + 1, "abcdefghijklmnopqrstuvwxyz0123456789");
	for (size_t i = 0; i < ARRAY_LEN(registers); i++) {
		for (size_t k = 0; k < ARRAY_LEN(registers[i].names) && registers[i].names[k]; k++) {
			if (strlen(registers[i].names[k]) != len || strncmp(registers[i].names[k], *at + 1, len))
				continue;
			*at += 1 + len;
			return registers[i].offset;
		}
	}
	return -1;
}

/* Sum of numbers and at most one symbol before the parenthesis. */
static bool read_displacement(struct usdt_argument *a, const char **at, const struct elf_file *file, bool *has_symbol)
{
	*has_symbol = false;
	while (**at && **at != '(' && **at != ' ') {
		const char *from = *at + (**at == '+' || **at == '-');
		bool negative = **at == '-';
		char *end;

		if (*from >= '0' && *from <= '9') {
			s64 value = strtoll(from, &end, 0);

			a->constant += negative ? -value : value;
			*at = end;
		} else {
			size_t len = strcspn(from, "+-( ");
			char *name = len && !negative && !*has_symbol ? mem__format("%.*s", (int)len, from) : NULL;
			const struct elf_symbol *symbol = name ? elf_file__find(file, name) : NULL;

			free(name);
			if (!symbol)
				return false;
			a->constant += symbol->addr;
			*has_symbol = true;
			*at = from + len;
		}
	}
	return true;
}

static bool read_memory(struct usdt_argument *a, const char **at, const struct elf_file *file, u64 pc)
{
	bool has_symbol;

	a->in_memory = 1;
	if (!read_displacement(a, at, file, &has_symbol) || **at != '(')
		return false;
	(*at)++;
	if (**at == '%' && (a->reg = read_register(at)) < 0)
		return false;
	if (**at == ',') {
		(*at)++;
		a->index = read_register(at);
		if (a->index < 0)
			return false;
		if (**at == ',') {
			char *end;
			u64 scale = strtoul(*at + 1, &end, 10);

			if (scale != 1 && scale != 2 && scale != 4 && scale != 8)
				return false;
			a->scale = __builtin_ctzll(scale);
			*at = end;
		}
	}
	/* relative to the place itself, where the instruction pointer stands when the probe fires */
	if (a->reg == offsetof(struct pt_regs, rip)) {
		if (!has_symbol)
			return false;
		a->constant -= pc;
	} else if (has_symbol) {
		return false;
	}
	return *(*at)++ == ')';
}

static bool read_operand(struct usdt_argument *a, const char *at, const struct elf_file *file, u64 pc)
{
	char *end;

	if (*at == '$') {
		a->constant = strtoll(at + 1, &end, 0);
		return end != at + 1 && (!*end || *end == ' ');
	}
	if (*at == '%') {
		a->reg = read_register(&at);
		return a->reg >= 0 && (!*at || *at == ' ');
	}
	return read_memory(a, &at, file, pc) && (!*at || *at == ' ');
}
#else
static bool read_operand(struct usdt_argument *a, const char *at, const struct elf_file *file, u64 pc)
{
	(void)a;
	(void)at;
	(void)file;
	(void)pc;
	return false;
}
#endif

bool usdt_argument__read(struct usdt_argument *a, const char *list, u32 index, const struct elf_file *file, u64 pc)
{
	const char *at = list + strspn(list, " ");
	char *end;
	long size;

	for (u32 i = 0; i < index && *at; i++) {
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	size = strtol(at, &end, 10);
	memset(a, 0, sizeof(*a));
	a->reg = a->index = -1;
	a->is_signed = size < 0;
	a->size = size < 0 ? -size : size;
	if ((a->size != 1 && a->size != 2 && a->size != 4 && a->size != 8) || *end != '@')
		return false;
	a->shift = 64 - 8 * a->size;
	return read_operand(a, end + 1, file, pc);
}
