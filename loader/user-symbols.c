// SPDX-License-Identifier: Apache-2.0
#include "user-symbols.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "elf-file.h"

enum { MAX_MAPS = 16 << 20, BUCKETS = 256 };

struct mapping {
	u64 start, end, offset;
	u64 inode;
	u32 device;
	const char *path;
	/* cached by device and inode */
	struct file *file;
};

struct file {
	struct file *next;
	u64 inode;
	u32 device;
	struct elf_file *elf;
};

struct process {
	struct process *next;
	u32 pid;
	struct mapping *maps;
	u32 len;
	/* when the mappings were read */
	u64 read_at;
};

static struct process *processes[BUCKETS];
static struct file *files;

/* "7f00-7f01 r-xp 00001000 08:01 1234   /path with spaces" */
static bool parse_mapping(char *line, struct mapping *m)
{
	unsigned long long start, end, offset, inode;
	unsigned int major, minor;
	char mode[8];
	int at = 0;

	if (sscanf(line, "%llx-%llx %7s %llx %x:%x %llu %n", &start, &end, mode, &offset, &major, &minor, &inode, &at) < 7 || !at)
		return false;
	*m = (struct mapping){ .start = start, .end = end, .offset = offset, .inode = inode, .device = major << 20 | minor };
	m->path = line[at] ? mem__strdup(line + at) : NULL;
	return true;
}

static void free_mappings(struct process *p)
{
	for (u32 i = 0; i < p->len; i++)
		free((char *)p->maps[i].path);
	free(p->maps);
	p->maps = NULL;
	p->len = 0;
}

static void read_mappings(struct process *p)
{
	struct bytes b = {};
	char path[64], *at, *line;
	u32 room = 0, len = 0;
	struct mapping *maps = NULL;

	snprintf(path, sizeof(path), "/proc/%u/maps", p->pid);
	p->read_at = clock__now();
	/* a process that has gone keeps what was known of it */
	if (!bytes__read_file(&b, path, MAX_MAPS) && b.len) {
		for (at = (char *)b.data; (line = text__next_line(&at));) {
			if (len == room) {
				room = room ? room * 2 : 64;
				maps = mem__grow(maps, room * sizeof(*maps));
			}
			len += parse_mapping(line, &maps[len]);
		}
		free_mappings(p);
		p->maps = maps;
		p->len = len;
	}
	bytes__free(&b);
}

static struct process *find_process(u32 pid)
{
	struct process **head = &processes[pid % BUCKETS], *p;

	for (p = *head; p; p = p->next)
		if (p->pid == pid)
			return p;
	p = mem__zalloc(sizeof(*p));
	p->pid = pid;
	p->next = *head;
	*head = p;
	read_mappings(p);
	return p;
}

static struct mapping *find_mapping(struct process *p, u64 addr)
{
	u32 low = 0, high = p->len;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (p->maps[mid].end <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low < p->len && p->maps[low].start <= addr ? &p->maps[low] : NULL;
}

static struct file *find_file(u32 pid, const struct mapping *m)
{
	struct file *f;
	char *path;
	int err;

	for (f = files; f; f = f->next)
		if (f->inode == m->inode && f->device == m->device)
			return f;
	f = mem__zalloc(sizeof(*f));
	f->inode = m->inode;
	f->device = m->device;
	f->next = files;
	files = f;
	/* as the process sees it: it may live in a container, and its file may be deleted */
	path = mem__format("/proc/%u/root%s", pid, m->path);
	f->elf = elf_file__open(path, &err);
	free(path);
	if (!f->elf) {
		path = mem__format("/proc/%u/map_files/%llx-%llx", pid, (unsigned long long)m->start, (unsigned long long)m->end);
		f->elf = elf_file__open(path, &err);
		free(path);
	}
	if (!f->elf)
		f->elf = elf_file__open(m->path, &err);
	return f;
}

void user_symbols__remember(u32 pid)
{
	struct process *p = find_process(pid);

	read_mappings(p);
	for (u32 i = 0; i < p->len; i++)
		if (p->maps[i].path && p->maps[i].path[0] == '/' && !p->maps[i].file)
			p->maps[i].file = find_file(pid, &p->maps[i]);
}

struct user_symbol user_symbols__resolve(u32 pid, u64 addr)
{
	struct process *p = find_process(pid);
	struct mapping *m = find_mapping(p, addr);
	struct user_symbol found = {};
	const struct elf_symbol *symbol;
	u64 at;

	/* mapped since: look again, but not for every unknown address of a busy stream */
	if (!m && clock__now() - p->read_at > 100000000ull) {
		read_mappings(p);
		m = find_mapping(p, addr);
	}
	if (!m || !m->path)
		return found;
	found.module = m->path;
	if (m->path[0] != '/')
		return found;
	if (!m->file)
		m->file = find_file(pid, m);
	if (!m->file->elf || !elf_file__addr_of(m->file->elf, addr - m->start + m->offset, &at))
		return found;
	symbol = elf_file__at(m->file->elf, at);
	if (!symbol)
		return found;
	found.name = symbol->name;
	found.offset = at - symbol->addr;
	return found;
}
