// SPDX-License-Identifier: Apache-2.0
#include "object.h"

#include <limits.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <bpf/bpf.h>

#include "feature.h"
#include "report.h"

enum { MAX_OBJECT = 64 << 20, PAGE = 4096, MAX_PERCPU_ENTRIES = 4 << 20, MAX_OLD_KEY = 512 };

/* A descriptor's number means nothing to the user. */
static const char *shown(const char *path)
{
	return strcmp(path, "-") && strncmp(path, "/dev/fd/", 8) ? path : "the object";
}

static int refuse(const char *path, const char *why)
{
	report__error("%s is refused: %s", shown(path), why);
	return EXIT_REFUSED;
}

static const Elf64_Sym *find_symbol(const struct object *o, const char *name, int type)
{
	for (u32 i = 1; i < o->img.symbols_len; i++)
		if (ELF64_ST_TYPE(o->img.symbols[i].st_info) == type && !strcmp(image__symbol_name(&o->img, &o->img.symbols[i]), name))
			return &o->img.symbols[i];
	return NULL;
}

static bool in_section(const struct object *o, const Elf64_Sym *sym, const char *section)
{
	return sym && !strcmp(image__section_name(&o->img, sym->st_shndx), section);
}

/* The manifest speaks of what the standard sections hold. */
static char *check_names(const struct object *o)
{
	const struct manifest *m = o->m;

	for (u32 i = 0; i < m->programs_len; i++)
		if (!in_section(o, find_symbol(o, m->programs[i].name, STT_FUNC), m->programs[i].section))
			return mem__format("its manifest names a program '%.60s' that it does not hold", m->programs[i].name);
	for (u32 i = 0; i < m->sessions_len; i++)
		if (!in_section(o, find_symbol(o, m->sessions[i].name, STT_FUNC), m->sessions[i].section))
			return mem__format("its manifest names a program '%.60s' that it does not hold", m->sessions[i].name);
	for (u32 i = 0; i < m->maps_len; i++)
		if (m->maps[i].symbol && !in_section(o, find_symbol(o, m->maps[i].symbol, STT_OBJECT), ".maps"))
			return mem__format("its manifest names a map '%.60s' that it does not hold", m->maps[i].symbol);
	if (m->buffer_symbol && !in_section(o, find_symbol(o, m->buffer_symbol, STT_OBJECT), ".maps"))
		return mem__strdup("its manifest names a buffer that it does not hold");
	if (m->names_symbol && !in_section(o, find_symbol(o, m->names_symbol, STT_OBJECT), ".maps"))
		return mem__strdup("its manifest names an array of names that it does not hold");
	for (u32 i = 0; i < m->tracepoint_fields_len; i++) {
		u32 section = image__find_section(&o->img, m->tracepoint_fields[i].section);

		if (!section || !(o->img.sections[section].sh_flags & SHF_EXECINSTR) ||
		    (m->tracepoint_fields[i].insn + 1ull) * 8 > o->img.sections[section].sh_size)
			return mem__strdup("its manifest names a tracepoint field's load that it does not hold");
	}
	return NULL;
}

static int read_manifest(struct object *o, const char *path)
{
	u32 section = image__find_section(&o->img, ABI_SECTION);
	u32 bss = image__find_section(&o->img, ".bss"), rodata = image__find_section(&o->img, ".rodata");
	const Elf64_Shdr *sh = &o->img.sections[section];
	struct utsname host = {};
	char *error;

	if (!section || sh->sh_type != SHT_PROGBITS)
		return refuse(path, "it has no " ABI_SECTION " section, so it was not made by tracelet compile");
	o->m = manifest__read(o->img.data + sh->sh_offset, sh->sh_size, bss ? o->img.sections[bss].sh_size : 0,
			      rodata ? o->img.sections[rodata].sh_size : 0, &error);
	if (!o->m || (error = check_names(o)))
		return refuse(path, error);
	uname(&host);
	if (strcmp(o->m->arch, host.machine)) {
		report__error("%s was compiled for %s, this host is %s", shown(path), o->m->arch, host.machine);
		report__hint("compile it with --arch %s", host.machine);
		return EXIT_REFUSED;
	}
	report__set_source(o->m);
	return 0;
}

