/*
 * Runs raw tracepoint programs once each in this machine's kernel (BPF_PROG_TEST_RUN; nothing is attached) and prints
 * what they returned and left in their maps. Input (standard input, little-endian words): see kernel-run.ts.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOG_SIZE (1 << 20)
#define MAX_MAPS 16

struct map {
	int fd;
	uint32_t type, key_size, value_size, max_entries;
};

static long bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

static void read_all(void *to, size_t size)
{
	if (size > 0 && fread(to, 1, size, stdin) != size) {
		fprintf(stderr, "kernel-run: the input is cut off\n");
		exit(2);
	}
}

static uint32_t read_word(void)
{
	uint32_t word;

	read_all(&word, sizeof(word));
	return word;
}

static void *read_bytes(size_t size)
{
	void *bytes = malloc(size + 1);

	if (!bytes) {
		fprintf(stderr, "kernel-run: no memory\n");
		exit(2);
	}
	read_all(bytes, size);
	return bytes;
}

/* Five words: type, key size, value size, entries, flags; whether to freeze; length of element 0's contents, and they. */
static void map__create(struct map *map)
{
	union bpf_attr attr = { 0 };
	uint32_t freeze, length, key = 0;
	void *contents;

	map->type = attr.map_type = read_word();
	map->key_size = attr.key_size = read_word();
	map->value_size = attr.value_size = read_word();
	map->max_entries = attr.max_entries = read_word();
	attr.map_flags = read_word();
	freeze = read_word();
	length = read_word();
	contents = read_bytes(length);
	map->fd = bpf(BPF_MAP_CREATE, &attr);
	if (map->fd < 0) {
		fprintf(stderr, "kernel-run: a map of type %u is refused: %s\n", map->type, strerror(errno));
		exit(2);
	}
	if (length > 0) {
		union bpf_attr update = { 0 };

		update.map_fd = map->fd;
		update.key = (uintptr_t)&key;
		update.value = (uintptr_t)contents;
		if (bpf(BPF_MAP_UPDATE_ELEM, &update) < 0) {
			fprintf(stderr, "kernel-run: contents of a map are refused: %s\n", strerror(errno));
			exit(2);
		}
	}
	if (freeze) {
		union bpf_attr frozen = { 0 };

		frozen.map_fd = map->fd;
		if (bpf(BPF_MAP_FREEZE, &frozen) < 0) {
			fprintf(stderr, "kernel-run: a map cannot be frozen: %s\n", strerror(errno));
			exit(2);
		}
	}
	free(contents);
}

static int btf__load(void)
{
	union bpf_attr attr = { 0 };
	uint32_t size = read_word();
	void *blob = read_bytes(size);
	int fd;

	attr.btf = (uintptr_t)blob;
	attr.btf_size = size;
	fd = bpf(BPF_BTF_LOAD, &attr);
	if (fd < 0) {
		fprintf(stderr, "kernel-run: the types are refused: %s\n", strerror(errno));
		exit(2);
	}
	free(blob);
	return fd;
}

static void print_hex(const unsigned char *bytes, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		printf("%02x", bytes[i]);
}

/* A line per map: key:value pairs in the order that the kernel gives them. */
static void map__print(const struct map *map)
{
	unsigned char *key = calloc(1, map->key_size + 1), *next = calloc(1, map->key_size + 1);
	unsigned char *value = calloc(1, map->value_size + 1);
	union bpf_attr attr = { 0 };

	if (!key || !next || !value)
		exit(2);
	attr.map_fd = map->fd;
	attr.next_key = (uintptr_t)next;
	while (map->type != BPF_MAP_TYPE_RINGBUF && bpf(BPF_MAP_GET_NEXT_KEY, &attr) == 0) {
		union bpf_attr lookup = { 0 };

		memcpy(key, next, map->key_size);
		lookup.map_fd = map->fd;
		lookup.key = (uintptr_t)key;
		lookup.value = (uintptr_t)value;
		if (bpf(BPF_MAP_LOOKUP_ELEM, &lookup) == 0) {
			printf(" ");
			print_hex(key, map->key_size);
			printf(":");
			print_hex(value, map->value_size);
		}
		attr.key = (uintptr_t)key;
	}
	printf("\n");
	free(key);
	free(next);
	free(value);
}

static void program__run(int btf, char *log)
{
	struct map maps[MAX_MAPS];
	union bpf_attr attr = { 0 }, run = { 0 };
	uint32_t map_count = read_word();
	struct bpf_func_info *functions;
	struct bpf_insn *insns;
	uint32_t ctx_size;
	void *ctx;
	int fd;

	if (map_count > MAX_MAPS)
		exit(2);
	for (uint32_t i = 0; i < map_count; i++)
		map__create(&maps[i]);
	attr.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT;
	attr.func_info_cnt = read_word();
	functions = read_bytes(attr.func_info_cnt * sizeof(*functions));
	if (attr.func_info_cnt > 0) {
		attr.prog_btf_fd = btf;
		attr.func_info_rec_size = sizeof(*functions);
		attr.func_info = (uintptr_t)functions;
	}
	attr.insn_cnt = read_word();
	insns = read_bytes(attr.insn_cnt * sizeof(*insns));
	ctx_size = read_word();
	ctx = read_bytes(ctx_size);
	for (uint32_t n = 0; n < attr.insn_cnt; n++) {
		if (insns[n].code != (BPF_LD | BPF_IMM | BPF_DW))
			continue;
		if ((insns[n].src_reg == BPF_PSEUDO_MAP_FD || insns[n].src_reg == BPF_PSEUDO_MAP_VALUE) &&
		    (uint32_t)insns[n].imm < map_count)
			insns[n].imm = maps[insns[n].imm].fd;
		n++;
	}
	attr.insns = (uintptr_t)insns;
	attr.license = (uintptr_t)"GPL";
	attr.log_buf = (uintptr_t)log;
	attr.log_size = LOG_SIZE;
	attr.log_level = 1;
	log[0] = '\0';
	fd = bpf(BPF_PROG_LOAD, &attr);
	if (fd < 0) {
		printf("refused %d %zu\n%s\n", errno, strlen(log), log);
	} else {
		run.test.prog_fd = fd;
		run.test.ctx_in = (uintptr_t)ctx;
		run.test.ctx_size_in = ctx_size;
		if (bpf(BPF_PROG_TEST_RUN, &run) < 0) {
			fprintf(stderr, "kernel-run: a program cannot be run: %s\n", strerror(errno));
			exit(2);
		}
		printf("ran %u\n", run.test.retval);
		for (uint32_t i = 0; i < map_count; i++)
			map__print(&maps[i]);
		close(fd);
	}
	for (uint32_t i = 0; i < map_count; i++)
		close(maps[i].fd);
	free(functions);
	free(insns);
	free(ctx);
}

int main(void)
{
	static char log[LOG_SIZE];
	int btf = btf__load();
	uint32_t count = read_word();

	for (uint32_t i = 0; i < count; i++)
		program__run(btf, log);
	return 0;
}
