// SPDX-License-Identifier: Apache-2.0
#include "usdt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>

enum { NOTE_TYPE = 3 };

/* A note of .note.stapsdt: three u64 (place, address of .stapsdt.base at link time, semaphore), then three texts. */
struct note {
	u64 pc, base, semaphore;
	const char *provider, *name, *arguments;
};

static bool take_text(const char **at, const char *end, const char **text)
{
	const char *nul = *at < end ? memchr(*at, 0, end - *at) : NULL;

	*text = *at;
	*at = nul ? nul + 1 : end;
	return nul;
}

/* Reads the note at *at, which moves on; 0: no further note, 1: a probe's, 2: another. */
static int next_note(const struct bytes *notes, size_t *at, struct note *n)
{
	const char *text, *end;
	u32 head[3];
	size_t name, body;

	if (notes->len - *at < sizeof(head))
		return 0;
	memcpy(head, notes->data + *at, sizeof(head));
	name = *at + sizeof(head);
	if (head[0] > notes->len || head[1] > notes->len)
		return 0;
	body = name + ((head[0] + 3ull) & ~3ull);
	if (body > notes->len || head[1] > notes->len - body)
		return 0;
	*at = body + ((head[1] + 3ull) & ~3ull);
	*at = *at > notes->len ? notes->len : *at;
	if (head[2] != NOTE_TYPE || head[0] != 8 || memcmp(notes->data + name, "stapsdt", 8) || head[1] < 24)
		return 2;
	memcpy(&n->pc, notes->data + body, 8);
	memcpy(&n->base, notes->data + body + 8, 8);
	memcpy(&n->semaphore, notes->data + body + 16, 8);
	text = (char *)notes->data + body + 24;
	end = (char *)notes->data + body + head[1];
	return take_text(&text, end, &n->provider) && take_text(&text, end, &n->name) && take_text(&text, end, &n->arguments) ? 1 : 2;
}

static bool read_arguments(const struct object *o, u32 program, struct target *t, const struct note *n, const struct elf_file *file, char **error)
{
	const struct program_entry *p = &o->m->programs[program];

	t->arguments = mem__zalloc((p->usdt_arguments_len + 1) * sizeof(*t->arguments));
	for (u32 i = 0; i < p->usdt_arguments_len; i++) {
		u32 index = p->usdt_arguments[i].index;

		if (usdt_argument__read(&t->arguments[i], n->arguments, index, file, n->pc))
			continue;
		*error = mem__format("%s has no arg%u that can be read; its arguments are: %s", t->text, index, *n->arguments ? n->arguments : "none");
		return false;
	}
	return true;
}

static bool is_wanted(const struct attach_entry *e, const struct note *n)
{
	return (!e->group || glob__match(e->group, n->provider)) && glob__match(e->name, n->name);
}

int usdt__expand(struct plan *plan, const struct object *o, u32 program, const struct attach_entry *e, const char *path, char **error)
{
	struct bytes notes = {};
	struct elf_file *file;
	struct note n;
	size_t at = 0;
	int err, kind, count = 0;
	u64 base;

	file = elf_file__open(path, &err);
	if (!file)
		return err;
	err = elf_file__section(path, ".stapsdt.base", NULL, &base);
	base = err ? 0 : base;
	err = elf_file__section(path, ".note.stapsdt", &notes, NULL);
	while (!err && !*error && (kind = next_note(&notes, &at, &n))) {
		u64 moved = base && n.base ? base - n.base : 0, offset, semaphore = 0;
		struct target *t;

		if (kind != 1 || !is_wanted(e, &n))
			continue;
		n.pc += moved;
		if (!elf_file__offset_of(file, n.pc, &offset) || (n.semaphore && !elf_file__offset_of(file, n.semaphore + moved, &semaphore)))
			continue;
		t = plan__add(plan, program, e, mem__format("usdt:%s:%s:%s", path, n.provider, n.name));
		t->path = mem__strdup(path);
		t->value = offset;
		t->semaphore = semaphore;
		t->prog_fd = -1;
		read_arguments(o, program, t, &n, file, error);
		count++;
	}
	bytes__free(&notes);
	elf_file__free(file);
	return err && err != -ENOENT ? err : count;
}

