// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "attach.h"
#include "binaries.h"
#include "elf-file.h"
#include "report.h"
#include "usdt.h"

static void add(struct plan *plan, u32 program, const struct attach_entry *e, const char *path, const char *symbol, u64 offset)
{
	char *text = e->offset ? mem__format("%s:%s:%s+%llu", e->kind_name, path, symbol, (unsigned long long)e->offset) :
				 mem__format("%s:%s:%s", e->kind_name, path, symbol);
	struct target *t = plan__add(plan, program, e, text);

	t->path = mem__strdup(path);
	t->value = offset;
}

static bool is_added(const struct plan *plan, u32 program, const struct attach_entry *e, const char *path, u64 offset)
{
	for (u32 i = 0; i < plan->len; i++) {
		const struct target *t = &plan->list[i];

		if (t->program == program && t->entry == e && t->value == offset && !strcmp(t->path, path))
			return true;
	}
	return false;
}

/* The functions of one file that the entry names: their number, or -errno. */
static int add_symbols(struct plan *plan, u32 program, const struct attach_entry *e, const char *path)
{
	struct elf_file *file;
	int err, count = 0;

	file = elf_file__open(path, &err);
	if (!file)
		return err;
	for (u32 i = 0; i < file->symbols_len; i++) {
		const struct elf_symbol *s = &file->symbols[i];
		u64 offset;

		if (!s->is_function || !glob__match(e->name, s->name) || !elf_file__offset_of(file, s->addr + e->offset, &offset))
			continue;
		count++;
		if (!is_added(plan, program, e, path, offset))
			add(plan, program, e, path, s->name, offset);
	}
	elf_file__free(file);
	return count;
}

static int add_address(struct plan *plan, u32 program, const struct attach_entry *e, const char *path)
{
	struct elf_file *file;
	char text[24];
	u64 offset;
	int err;

	file = elf_file__open(path, &err);
	if (!file)
		return err;
	err = elf_file__offset_of(file, e->address, &offset) ? 1 : 0;
	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)e->address);
	if (err)
		add(plan, program, e, path, text, offset);
	elf_file__free(file);
	return err;
}

