/* refused: a map with locks in a socket filter */
#include "program.h"

struct value {
	struct bpf_spin_lock lock;
	__u64 count;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct value);
} locked SEC(".maps");

SEC("socket")
int counted(struct __sk_buff *ctx)
{
	__u32 key = 0;
	struct value *value = bpf_map_lookup_elem(&locked, &key);

	if (value)
		value->count++;
	return 0;
}