/* A descriptor is read as it is: a socket at /dev/fd/N could not be opened by its name. */
static int read_bytes(struct bytes *b, const char *path)
{
	char *end;
	long fd;

	if (!strcmp(path, "-"))
		return bytes__read_fd(b, STDIN_FILENO, MAX_OBJECT);
	if (strncmp(path, "/dev/fd/", 8))
		return bytes__read_file(b, path, MAX_OBJECT);
	fd = strtol(path + 8, &end, 10);
	if (end == path + 8 || *end || fd < 0 || fd > INT_MAX)
		return -EBADF;
	return bytes__read_fd(b, fd, MAX_OBJECT);
}

int object__read(struct object *o, const char *path)
{
	bool has_unsafe_helper;
	char *error;
	int err;

	memset(o, 0, sizeof(*o));
	err = read_bytes(&o->file, path);
	if (err) {
		report__error("cannot read %s: %s", shown(path), strerror(-err));
		return EXIT_REFUSED;
	}
	error = validate__object(&o->img, o->file.data, o->file.len, &has_unsafe_helper);
	if (error)
		return refuse(path, error);
	err = read_manifest(o, path);
	if (err)
		return err;
	if (has_unsafe_helper && !o->m->unsafe)
		return refuse(path, "it calls helpers that change the traced system, but was not compiled with --unsafe");
	o->possible_cpus = libbpf_num_possible_cpus();
	if (o->possible_cpus < 1) {
		report__error("cannot read /sys/devices/system/cpu/possible: %s", strerror(-o->possible_cpus));
		report__hint("sysfs must be mounted at /sys");
		return EXIT_HOST;
	}
	return 0;
}

u32 object__program_start(const struct object *o, u32 program, u32 *len)
{
	const Elf64_Sym *sym = find_symbol(o, o->m->programs[program].name, STT_FUNC);

	*len = sym->st_size / 8;
	return sym->st_value / 8;
}

/* Bytes, a power of two: what the script says, else by what can fill it. */
static u64 buffer_size(const struct manifest *m)
{
	u64 want = (u64)m->config.perf_rb_pages * PAGE, size = PAGE;
	struct sysinfo info;

	if (!want) {
		bool busy = false;

		for (u32 i = 0; i < m->events_len; i++) {
			const struct program_entry *p = &m->programs[m->events[i].program];

			for (u32 k = 0; k < p->attach_len; k++)
				busy |= p->attach[k].kind > ATTACH_SIGNAL && p->attach[k].kind != ATTACH_INTERVAL;
		}
		/* an iterator runs over all of its objects before anything can be taken; others fill it between two looks */
		want = busy ? 16 << 20 : 512 << 10;
		if (!sysinfo(&info) && want > (u64)info.totalram * info.mem_unit / 64)
			want = (u64)info.totalram * info.mem_unit / 64;
	}
	for (u32 i = 0; i < m->events_len; i++)
		if (want < 4ull * m->events[i].size)
			want = 4ull * m->events[i].size;
	while (size < want && size < 1u << 30)
		size *= 2;
	return size;
}

