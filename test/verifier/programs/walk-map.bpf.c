/* accepted: a walk over a map */
#include "program.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

struct state {
	__u64 most;
};

static long largest(void *map, const void *key, void *value, void *data)
{
	struct state *state = data;
	__u64 count = *(__u64 *)value;

	if (count > state->most)
		state->most = count;
	return 0;
}

SEC("perf_event")
int tick(void *ctx)
{
	struct state state = {};

	bpf_for_each_map_elem(&counts, largest, &state, 0);
	return state.most > 100;
}
