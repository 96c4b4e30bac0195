// SPDX-License-Identifier: Apache-2.0
#include "feature.h"

#include <errno.h>
#include <unistd.h>
#include <bpf/bpf.h>

bool feature__kprobe_multi(void)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	/* an address list that cannot be read: only a kernel that knows the link type comes as far as EFAULT */
	LIBBPF_OPTS(bpf_link_create_opts, link, .kprobe_multi.cnt = 1, .kprobe_multi.addrs = (const unsigned long *)1);
	LIBBPF_OPTS(bpf_prog_load_opts, load, .expected_attach_type = BPF_TRACE_KPROBE_MULTI);
	int prog, fd, err;

	prog = bpf_prog_load(BPF_PROG_TYPE_KPROBE, "probe_multi", "GPL", insns, ARRAY_LEN(insns), &load);
	if (prog < 0)
		return false;
	fd = bpf_link_create(prog, 0, BPF_TRACE_KPROBE_MULTI, &link);
	err = errno;
	if (fd >= 0)
		close(fd);
	close(prog);
	return fd >= 0 || err == EFAULT;
}

bool feature__large_keys(u32 size)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "probe_key", size, 4, 1, NULL);

	if (fd >= 0)
		close(fd);
	return fd >= 0 || errno != E2BIG;
}