static bool is_percpu(enum bpf_map_type type)
{
	return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

/* The kernel would take minutes and most of the memory for a map of absurd size: refuse it by name instead. */
static int check_map_sizes(const struct object *o)
{
	struct sysinfo info = {};
	struct bpf_map *map;

	sysinfo(&info);
	bpf_object__for_each_map(map, o->bpf) {
		bool percpu = is_percpu(bpf_map__type(map));
		u64 entries = bpf_map__max_entries(map), value = bpf_map__value_size(map);
		u64 each = 64 + bpf_map__key_size(map) + (percpu ? value * o->possible_cpus : value);
		const char *name = bpf_map__name(map);

		for (u32 i = 0; i < o->m->maps_len; i++)
			if (o->m->maps[i].symbol && !strcmp(o->m->maps[i].symbol, name))
				name = o->m->maps[i].name;
		if ((!percpu || entries <= MAX_PERCPU_ENTRIES) && entries <= (u64)info.totalram * info.mem_unit / 4 / each)
			continue;
		report__error("map %s with %llu entries would take %llu MiB, too much for this host", name, (unsigned long long)entries,
			      (unsigned long long)(entries * each >> 20));
		report__hint("lower max_map_keys, or the size in the map's declaration");
		return EXIT_HOST;
	}
	return 0;
}

static bool is_beside_stacks(const struct bpf_map *map, const char *suffix)
{
	const char *name = bpf_map__name(map), *end = strstr(name, suffix);

	return (!strncmp(name, "kstack_", 7) || !strncmp(name, "ustack_", 7)) && end && !end[strlen(suffix)];
}

/*
 * Before Linux 5.11 a key had at most 512 bytes (MAX_BPF_STACK), too few for a deep stack. There the map of stacks that
 * collide is made as small as can be and filled: such a stack is lost and counted, not cut or taken for another.
 */
static void fit_stack_overflows(struct object *o)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, o->bpf) {
		if (!is_beside_stacks(map, ABI_STACK_OVERFLOW) || bpf_map__key_size(map) <= MAX_OLD_KEY || feature__large_keys(bpf_map__key_size(map)))
			continue;
		bpf_map__set_key_size(map, MAX_OLD_KEY);
		bpf_map__set_max_entries(map, 1);
	}
}

static void fill_stack_overflows(struct object *o)
{
	u8 key[MAX_OLD_KEY], value[8] = {};
	struct bpf_map *map;

	/* no stack: frames of all ones */
	memset(key, 0xff, sizeof(key));
	bpf_object__for_each_map(map, o->bpf)
		if (is_beside_stacks(map, ABI_STACK_OVERFLOW) && bpf_map__max_entries(map) == 1)
			bpf_map_update_elem(bpf_map__fd(map), key, value, BPF_ANY);
}

/* Each processor counts the ids of each program from a number of its own, so that no id is given twice. */
static int number_stack_rooms(struct object *o)
{
	int cpus = libbpf_num_possible_cpus(), err = 0;
	struct bpf_map *map;

	bpf_object__for_each_map(map, o->bpf) {
		u32 size = bpf_map__value_size(map), entries = bpf_map__max_entries(map);
		u8 *values;
		s64 share;

		if (!is_beside_stacks(map, ABI_STACK_ROOM) || bpf_map__type(map) != BPF_MAP_TYPE_PERCPU_ARRAY || size % 8 || !entries)
			continue;
		share = -ABI_STACK_ID_FIRST / 2 / ((s64)cpus * entries);
		values = mem__zalloc((size_t)cpus * size);
		for (u32 i = 0; i < entries && !err; i++) {
			for (int cpu = 0; cpu < cpus; cpu++) {
				s64 first = ABI_STACK_ID_FIRST + share * ((s64)i * cpus + cpu);

				memcpy(values + (size_t)cpu * size + size - 8, &first, 8);
			}
			if (bpf_map_update_elem(bpf_map__fd(map), &i, values, BPF_ANY))
				err = -errno;
		}
		free(values);
		if (err) {
			report__error("cannot number the stacks of map %s: %s", bpf_map__name(map), strerror(-err));
			return EXIT_HOST;
		}
	}
	return 0;
}

/* Each program finds room for its names. */
static bool are_names_sound(const struct object *o)
{
	if (!o->names || bpf_map__type(o->names) != BPF_MAP_TYPE_ARRAY || bpf_map__key_size(o->names) != 4)
		return false;
	for (u32 i = 0; i < o->m->programs_len; i++)
		if (o->m->programs[i].name_size > bpf_map__value_size(o->names))
			return false;
	return true;
}

