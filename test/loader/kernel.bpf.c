// Test material: probes of every kind that a guest's kernel has, each counting in a map of its own.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(key_size, 8);
	__uint(value_size, 8);
	__uint(max_entries, 64);
} hits SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(key_size, 16);
	__uint(value_size, 8);
	__uint(max_entries, 1024);
} stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(key_size, 4);
	__uint(value_size, 127 * 8);
	__uint(max_entries, 1024);
} stack_127 SEC(".maps");

struct {
	__u64 dropped;
} bss;

static __always_inline int hit(__u64 key)
{
	__u64 one = 1, *at = bpf_map_lookup_elem(&hits, &key);

	if (at)
		*at += 1;
	else
		bpf_map_update_elem(&hits, &key, &one, BPF_ANY);
	return 0;
}

SEC("kprobe/vfs_read")
int k_one(struct pt_regs *ctx)
{
	struct {
		int id, pad;
		__u64 ip;
	} key = {};
	__u64 one = 1, *at;

	key.id = bpf_get_stackid(ctx, &stack_127, 0);
	key.ip = PT_REGS_IP(ctx);
	at = bpf_map_lookup_elem(&stacks, &key);
	if (at)
		*at += 1;
	else
		bpf_map_update_elem(&stacks, &key, &one, BPF_ANY);
	return hit(1);
}

SEC("kretprobe/vfs_read")
int kr_one(struct pt_regs *ctx)
{
	return hit(2);
}

SEC("kprobe/vfs_many")
int k_many(struct pt_regs *ctx)
{
	return hit(3);
}

SEC("kretprobe/vfs_many")
int kr_many(struct pt_regs *ctx)
{
	return hit(4);
}

SEC("tracepoint/syscalls/sys_enter_openat")
int tp_one(void *ctx)
{
	return hit(5) + 1;
}

SEC("tracepoint/sched/many")
int tp_many(void *ctx)
{
	return hit(6) + 1;
}

SEC("raw_tp/sched_switch")
int rt_one(void *ctx)
{
	return hit(7);
}

SEC("perf_event/profile")
int profile_one(void *ctx)
{
	return hit(8);
}

SEC("perf_event/software")
int software_one(void *ctx)
{
	return hit(9);
}

#ifdef FENTRY
SEC("fentry/vfs_read")
int fentry_one(void *ctx)
{
	return hit(10);
}

SEC("fexit/vfs_read")
int fexit_one(void *ctx)
{
	return hit(11);
}
#endif

SEC("perf_event/interval")
int interval_exit(void *ctx)
{
	struct {
		__u32 id, zero;
	} e = { 1, 0 };

	hit(12);
	if (bpf_ringbuf_output(&events, &e, sizeof(e), 0))
		bss.dropped++;
	return 0;
}

char _license[] SEC("license") = "GPL";
