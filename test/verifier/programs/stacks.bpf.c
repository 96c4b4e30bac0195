/* accepted: stacks of a sampled kernel */
#include "program.h"

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 1024);
	__uint(key_size, 4);
	__uint(value_size, 127 * 8);
} stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

SEC("perf_event")
int sample(struct bpf_perf_event_data *ctx)
{
	int id = bpf_get_stackid(ctx, &stacks, 0);
	__u64 one = 1, *count;

	if (id < 0)
		return 0;
	count = bpf_map_lookup_elem(&counts, &id);
	if (count)
		(*count)++;
	else
		bpf_map_update_elem(&counts, &id, &one, BPF_ANY);
	return 0;
}
