// SPDX-License-Identifier: Apache-2.0
#include "seal.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "report.h"

#if defined(__aarch64__)
#define HOST_ARCH AUDIT_ARCH_AARCH64
#else
#define HOST_ARCH AUDIT_ARCH_X86_64
#endif

static const int allowed[] = {
	SYS_read, SYS_write, SYS_writev, SYS_pread64, SYS_lseek, SYS_close, SYS_openat, SYS_fstat, SYS_newfstatat, SYS_statx, SYS_getdents64,
	SYS_readlinkat, SYS_faccessat, SYS_fcntl, SYS_mmap, SYS_munmap, SYS_mremap, SYS_mprotect, SYS_madvise, SYS_brk, SYS_bpf, SYS_ioctl,
	SYS_epoll_ctl, SYS_epoll_pwait, SYS_ppoll, SYS_clock_gettime, SYS_clock_nanosleep, SYS_nanosleep, SYS_gettimeofday, SYS_rt_sigaction,
	SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_restart_syscall, SYS_getpid, SYS_getppid, SYS_gettid, SYS_clone, SYS_kill, SYS_tgkill, SYS_wait4, SYS_waitid, SYS_ptrace,
	SYS_pidfd_send_signal, SYS_futex, SYS_uname, SYS_getrandom, SYS_exit, SYS_exit_group, SYS_sched_yield, SYS_capget, SYS_capset,
#if defined(__x86_64__)
	SYS_open, SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_epoll_wait, SYS_poll, SYS_time,
#endif
};

static bool set_capabilities(u64 effective, u64 permitted)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ .effective = effective, .permitted = permitted },
		{ .effective = effective >> 32, .permitted = permitted >> 32 },
	};

	return !syscall(SYS_capset, &head, data);
}

static u64 get_permitted(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {};

	return syscall(SYS_capget, &head, data) ? 0 : (u64)data[1].permitted << 32 | data[0].permitted;
}

/* Before Linux 5.19, bpf(2) asked for CAP_BPF even to read a map whose descriptor one holds. */
static bool can_use_maps(const struct object *o)
{
	struct bpf_prog_info info = {};
	u32 size = sizeof(info);

	for (u32 i = 0; i < o->m->programs_len; i++)
		if (bpf_program__fd(o->programs[i]) >= 0)
			return !bpf_obj_get_info_by_fd(bpf_program__fd(o->programs[i]), &info, &size) || errno != EPERM;
	return true;
}

static void drop_capabilities(const struct object *o)
{
	const u64 bpf = 1ull << CAP_BPF, admin = 1ull << CAP_SYS_ADMIN;
	bool reads_processes = manifest__uses(o->m, VALUE_USYM, true) || manifest__uses(o->m, VALUE_STACK, true);
	bool reads_files = manifest__has_event(o->m, EVENT_CAT) || manifest__uses(o->m, VALUE_CGROUP_PATH, false);
	u64 have = get_permitted(), keep = 0;

	if (reads_processes)
		keep |= 1ull << CAP_SYS_PTRACE | 1ull << CAP_DAC_READ_SEARCH;
	if (reads_files)
		keep |= 1ull << CAP_DAC_READ_SEARCH;
	keep &= have;
	set_capabilities(keep, keep | (have & (bpf | admin)));
	if (!can_use_maps(o))
		keep |= have & (have & bpf ? bpf : admin);
	set_capabilities(keep, keep);
}

static void filter_calls(bool watches_child)
{
	struct sock_filter program[2 * ARRAY_LEN(allowed) + 8];
	struct sock_fprog all = { .filter = program };
	u16 n = 0;

	program[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
	program[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HOST_ARCH, 1, 0);
	program[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	program[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < ARRAY_LEN(allowed); i++) {
		if (allowed[i] == SYS_ptrace && !watches_child)
			continue;
		program[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (u32)allowed[i], 0, 1);
		program[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	}
	program[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	all.len = n;
	/* an older kernel or a container may refuse: then it runs without, as every tracer does */
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all);
}

void seal__process(const struct object *o, bool watches_child)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (manifest__has_event(o->m, EVENT_SYSTEM))
		return;
	drop_capabilities(o);
	filter_calls(watches_child);
}
