// SPDX-License-Identifier: Apache-2.0
#include "line-info.h"

#include <string.h>
#include <linux/btf.h>

/* struct bpf_line_info (include/uapi/linux/bpf.h): instruction offset in bytes, file, text, line << 10 | column */
struct record {
	u32 insn_off, file_name_off, line_off, line_col;
};

/* The records of one program section. All bounds were checked by validate-btf.c. */
static const u8 *find_records(const struct image *img, const char *section, u32 *count, u32 *size)
{
	const u8 *ext = img->data + img->sections[image__find_section(img, ".BTF.ext")].sh_offset;
	const u8 *btf = img->data + img->sections[image__find_section(img, ".BTF")].sh_offset;
	const struct btf_header *head = (const void *)btf;
	const char *strings = (const char *)btf + head->hdr_len + head->str_off;
	u32 words[6];
	const u8 *at, *end;

	memcpy(words, ext, sizeof(words));
	at = ext + words[1] + words[4];
	end = at + words[5];
	if (at == end)
		return NULL;
	memcpy(size, at, 4);
	for (at += 4; at < end;) {
		u32 name;

		memcpy(&name, at, 4);
		memcpy(count, at + 4, 4);
		at += 8;
		if (!strcmp(strings + name, section))
			return at;
		at += (u64)*count * *size;
	}
	return NULL;
}

void line_info__place(const struct object *o, u32 program, u32 insn, struct place *place)
{
	u32 count = 0, size = 0, len, start = object__program_start(o, program, &len);
	const u8 *records;
	struct record best = {}, r;

	if (!image__find_section(&o->img, ".BTF.ext") || insn >= len)
		return;
	records = find_records(&o->img, o->m->programs[program].section, &count, &size);
	for (u32 i = 0; records && i < count; i++) {
		memcpy(&r, records + (size_t)i * size, sizeof(r));
		if (r.insn_off <= (start + insn) * 8 && r.insn_off >= start * 8 && r.insn_off >= best.insn_off)
			best = r;
	}
	if (!best.line_col)
		return;
	place->line = best.line_col >> 10;
	place->column = best.line_col & 0x3ff;
	place->end_line = place->line;
	place->end_column = 0;
}
