/* accepted: a read of bounded size */
#include "program.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} events SEC(".maps");

struct event {
	__u64 time;
	__u32 pid;
	char comm[16];
	char name[64];
};

SEC("kprobe/vfs_write")
int written(struct pt_regs *ctx)
{
	char data[64];
	__u64 size = PT_REGS_PARM3(ctx);

	if (size > sizeof(data))
		size = sizeof(data);
	if (bpf_probe_read_user(data, size, (void *)PT_REGS_PARM2(ctx)))
		return 0;
	bpf_ringbuf_output(&events, data, sizeof(data), 0);
	return 0;
}
