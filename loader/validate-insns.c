// SPDX-License-Identifier: Apache-2.0
/* Form of instructions, and which helpers they call. What they do is the verifier's business. */
#include "validate.h"

#include <string.h>
#include <linux/bpf.h>

enum { HELPER_UNSAFE = 1 };

/*
 * Helpers that a tracing program may call. Unsafe ones change the traced system: only in objects compiled with
 * --unsafe. All others (networking, sockets, cgroup policy, LSM, syscalls from BPF) are refused.
 */
#define HELPERS(X)                                                                                                         \
	X(map_lookup_elem, 0) X(map_update_elem, 0) X(map_delete_elem, 0) X(probe_read, 0) X(ktime_get_ns, 0)              \
	X(trace_printk, 0) X(get_prandom_u32, 0) X(get_smp_processor_id, 0) X(tail_call, 0) X(get_current_pid_tgid, 0)     \
	X(get_current_uid_gid, 0) X(get_current_comm, 0) X(perf_event_read, 0) X(perf_event_output, 0) X(get_stackid, 0)   \
	X(get_current_task, 0) X(probe_write_user, HELPER_UNSAFE) X(current_task_under_cgroup, 0) X(get_numa_node_id, 0)   \
	X(probe_read_str, 0) X(perf_event_read_value, 0) X(perf_prog_read_value, 0) X(override_return, HELPER_UNSAFE)      \
	X(get_socket_cookie, 0) X(get_stack, 0) X(get_current_cgroup_id, 0) X(map_push_elem, 0) X(map_pop_elem, 0)         \
	X(map_peek_elem, 0) X(spin_lock, 0) X(spin_unlock, 0) X(strtol, 0) X(strtoul, 0) X(send_signal, HELPER_UNSAFE)     \
	X(skb_output, 0) X(probe_read_user, 0) X(probe_read_kernel, 0) X(probe_read_user_str, 0)                           \
	X(probe_read_kernel_str, 0) X(send_signal_thread, HELPER_UNSAFE) X(jiffies64, 0) X(read_branch_records, 0)         \
	X(get_ns_current_pid_tgid, 0) X(xdp_output, 0) X(get_current_ancestor_cgroup_id, 0) X(ktime_get_boot_ns, 0)        \
	X(seq_printf, 0) X(seq_write, 0) X(ringbuf_output, 0) X(ringbuf_reserve, 0) X(ringbuf_submit, 0)                   \
	X(ringbuf_discard, 0) X(ringbuf_query, 0) X(skc_to_tcp6_sock, 0) X(skc_to_tcp_sock, 0)                             \
	X(skc_to_tcp_timewait_sock, 0) X(skc_to_tcp_request_sock, 0) X(skc_to_udp6_sock, 0) X(get_task_stack, 0)           \
	X(d_path, 0) X(copy_from_user, 0) X(snprintf_btf, 0) X(seq_printf_btf, 0) X(per_cpu_ptr, 0) X(this_cpu_ptr, 0)     \
	X(task_storage_get, 0) X(task_storage_delete, 0) X(get_current_task_btf, 0) X(ktime_get_coarse_ns, 0)              \
	X(for_each_map_elem, 0) X(snprintf, 0) X(task_pt_regs, 0) X(get_branch_snapshot, 0) X(trace_vprintk, 0)            \
	X(kallsyms_lookup_name, 0) X(find_vma, 0) X(loop, 0) X(strncmp, 0) X(get_func_ip, 0) X(get_attach_cookie, 0)       \
	X(get_func_arg, 0) X(get_func_ret, 0) X(get_func_arg_cnt, 0) X(copy_from_user_task, 0) X(map_lookup_percpu_elem, 0) \
	X(ktime_get_tai_ns, 0) X(skc_to_mptcp_sock, 0) X(skc_to_unix_sock, 0)

static const struct {
	u32 id;
	u32 flags;
	const char *name;
} helpers[] = {
#define X(name, flags) { BPF_FUNC_##name, flags, #name },
	HELPERS(X)
#undef X
};

const char *helper__name(u32 id)
{
	for (size_t i = 0; i < ARRAY_LEN(helpers); i++)
		if (helpers[i].id == id)
			return helpers[i].name;
	return NULL;
}

static char *check_call(const struct bpf_insn *insn, const char *section, bool *has_unsafe_helper)
{
	if (insn->src_reg == BPF_PSEUDO_CALL)
		return NULL;
	if (insn->src_reg)
		return mem__format("'%.60s' calls a kernel function directly, which this loader does not allow", section);
	for (size_t i = 0; i < ARRAY_LEN(helpers); i++) {
		if (helpers[i].id != (u32)insn->imm)
			continue;
		if (helpers[i].flags & HELPER_UNSAFE)
			*has_unsafe_helper = true;
		return NULL;
	}
	return mem__format("'%.60s' calls helper %d, which is not one for tracing", section, insn->imm);
}

char *validate__insns(const struct image *img, u32 section, bool *has_unsafe_helper)
{
	const Elf64_Shdr *sh = &img->sections[section];
	const struct bpf_insn *insns = (const void *)(img->data + sh->sh_offset);
	const char *name = image__section_name(img, section);
	u64 count = sh->sh_size / sizeof(*insns);

	for (u64 i = 0; i < count; i++) {
		const struct bpf_insn *insn = &insns[i];
		u8 class = BPF_CLASS(insn->code);
		char *error = NULL;

		if (insn->dst_reg > BPF_REG_10 || (insn->src_reg > BPF_REG_10))
			return mem__format("instruction %llu of '%.60s' names a register that does not exist", (unsigned long long)i, name);
		if (insn->code == (BPF_LD | BPF_IMM | BPF_DW)) {
			if (i + 1 == count || insn[1].code || insn[1].dst_reg || insn[1].src_reg || insn[1].off)
				return mem__format("instruction %llu of '%.60s' is cut", (unsigned long long)i, name);
			i++;
			continue;
		}
		/* the only other BPF_LD are the classic packet loads */
		if (class == BPF_LD || !insn->code)
			return mem__format("instruction %llu of '%.60s' is not one of eBPF", (unsigned long long)i, name);
		if (insn->code == (BPF_JMP | BPF_CALL))
			error = check_call(insn, name, has_unsafe_helper);
		if (error)
			return error;
	}
	return NULL;
}
