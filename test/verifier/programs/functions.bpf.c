/* accepted: functions of its own, verified with their callers */
#include "program.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

static __attribute__((noinline)) __u64 scale(__u64 value, __u32 by)
{
	return by ? value / by : value;
}

static __attribute__((noinline)) int store(__u32 *key, __u64 value)
{
	return bpf_map_update_elem(&counts, key, &value, BPF_ANY);
}

SEC("kprobe/vfs_read")
int read(struct pt_regs *ctx)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;

	return store(&pid, scale(PT_REGS_PARM3(ctx), pid & 7));
}