static bool is_same_file(u32 pid, const char *theirs, const char *ours)
{
	char *path = mem__format("/proc/%u/%s", pid, theirs);
	struct stat a, b;
	bool same = !stat(path, &a) && !stat(ours, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;

	free(path);
	return same;
}

/* A process in a container, or behind a chroot, has files of its own. */
static bool has_own_files(u32 pid)
{
	return !is_same_file(pid, "root", "/") || !is_same_file(pid, "ns/mnt", "/proc/self/ns/mnt");
}

static u32 find_paths(const struct options *opt, const char *name, struct bytes *paths)
{
	char *inside;
	u32 found;

	if (!opt->pid || *name != '/' || !has_own_files(opt->pid))
		return binaries__find(name, paths);
	inside = mem__format("/proc/%u/root%s", opt->pid, name);
	found = glob__is_pattern(name) ? 0 : binaries__find(inside, paths);
	free(inside);
	return found ? found : binaries__find(name, paths);
}

/* In another build than the one that was compiled for, arguments and members of structs may be elsewhere. */
static void check_build(const struct attach_entry *e, const char *path, const struct place *place)
{
	if (e->build_id && !elf_file__is_build(path, e->build_id))
		report__at(SEVERITY_WARNING, place, "compile the script for this file, or read its memory through structs of the script",
			   "%s is not the build whose debug information the script was compiled with: its arguments and structs may differ", path);
}

int expand__uprobe(struct plan *plan, const struct object *o, const struct options *opt, u32 program, const struct attach_entry *e)
{
	const struct place *place = &o->m->programs[program].place;
	struct bytes paths = {};
	u32 found = find_paths(opt, e->path, &paths);
	int total = 0, err = 0;
	char *text;

	if (!found) {
		text = mem__format("%s target file '%s' does not exist or is not executable", e->kind_name, e->path);
		err = plan__missing(o, program, "name it as it is on the traced host", text);
		free(text);
		return err;
	}
	if (found > 1 && !glob__is_pattern(e->path))
		report__at(SEVERITY_WARNING, place, NULL, "%s:%s matches %u files", e->kind_name, e->path, found);
	for (size_t at = 0; at < paths.len && !err; at += strlen((char *)paths.data + at) + 1) {
		const char *path = (char *)paths.data + at;
		int count = e->name ? add_symbols(plan, program, e, path) : add_address(plan, program, e, path);

		/* a file that is no program is an error where it was named, not where a pattern found it */
		if (count < 0 && (found == 1 || count != -ENOEXEC)) {
			report__at(SEVERITY_ERROR, place, NULL, "cannot read the symbols of %s: %s", path, strerror(-count));
			err = EXIT_REFUSED;
		} else if (count > 0) {
			total += count;
			check_build(e, path, place);
		}
	}
	if (!err && !total) {
		text = mem__format("could not resolve symbol: %s:%s", e->path, e->name ? e->name : "(address)");
		err = plan__missing(o, program, "a stripped binary has only the symbols that it exports", text);
		free(text);
	}
	bytes__free(&paths);
	return err;
}

/* The files that the process has mapped as code, as seen from here. */
static u32 mapped_paths(u32 pid, struct bytes *paths)
{
	char *name = mem__format("/proc/%u/maps", pid), *at, *line;
	struct bytes maps = {};
	u32 count = 0;
	int err = bytes__read_file(&maps, name, 64 << 20);

	free(name);
	at = (char *)maps.data;
	while (!err && (line = text__next_line(&at))) {
		char *path = strchr(line, '/');
		bool known = false;

		if (!path || !strstr(line, "r-xp"))
			continue;
		name = mem__format("/proc/%u/root%s", pid, path);
		for (size_t k = 0; k < paths->len; k += strlen((char *)paths->data + k) + 1)
			known |= !strcmp((char *)paths->data + k, name);
		if (!known) {
			bytes__put(paths, name, strlen(name) + 1);
			count++;
		}
		free(name);
	}
	bytes__free(&maps);
	return count;
}

/* Of several providers that have a probe of this name, the script must say which it means. */
static bool is_ambiguous(const struct plan *plan, u32 from, const struct attach_entry *e)
{
	const char *first = NULL;

	for (u32 i = from; i < plan->len && !e->group && !glob__is_pattern(e->name) && !glob__is_pattern(e->path); i++) {
		const char *provider = plan->list[i].text + strlen("usdt:") + strlen(plan->list[i].path);

		if (first && strcmp(first, provider))
			return true;
		first = provider;
	}
	return false;
}

int expand__usdt(struct plan *plan, const struct object *o, const struct options *opt, u32 program, const struct attach_entry *e)
{
	const struct place *place = &o->m->programs[program].place;
	bool everywhere = !strcmp(e->path, "*");
	struct bytes paths = {};
	u32 found, before = plan->len;
	char *text, *error = NULL;
	int total = 0, err = 0;

	if (everywhere && !opt->pid) {
		report__at(SEVERITY_ERROR, place, "name the binary, or a process with -p", "usdt:*:%s: in every binary of which process?", e->name);
		return EXIT_REFUSED;
	}
	found = everywhere ? mapped_paths(opt->pid, &paths) : find_paths(opt, e->path, &paths);
	if (!found) {
		text = mem__format("usdt target file '%s' does not exist or is not executable", e->path);
		err = plan__missing(o, program, "name it as it is on the traced host", text);
		free(text);
		return err;
	}
	for (size_t at = 0; at < paths.len && !err; at += strlen((char *)paths.data + at) + 1) {
		const char *path = (char *)paths.data + at;
		int count = usdt__expand(plan, o, program, e, path, &error);

		if (error) {
			report__at(SEVERITY_ERROR, place, NULL, "%s", error);
			err = EXIT_REFUSED;
		} else if (count < 0 && found == 1) {
			report__at(SEVERITY_ERROR, place, NULL, "cannot read the static probes of %s: %s", path, strerror(-count));
			err = EXIT_REFUSED;
		} else if (count > 0) {
			total += count;
			check_build(e, path, place);
		}
	}
	free(error);
	if (!err && is_ambiguous(plan, before, e)) {
		report__at(SEVERITY_ERROR, place, "name the provider: usdt:BINARY:PROVIDER:NAME", "several providers in %s have a probe %s", e->path, e->name);
		err = EXIT_REFUSED;
	}
	if (!err && !total) {
		text = mem__format("no matches for usdt:%s%s%s:%s", e->path, e->group ? ":" : "", e->group ? e->group : "", e->name);
		err = plan__missing(o, program, "tracelet -l 'usdt:BINARY:*' lists a binary's static probes", text);
		free(text);
	}
	bytes__free(&paths);
	return err;
}