static void put_arguments(const struct object *o, u32 program, const struct target *t, u8 *rodata, size_t size)
{
	const struct program_entry *p = &o->m->programs[program];

	for (u32 i = 0; i < p->usdt_arguments_len; i++)
		if (p->usdt_arguments[i].offset + sizeof(*t->arguments) <= size)
			memcpy(rodata + p->usdt_arguments[i].offset, &t->arguments[i], sizeof(*t->arguments));
}

static const struct target *first_of(const struct plan *plan, u32 program)
{
	for (u32 i = 0; i < plan->len; i++)
		if (plan->list[i].program == program && plan->list[i].entry->kind == ATTACH_USDT)
			return &plan->list[i];
	return NULL;
}

void usdt__fill(const struct plan *plan, const struct object *o)
{
	struct bpf_map *map = bpf_object__find_map_by_name(o->bpf, ".rodata");
	size_t size = 0;
	u8 *rodata = map ? (u8 *)bpf_map__initial_value(map, &size) : NULL;

	for (u32 i = 0; rodata && i < o->m->programs_len; i++) {
		const struct target *first = first_of(plan, i);

		if (first)
			put_arguments(o, i, first, rodata, size);
	}
}

/* A frozen map with the object's .rodata and this place's arguments in it: the verifier sees constants. */
static int copy_rodata(const struct object *o, const struct target *t, const struct bpf_map *map)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_RDONLY_PROG);
	size_t size = 0;
	const void *value = bpf_map__initial_value((struct bpf_map *)map, &size);
	u8 *copy;
	u32 zero = 0;
	int fd, err;

	if (!value || !size)
		return -EINVAL;
	copy = mem__zalloc(size);
	memcpy(copy, value, size);
	put_arguments(o, t->program, t, copy, size);
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "usdt_rodata", sizeof(zero), bpf_map__value_size(map), 1, &opts);
	err = fd < 0 ? -errno : bpf_map_update_elem(fd, &zero, copy, 0) || bpf_map_freeze(fd) ? -errno : 0;
	free(copy);
	if (err && fd >= 0)
		close(fd);
	return err ? err : fd;
}

static int copy_program(const struct object *o, const struct target *t)
{
	struct bpf_program *prog = o->programs[t->program];
	const struct bpf_map *map = bpf_object__find_map_by_name(o->bpf, ".rodata");
	size_t count = bpf_program__insn_cnt(prog);
	struct bpf_insn *insns;
	int rodata, fd;

	if (!map)
		return -EINVAL;
	rodata = copy_rodata(o, t, map);
	if (rodata < 0)
		return rodata;
	insns = mem__zalloc(count * sizeof(*insns));
	memcpy(insns, bpf_program__insns(prog), count * sizeof(*insns));
	for (size_t i = 0; i < count; i++)
		if (insns[i].code == (BPF_LD | BPF_IMM | BPF_DW) && insns[i].src_reg == BPF_PSEUDO_MAP_VALUE && insns[i].imm == bpf_map__fd(map))
			insns[i].imm = rodata;
	fd = bpf_prog_load(BPF_PROG_TYPE_KPROBE, bpf_program__name(prog), "GPL", insns, count, NULL);
	fd = fd < 0 ? -errno : fd;
	free(insns);
	/* the program holds it */
	close(rodata);
	return fd;
}

int usdt__program(struct plan *plan, const struct object *o, struct target *t)
{
	size_t size = o->m->programs[t->program].usdt_arguments_len * sizeof(*t->arguments);

	for (u32 i = 0; i < plan->len; i++) {
		const struct target *other = &plan->list[i];

		if (other->program != t->program || other->entry->kind != ATTACH_USDT || memcmp(other->arguments, t->arguments, size))
			continue;
		if (other == first_of(plan, t->program))
			return bpf_program__fd(o->programs[t->program]);
		if (other->prog_fd >= 0)
			return other->prog_fd;
	}
	t->prog_fd = copy_program(o, t);
	return t->prog_fd;
}
