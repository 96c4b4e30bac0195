// SPDX-License-Identifier: Apache-2.0
#include "multi.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <bpf/bpf.h>

/* enum bpf_attach_type */
enum { TRACE_KPROBE_MULTI = 42, TRACE_UPROBE_MULTI = 48, TRACE_KPROBE_SESSION = 56 };
/* BPF_F_KPROBE_MULTI_RETURN, BPF_F_UPROBE_MULTI_RETURN */
enum { RETURNS = 1 };

/* The part of union bpf_attr that BPF_LINK_CREATE reads. */
struct link_create {
	u32 prog_fd, target_fd, attach_type, flags;
	union {
		struct {
			u32 flags, count;
			u64 names, addresses, cookies;
		} functions;
		struct {
			u64 path, offsets, semaphores, cookies;
			u32 count, flags, pid, none;
		} offsets;
	};
};

static const struct {
	const char *name;
	u32 attach_type;
} kinds[] = {
	[MULTI_KPROBE] = { "kprobe_multi", TRACE_KPROBE_MULTI },
	[MULTI_SESSION] = { "kprobe_session", TRACE_KPROBE_SESSION },
	[MULTI_UPROBE] = { "uprobe_multi", TRACE_UPROBE_MULTI },
};

enum multi multi__named(const char *name, size_t len)
{
	for (u32 i = MULTI_KPROBE; i < ARRAY_LEN(kinds); i++)
		if (strlen(kinds[i].name) == len && !memcmp(kinds[i].name, name, len))
			return i;
	return MULTI_NONE;
}

u32 multi__attach_type(enum multi how)
{
	return kinds[how].attach_type;
}

static int create(const struct link_create *attr)
{
	int fd = syscall(SYS_bpf, BPF_LINK_CREATE, attr, sizeof(*attr));

	return fd < 0 ? -errno : fd;
}

int multi__link_functions(int prog_fd, enum multi how, bool returns, const char *const *names, const u64 *cookies, u32 count)
{
	struct link_create attr = { .prog_fd = prog_fd, .attach_type = kinds[how].attach_type };

	attr.functions.flags = returns ? RETURNS : 0;
	attr.functions.count = count;
	attr.functions.names = (u64)(unsigned long)names;
	attr.functions.cookies = (u64)(unsigned long)cookies;
	return create(&attr);
}

int multi__link_offsets(int prog_fd, bool returns, const char *path, const u64 *offsets, const u64 *cookies, u32 count, u32 pid)
{
	struct link_create attr = { .prog_fd = prog_fd, .attach_type = TRACE_UPROBE_MULTI };

	attr.offsets.path = (u64)(unsigned long)path;
	attr.offsets.offsets = (u64)(unsigned long)offsets;
	attr.offsets.cookies = (u64)(unsigned long)cookies;
	attr.offsets.count = count;
	attr.offsets.flags = returns ? RETURNS : 0;
	attr.offsets.pid = pid;
	return create(&attr);
}

/* What a kernel that knows the link says of one that cannot be. */
static bool is_refused_with(int fd, int err)
{
	if (fd >= 0)
		close(fd);
	return fd == -err;
}

static bool ask(enum multi how, bool pid)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	static const u64 offset;
	LIBBPF_OPTS(bpf_prog_load_opts, load, .expected_attach_type = (enum bpf_attach_type)kinds[how].attach_type);
	int prog = bpf_prog_load(BPF_PROG_TYPE_KPROBE, "probe_multi", "GPL", insns, ARRAY_LEN(insns), &load);
	bool known;

	if (prog < 0)
		return false;
	if (how == MULTI_UPROBE) {
		/* no regular file; no process has this number, and kernels that filtered by thread looked for it */
		known = is_refused_with(multi__link_offsets(prog, false, "/", &offset, NULL, 1, 0), EBADF) &&
			(!pid || is_refused_with(multi__link_offsets(prog, false, "/", &offset, NULL, 1, -1), EINVAL));
	} else {
		struct link_create attr = { .prog_fd = prog, .attach_type = kinds[how].attach_type };

		/* a list that cannot be read */
		attr.functions.count = 1;
		attr.functions.addresses = 1;
		known = is_refused_with(create(&attr), EFAULT);
	}
	close(prog);
	return known;
}

bool multi__is_known(enum multi how, bool pid)
{
	static bool asked[ARRAY_LEN(kinds)], known[ARRAY_LEN(kinds)];

	if (!asked[how])
		known[how] = ask(how, pid);
	asked[how] = true;
	return known[how];
}
