// SPDX-License-Identifier: Apache-2.0
#include "kallsyms.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct symbol {
	u64 addr;
	/* into names: the symbol, NUL, and its module, NUL */
	u32 name;
};

static struct {
	int fd;
	bool prepared, loaded, hidden;
	struct symbol *list;
	u32 len, room;
	struct bytes names;
} table = { .fd = -1 };

void kallsyms__prepare(void)
{
	if (!table.prepared)
		table.fd = open("/proc/kallsyms", O_RDONLY | O_CLOEXEC);
	table.prepared = true;
}

static void add(u64 addr, const char *name, size_t name_len, const char *module, size_t module_len)
{
	if (table.len == table.room) {
		table.room = table.room ? table.room * 2 : 1 << 16;
		table.list = mem__grow(table.list, table.room * sizeof(*table.list));
	}
	table.list[table.len++] = (struct symbol){ addr, table.names.len };
	bytes__put(&table.names, name, name_len);
	bytes__put(&table.names, "", 1);
	bytes__put(&table.names, module, module_len);
	bytes__put(&table.names, "", 1);
}

/* "ffffffff81000000 T name\t[module]" */
static void add_line(const char *line, const char *end)
{
	const char *at = line, *name, *module = "";
	size_t name_len, module_len = 0;
	u64 addr = 0;

	for (; at < end && *at != ' '; at++)
		addr = addr << 4 | (*at <= '9' ? *at - '0' : (*at | 32) - 'a' + 10);
	if (end - at < 4 || !strchr("tTwWvVdDbBrRaA", at[1]))
		return;
	name = at + 3;
	at = memchr(name, '\t', end - name);
	name_len = (at ? at : end) - name;
	if (at && end - at > 3) {
		module = at + 2;
		module_len = end - module - 1;
	}
	if (addr)
		add(addr, name, name_len, module, module_len);
}

static int by_address(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

/* Line by line from a fixed buffer: the file has 10 MB, what is kept of it 4. */
static void load(void)
{
	static char buffer[1 << 16];
	size_t have = 0;
	ssize_t n;

	if (table.loaded)
		return;
	table.loaded = true;
	kallsyms__prepare();
	while (table.fd >= 0 && (n = read(table.fd, buffer + have, sizeof(buffer) - have)) > 0) {
		char *line = buffer, *end;

		have += n;
		while ((end = memchr(line, '\n', buffer + have - line))) {
			add_line(line, end);
			line = end + 1;
		}
		have -= line - buffer;
		if (have == sizeof(buffer))
			have = 0;
		memmove(buffer, line, have);
	}
	if (table.fd >= 0)
		close(table.fd);
	table.fd = -1;
	table.hidden = table.len == 0;
	qsort(table.list, table.len, sizeof(*table.list), by_address);
}

bool kallsyms__hidden(void)
{
	load();
	return table.hidden;
}

const char *kallsyms__name(u64 addr, const char **module, u64 *offset)
{
	u32 low = 0, high;
	const char *name;

	load();
	high = table.len;
	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (table.list[mid].addr <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low)
		return NULL;
	/* the first of several names for one address, as the kernel itself prints it */
	while (low > 1 && table.list[low - 2].addr == table.list[low - 1].addr)
		low--;
	/* per-CPU variables of x86 stand at their offset from zero: no address is in one */
	if (!(table.list[low - 1].addr >> 63))
		return NULL;
	*offset = addr - table.list[low - 1].addr;
	/* no symbol spans this much: the address lies in no kernel text */
	if (*offset > 16 << 20)
		return NULL;
	name = (char *)table.names.data + table.list[low - 1].name;
	*module = name + strlen(name) + 1;
	return name;
}

bool kallsyms__address(const char *name, u64 *addr)
{
	load();
	for (u32 i = 0; i < table.len; i++) {
		if (strcmp((char *)table.names.data + table.list[i].name, name))
			continue;
		*addr = table.list[i].addr;
		return true;
	}
	return false;
}
