/* refused: a loop up to a number of which nothing is known */
#include "program.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64[64]);
} table SEC(".maps");

SEC("raw_tp/sys_enter")
int sum(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 zero = 0;
	__u64 total = 0, *words = bpf_map_lookup_elem(&table, &zero);

	if (!words)
		return 0;
#pragma clang loop unroll(disable)
	for (unsigned long i = 0; i < ctx->args[1]; i++)
		total += words[i];
	return total != 0;
}
