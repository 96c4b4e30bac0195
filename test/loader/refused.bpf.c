// Test material: a field that no kernel has, a read that no verifier allows, a loop that it cannot see ending, and a tracepoint's fields.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#ifdef NO_FIELD
struct task_struct {
	int pid;
	int nosuch;
} __attribute__((preserve_access_index));

SEC("raw_tp/tracelet_begin")
int refused(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	int pid, nosuch;

	bpf_core_read(&pid, sizeof(pid), &task->pid);
	bpf_core_read(&nosuch, sizeof(nosuch), &task->nosuch);
	return pid + nosuch;
}
#endif

#ifdef BAD_READ
SEC("raw_tp/tracelet_begin")
int refused(void *ctx)
{
	volatile long *bad = (void *)bpf_get_current_task();

	return *bad;
}
#endif

#ifdef ENDLESS
SEC("raw_tp/tracelet_begin")
int refused(void *ctx)
{
	while (bpf_ktime_get_ns())
		;
	return 0;
}
#endif

#ifdef TRACEPOINT
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 8);
	__uint(max_entries, 1);
} seen SEC(".maps");

/* the compiler's idea of the event: `flags` at 8, where kernels have the system call's number */
struct openat {
	__u64 common;
	__u64 flags;
};

SEC("tracepoint/syscalls/sys_enter_openat")
int on_openat(struct openat *ctx)
{
	__u32 zero = 0;
	__u64 flags = ctx->flags;

	bpf_map_update_elem(&seen, &zero, &flags, 0);
	return 1;
}
#endif

char _license[] SEC("license") = "GPL";
