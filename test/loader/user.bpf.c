// Test material: uprobes on target.c. Every call submits a record; FLOOD submits many.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#ifdef PERF
struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} events SEC(".maps");
#define OUTPUT(ctx, e) bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &e, sizeof(e))
#else
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");
#define OUTPUT(ctx, e) bpf_ringbuf_output(&events, &e, sizeof(e), 0)
#endif

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(key_size, 4);
	__uint(value_size, 127 * 8);
	__uint(max_entries, 1024);
} stack_127 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(key_size, 8);
	__uint(value_size, 8);
	__uint(max_entries, 64);
} stacks SEC(".maps");

struct {
	__u64 dropped, ret_dropped;
} bss;

struct call {
	__u32 id, zero;
	__s64 argument;
	__u64 ip;
	__u32 tgid, pad;
	__s32 stack;
	__u32 stack_tgid;
};

SEC("uprobe/work")
int on_work(struct pt_regs *ctx)
{
	struct call e = { .id = 1, .argument = (int)PT_REGS_PARM1(ctx), .ip = PT_REGS_IP(ctx) };
	struct {
		__s32 stack;
		__u32 tgid;
	} key;
	__u64 one = 1, *at;

	e.tgid = bpf_get_current_pid_tgid() >> 32;
	e.stack = bpf_get_stackid(ctx, &stack_127, BPF_F_USER_STACK);
	e.stack_tgid = e.tgid;
	key.stack = e.stack;
	key.tgid = e.tgid;
	at = bpf_map_lookup_elem(&stacks, &key);
	if (at)
		*at += 1;
	else
		bpf_map_update_elem(&stacks, &key, &one, BPF_ANY);
#ifdef FLOOD
#pragma unroll
	for (int i = 0; i < FLOOD; i++)
#endif
	{
		if (OUTPUT(ctx, e))
			__sync_fetch_and_add(&bss.dropped, 1);
	}
	return 0;
}

SEC("uretprobe/leaf")
int on_return(struct pt_regs *ctx)
{
	struct call e = { .id = 2, .argument = (int)PT_REGS_RC(ctx) };

	if (OUTPUT(ctx, e))
		__sync_fetch_and_add(&bss.ret_dropped, 1);
	return 0;
}

char _license[] SEC("license") = "GPL";
