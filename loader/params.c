// SPDX-License-Identifier: Apache-2.0
/* What is written into .rodata before loading: the script's parameters, host values, symbol addresses. */
#include "object.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/timex.h>
#include <time.h>
#include <linux/bpf.h>

#include "binaries.h"
#include "elf-file.h"
#include "kallsyms.h"
#include "plan.h"
#include "report.h"

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

/* Digits of a base, with `_` between them; *end is where they stop. */
static bool parse_digits(const char *text, u64 base, u64 *value, const char **end)
{
	const char *at = text;

	for (*value = 0; *at == '_' || (u64)digit_of(*at) < base; at++) {
		if (*at == '_' && at == text)
			return false;
		if (*at != '_' && (__builtin_mul_overflow(*value, base, value) ||
				   __builtin_add_overflow(*value, (u64)digit_of(*at), value)))
			return false;
	}
	*end = at;
	return at > text;
}

/* What a duration counts, in nanoseconds; 1 for none, 0 for what is no unit. */
static u64 unit_of(const char *name)
{
	static const struct {
		const char *name;
		u64 ns;
	} units[] = {
		{ "", 1 },		 { "ns", 1 },		   { "us", 1000 },	      { "ms", 1000000 },
		{ "s", 1000000000 },	 { "m", 60000000000ull },  { "h", 3600000000000ull }, { "d", 86400000000000ull },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (!strcmp(units[i].name, name))
			return units[i].ns;
	return 0;
}

/* An integer as the compiler reads parameters: decimal, 0x, 0b, octal, 1e6, with `_` and a duration's unit. */
static bool parse_number(const char *text, u64 *value, bool *negative)
{
	const char *at = text + (*text == '-' || *text == '+');
	u64 base = 10, exponent = 0, scale;

	if (*at == '0' && at[1]) {
		base = at[1] == 'x' || at[1] == 'X' ? 16 : at[1] == 'b' || at[1] == 'B' ? 2 : digit_of(at[1]) < 10 ? 8 : 10;
		at += base == 16 || base == 2 ? 2 : 0;
	}
	if (!parse_digits(at, base, value, &at))
		return false;
	if (base == 10 && *at == 'e' && !parse_digits(at + 1, 10, &exponent, &at))
		return false;
	for (; exponent && *value; exponent--)
		if (__builtin_mul_overflow(*value, 10, value))
			return false;
	scale = *at && base != 10 ? 0 : unit_of(at);
	if (!scale || __builtin_mul_overflow(*value, scale, value))
		return false;
	*negative = *text == '-';
	if (*negative && *value > 1ull << 63)
		return false;
	if (*negative)
		*value = -*value;
	return true;
}

static int bad_value(const char *what, const char *text, const char *why)
{
	report__error("%s: '%s' %s", what, text, why);
	return EXIT_USAGE;
}

/* An unsigned value of size bytes, or a signed one, little-endian. */
static bool fits(u64 value, bool negative, bool is_signed, u32 size)
{
	u32 bits = size * 8;

	if (negative)
		return is_signed && (s64)value >= -(s64)(1ull << (bits - 1));
	return bits == 64 ? !is_signed || (s64)value >= 0 : value >> (is_signed ? bits - 1 : bits) == 0;
}

static int put_param(u8 *rodata, const struct param_entry *e, const char *what, const char *text)
{
	bool negative;
	u64 value;

	switch (e->type) {
	case PARAM_STRING:
		if (strlen(text) >= e->size) {
			report__error("%s: '%s' is longer than %u characters", what, text, e->size - 1);
			report__hint("compile with a greater max_strlen");
			return EXIT_USAGE;
		}
		memset(rodata + e->offset, 0, e->size);
		memcpy(rodata + e->offset, text, strlen(text));
		return 0;
	case PARAM_BOOL:
		value = !strcmp(text, "true") || !strcmp(text, "1");
		if (!value && strcmp(text, "false") && strcmp(text, "0"))
			return bad_value(what, text, "is not true or false");
		break;
	default:
		if (!parse_number(text, &value, &negative))
			return bad_value(what, text, "is an invalid integer");
		/* a positional $1 may hold any 64 bits, signed or not; -1 for an unsigned option is all of its bits */
		if (!fits(value, negative, e->type == PARAM_INT || negative, e->size) &&
		    !(e->kind == PARAM_POSITIONAL && fits(value, negative, false, e->size)))
			return bad_value(what, text, "is out of range");
	}
	memcpy(rodata + e->offset, &value, e->size);
	return 0;
}

static int fill_positional(u8 *rodata, const struct param_entry *e, const struct options *opt)
{
	char what[32];

	if (e->index < 1 || e->index > opt->positionals_len)
		return 0;
	snprintf(what, sizeof(what), "parameter $%u", e->index);
	return put_param(rodata, e, what, opt->positionals[e->index - 1]);
}

static bool is_named(const struct param_entry *e, const char *word, const char **value)
{
	size_t len = strlen(e->name);

	if (strncmp(word, e->name, len) || (word[len] && word[len] != '='))
		return false;
	*value = word[len] ? word + len + 1 : NULL;
	return true;
}

static int fill_named(u8 *rodata, const struct param_entry *e, const struct options *opt)
{
	const char *text = e->fallback, *value;
	char *what = mem__format("option --%s", e->name);
	int err;

	for (u32 i = 0; i < opt->named_len; i++) {
		if (!is_named(e, opt->named[i], &value))
			continue;
		if (!value && e->type != PARAM_BOOL) {
			report__error("%s needs a value: --%s=VALUE", what, e->name);
			free(what);
			return EXIT_USAGE;
		}
		text = value ? value : "true";
	}
	err = put_param(rodata, e, what, text);
	free(what);
	return err;
}

/* Every --name given is one of the script's. */
static int check_named(const struct manifest *m, const struct options *opt)
{
	struct bytes known = {};

	for (u32 i = 0; i < opt->named_len; i++) {
		const char *value;
		bool found = false;

		for (u32 k = 0; k < m->params_len; k++)
			found |= m->params[k].kind == PARAM_NAMED && is_named(&m->params[k], opt->named[i], &value);
		if (found)
			continue;
		report__error("unexpected program command line options: --%.*s", (int)strcspn(opt->named[i], "="), opt->named[i]);
		for (u32 k = 0; k < m->params_len; k++) {
			if (m->params[k].kind != PARAM_NAMED)
				continue;
			bytes__put(&known, known.len ? ", --" : "--", known.len ? 4 : 2);
			bytes__put(&known, m->params[k].name, strlen(m->params[k].name));
		}
		if (known.len)
			report__hint("expected program options: %.*s", (int)known.len, known.data);
		bytes__free(&known);
		return EXIT_USAGE;
	}
	return 0;
}

static u64 nanoseconds(clockid_t clock)
{
	struct timespec ts = {};

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static u64 host_value(const struct object *o, enum host_kind kind, const struct host_facts *facts)
{
	struct stat ns = {};

	switch (kind) {
	case HOST_START_NS:
		return nanoseconds(CLOCK_BOOTTIME);
	case HOST_NCPUS:
		return o->possible_cpus;
	case HOST_CPID:
		return facts->child_pid;
	case HOST_HAS_CPID:
		return facts->child_pid != 0;
	case HOST_FILTER_PID:
		return facts->filter_pid;
	case HOST_PIDNS_DEV:
		stat("/proc/self/ns/pid", &ns);
		/* the helper compares the kernel's own dev_t (include/linux/kdev_t.h), which stat(2) encodes otherwise */
		return (u64)major(ns.st_dev) << 20 | minor(ns.st_dev);
	case HOST_PIDNS_INO:
		stat("/proc/self/ns/pid", &ns);
		return ns.st_ino;
	case HOST_TAI_OFFSET:
		return nanoseconds(CLOCK_TAI) - nanoseconds(CLOCK_BOOTTIME);
	case HOST_EPOCH_OFFSET:
		return nanoseconds(CLOCK_REALTIME) - nanoseconds(CLOCK_BOOTTIME);
	default:
		return 0;
	}
}

static u64 spare_bits(u64 size)
{
	return size == 1 || size == 2 || size == 4 ? 64 - 8 * size : 0;
}

/* The only place that the program probes, or NULL. */
static const struct target *only_target(const struct plan *plan, u32 program)
{
	const struct target *found = NULL;

	for (u32 i = 0; i < plan->len; i++) {
		if (plan->list[i].program != program)
			continue;
		if (found)
			return NULL;
		found = &plan->list[i];
	}
	return found;
}

/* A file that is loaded anywhere has addresses from 0 on; how far a symbol is from the probed instruction stays the same. */
static int place_user_symbol(const struct symbol_value *e, const struct elf_file *file, u64 addr, const struct plan *plan, u64 *value)
{
	const struct target *t = plan ? only_target(plan, e->program) : NULL;
	bool is_fixed = true;
	u64 probed = 0;

	for (u32 i = 0; i < file->segments_len; i++)
		is_fixed &= file->segments[i].addr != 0;
	if (!is_fixed && plan && (!t || !elf_file__addr_of(file, t->value, &probed))) {
		report__at(SEVERITY_ERROR, &e->place, "name one function, or one static probe, of this file",
			   "uaddr(\"%s\"): each process has %s at an address of its own, which is told from the place that is probed; this probe has several, or none there",
			   e->symbol, e->path);
		return EXIT_REFUSED;
	}
	if (e->kind == SYMBOL_USER_MASK)
		*value = is_fixed ? 0 : UINT64_MAX;
	else
		*value = addr - (is_fixed ? 0 : probed);
	return 0;
}

static int user_symbol(const struct symbol_value *e, const struct plan *plan, u64 *value)
{
	struct bytes paths = {};
	const struct elf_symbol *symbol = NULL;
	struct elf_file *file = NULL;
	int err = -ENOENT;

	if (binaries__find(e->path, &paths))
		file = elf_file__open((char *)paths.data, &err);
	if (file)
		symbol = elf_file__find(file, e->symbol);
	if (!symbol) {
		report__at(SEVERITY_ERROR, &e->place, NULL, "could not resolve symbol: %s:%s%s%s", e->path, e->symbol, file ? "" : ": ",
			   file ? "" : strerror(-err));
		err = EXIT_REFUSED;
	} else if (e->kind == SYMBOL_USER_SPARE) {
		*value = spare_bits(symbol->size);
		err = 0;
	} else {
		err = place_user_symbol(e, file, symbol->addr, plan, value);
	}
	elf_file__free(file);
	bytes__free(&paths);
	return err;
}

static int kernel_symbol(const struct symbol_value *e, u64 *addr)
{
	if (kallsyms__address(e->symbol, addr))
		return 0;
	report__at(SEVERITY_ERROR, &e->place, kallsyms__hidden() ? "this process may not read kernel addresses (CAP_SYSLOG)" : NULL,
		   "Failed to resolve kernel symbol: %s", e->symbol);
	return kallsyms__hidden() ? EXIT_HOST : EXIT_REFUSED;
}

/* A cgroup's id is the file handle of its folder in cgroup2. */
static int cgroup_id(const struct symbol_value *e, u64 *id)
{
	union {
		struct file_handle head;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} handle = { .head.handle_bytes = sizeof(*id) };
	int mount;

	if (name_to_handle_at(AT_FDCWD, e->symbol, &handle.head, &mount, 0)) {
		report__at(SEVERITY_ERROR, &e->place, NULL, "Failed to get `cgroupid` for path: \"%s\": %s", e->symbol, strerror(errno));
		return EXIT_REFUSED;
	}
	memcpy(id, handle.head.f_handle, sizeof(*id));
	return 0;
}

static int resolve(const struct symbol_value *e, const struct plan *plan, u64 *value)
{
	switch (e->kind) {
	case SYMBOL_KERNEL:
		return kernel_symbol(e, value);
	case SYMBOL_CGROUP:
		return cgroup_id(e, value);
	default:
		return user_symbol(e, plan, value);
	}
}

static int fill_symbols(u8 *rodata, const struct manifest *m, const struct plan *plan)
{
	for (u32 i = 0; i < m->symbols_len; i++) {
		u64 value = 0;
		int err = resolve(&m->symbols[i], plan, &value);

		if (err)
			return err;
		memcpy(rodata + m->symbols[i].offset, &value, 8);
	}
	return 0;
}

static int fill_all(const struct object *o, u8 *rodata, const struct options *opt, const struct host_facts *facts)
{
	const struct manifest *m = o->m;
	int err = 0;

	for (u32 i = 0; i < m->params_len && !err; i++) {
		const struct param_entry *e = &m->params[i];
		u64 count = opt->positionals_len;

		if (e->kind == PARAM_COUNT)
			memcpy(rodata + e->offset, &count, e->size);
		else
			err = e->kind == PARAM_NAMED ? fill_named(rodata, e, opt) : fill_positional(rodata, e, opt);
	}
	for (u32 i = 0; i < m->host_len && !err; i++) {
		u64 value = host_value(o, m->host[i].kind, facts);

		memcpy(rodata + m->host[i].offset, &value, 8);
	}
	return err ? err : fill_symbols(rodata, m, facts->plan);
}

int object__fill(struct object *o, const struct options *opt, const struct host_facts *facts)
{
	const struct manifest *m = o->m;
	struct bpf_map *map = bpf_object__find_map_by_name(o->bpf, ".rodata");
	size_t size = 0;
	const void *initial = map ? bpf_map__initial_value(map, &size) : NULL;
	int err = check_named(m, opt);
	u8 *rodata;

	if (err || (!m->params_len && !m->host_len && !m->symbols_len))
		return err;
	if (!initial) {
		report__error("the object is refused: its manifest names values in .rodata, which it lacks");
		return EXIT_REFUSED;
	}
	rodata = mem__zalloc(size);
	memcpy(rodata, initial, size);
	err = fill_all(o, rodata, opt, facts);
	if (!err)
		bpf_map__set_initial_value(map, rodata, size);
	free(rodata);
	return err;
}
