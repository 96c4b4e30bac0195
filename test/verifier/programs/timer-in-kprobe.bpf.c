/* refused: a map with timers in a program that may not use them */
#include "program.h"

struct value {
	struct bpf_timer timer;
	__u64 count;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct value);
} timers SEC(".maps");

SEC("kprobe/vfs_read")
int counted(struct pt_regs *ctx)
{
	__u32 key = 0;
	struct value *value = bpf_map_lookup_elem(&timers, &key);

	if (value)
		value->count++;
	return 0;
}
