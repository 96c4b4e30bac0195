/*
 * Loads programs into this machine's kernel, one after the other, and prints its verdict on each. Nothing is attached or
 * kept. Input (standard input, little-endian words): see kernel-judge.ts, which writes it.
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

static long bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

static void read_all(void *to, size_t size)
{
	if (size > 0 && fread(to, 1, size, stdin) != size) {
		fprintf(stderr, "judge: the input is cut off\n");
		exit(2);
	}
}

static uint32_t read_word(void)
{
	uint32_t word;

	read_all(&word, sizeof(word));
	return word;
}

/* Five words: type, key size, value size, entries, flags; then the length of frozen contents, and they. */
static int map__create(void)
{
	union bpf_attr attr = { 0 };
	uint32_t length;
	int fd;

	attr.map_type = read_word();
	attr.key_size = read_word();
	attr.value_size = read_word();
	attr.max_entries = read_word();
	attr.map_flags = read_word();
	length = read_word();
	fd = bpf(BPF_MAP_CREATE, &attr);
	if (fd < 0) {
		fprintf(stderr, "judge: a map of type %u is refused: %s\n", attr.map_type, strerror(errno));
		exit(2);
	}
	if (length > 0) {
		union bpf_attr update = { 0 }, freeze = { 0 };
		uint32_t key = 0;
		char *contents = malloc(length);

		if (!contents)
			exit(2);
		read_all(contents, length);
		update.map_fd = freeze.map_fd = fd;
		update.key = (uintptr_t)&key;
		update.value = (uintptr_t)contents;
		if (bpf(BPF_MAP_UPDATE_ELEM, &update) < 0 || bpf(BPF_MAP_FREEZE, &freeze) < 0) {
			fprintf(stderr, "judge: contents of a map are refused: %s\n", strerror(errno));
			exit(2);
		}
		free(contents);
	}
	return fd;
}

/* Types that say where functions begin: the kernel wants them for the addresses of callbacks. */
static int btf__load(void)
{
	union bpf_attr attr = { 0 };
	uint32_t size = read_word();
	void *blob = malloc(size + 1);
	int fd;

	if (!blob)
		exit(2);
	read_all(blob, size);
	attr.btf = (uintptr_t)blob;
	attr.btf_size = size;
	fd = bpf(BPF_BTF_LOAD, &attr);
	if (fd < 0) {
		fprintf(stderr, "judge: the types are refused: %s\n", strerror(errno));
		exit(2);
	}
	free(blob);
	return fd;
}

int main(void)
{
	static char log[LOG_SIZE];
	uint32_t map_count = read_word();
	int *maps = calloc(map_count + 1, sizeof(*maps));
	uint32_t count;
	int btf;

	if (!maps)
		return 2;
	for (uint32_t i = 0; i < map_count; i++)
		maps[i] = map__create();
	btf = btf__load();
	count = read_word();
	for (uint32_t i = 0; i < count; i++) {
		union bpf_attr attr = { 0 };
		struct bpf_func_info *functions;
		struct bpf_insn *insns;
		int fd, error;

		attr.prog_type = read_word();
		attr.expected_attach_type = read_word();
		attr.attach_btf_id = read_word();
		attr.log_level = read_word();
		attr.func_info_cnt = read_word();
		functions = calloc(attr.func_info_cnt + 1, sizeof(*functions));
		if (!functions)
			return 2;
		read_all(functions, attr.func_info_cnt * sizeof(*functions));
		if (attr.func_info_cnt > 0) {
			attr.prog_btf_fd = btf;
			attr.func_info_rec_size = sizeof(*functions);
			attr.func_info = (uintptr_t)functions;
		}
		attr.insn_cnt = read_word();
		insns = calloc(attr.insn_cnt + 1, sizeof(*insns));
		if (!insns)
			return 2;
		read_all(insns, attr.insn_cnt * sizeof(*insns));
		for (uint32_t n = 0; n < attr.insn_cnt; n++) {
			if (insns[n].code != (BPF_LD | BPF_IMM | BPF_DW))
				continue;
			if ((insns[n].src_reg == BPF_PSEUDO_MAP_FD || insns[n].src_reg == BPF_PSEUDO_MAP_VALUE) &&
			    (uint32_t)insns[n].imm < map_count)
				insns[n].imm = maps[insns[n].imm];
			n++;
		}
		attr.insns = (uintptr_t)insns;
		attr.license = (uintptr_t)"GPL";
		attr.log_buf = (uintptr_t)log;
		attr.log_size = sizeof(log);
		log[0] = '\0';
		fd = bpf(BPF_PROG_LOAD, &attr);
		error = fd < 0 ? errno : 0;
		if (fd >= 0)
			close(fd);
		printf("%d %zu\n", error, strlen(log));
		fwrite(log, 1, strlen(log), stdout);
		printf("\n");
		free(insns);
		free(functions);
	}
	return 0;
}