int object__open(struct object *o)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "tracelet");
	const struct manifest *m = o->m;
	struct bpf_program *prog;
	struct bpf_map *map;
	size_t log_size;
	char *log;

	verdict__reset();
	log = verdict__log_buffer(&log_size);
	o->bpf = bpf_object__open_mem(o->file.data, o->file.len, &opts);
	if (!o->bpf)
		return verdict__explain(o, -1, -errno, false);
	bpf_object__for_each_program(prog, o->bpf) {
		bpf_program__set_autoattach(prog, false);
		bpf_program__set_log_buf(prog, log, log_size);
	}
	o->programs = mem__zalloc(m->programs_len * sizeof(*o->programs));
	o->map_fds = mem__zalloc(m->maps_len * sizeof(*o->map_fds));
	o->zeroed = mem__zalloc(m->maps_len * sizeof(*o->zeroed));
	for (u32 i = 0; i < m->programs_len; i++) {
		o->programs[i] = bpf_object__find_program_by_name(o->bpf, m->programs[i].name);
		if (!o->programs[i])
			return refuse("the object", "libbpf finds a program less than its manifest names");
		/* libbpf knows the section perf_event, but not perf_event/NAME */
		if (bpf_program__type(o->programs[i]) == BPF_PROG_TYPE_UNSPEC && !strncmp(m->programs[i].section, "perf_event/", 11))
			bpf_program__set_type(o->programs[i], BPF_PROG_TYPE_PERF_EVENT);
	}
	for (u32 i = 0; i < m->sessions_len; i++) {
		prog = bpf_object__find_program_by_name(o->bpf, m->sessions[i].name);
		if (!prog)
			return refuse("the object", "libbpf finds a program less than its manifest names");
		bpf_program__set_autoload(prog, false);
	}
	for (u32 i = 0; i < m->maps_len; i++) {
		map = m->maps[i].symbol ? bpf_object__find_map_by_name(o->bpf, m->maps[i].symbol) : NULL;
		if (m->maps[i].symbol && (!map || bpf_map__key_size(map) != m->maps[i].key_size || bpf_map__value_size(map) != m->maps[i].value_size))
			return refuse("the object", "a map differs from what its manifest says");
	}
	o->names = m->names_symbol ? bpf_object__find_map_by_name(o->bpf, m->names_symbol) : NULL;
	if (m->names_symbol && !are_names_sound(o))
		return refuse("the object", "its array of names is not what its manifest says");
	fit_stack_overflows(o);
	if (check_map_sizes(o))
		return EXIT_HOST;
	if (!m->buffer_symbol)
		return 0;
	o->buffer = bpf_object__find_map_by_name(o->bpf, m->buffer_symbol);
	if (!o->buffer || bpf_map__type(o->buffer) != (m->perf_buffer ? BPF_MAP_TYPE_PERF_EVENT_ARRAY : BPF_MAP_TYPE_RINGBUF))
		return refuse("the object", "its buffer is not what its manifest says");
	if (!m->perf_buffer)
		bpf_map__set_max_entries(o->buffer, buffer_size(m));
	return 0;
}

int object__load(struct object *o, bool quiet)
{
	struct bpf_map *bss;
	int err;

	libbpf_set_memlock_rlim(0);
	err = bpf_object__load(o->bpf);
	if (err)
		return quiet ? EXIT_REFUSED : verdict__explain(o, -1, err, false);
	fill_stack_overflows(o);
	err = number_stack_rooms(o);
	if (err)
		return err;
	for (u32 i = 0; i < o->m->maps_len; i++) {
		const char *symbol = o->m->maps[i].symbol;

		o->map_fds[i] = symbol ? bpf_map__fd(bpf_object__find_map_by_name(o->bpf, symbol)) : -1;
	}
	bss = bpf_object__find_map_by_name(o->bpf, ".bss");
	if (!bss)
		return 0;
	o->bss_len = (bpf_map__value_size(bss) + PAGE - 1) & ~(size_t)(PAGE - 1);
	o->bss = mmap(NULL, o->bss_len, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(bss), 0);
	if (o->bss == MAP_FAILED) {
		o->bss = NULL;
		report__error("cannot map the programs' counters: %s", strerror(errno));
		report__hint("Linux 5.5 or newer is needed");
		return EXIT_HOST;
	}
	return 0;
}

void object__close(struct object *o)
{
	bpf_object__close(o->bpf);
	o->bpf = NULL;
	free(o->programs);
	free(o->map_fds);
	free(o->zeroed);
	o->programs = NULL;
	o->map_fds = NULL;
	o->zeroed = NULL;
}
