/* accepted: a loop that the compiler keeps */
#include "program.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64[64]);
} table SEC(".maps");

SEC("raw_tp/sys_enter")
int sum(void *ctx)
{
	__u32 zero = 0;
	__u64 total = 0, *words = bpf_map_lookup_elem(&table, &zero);

	if (!words)
		return 0;
#pragma clang loop unroll(disable)
	for (int i = 0; i < 64; i++)
		total += words[i];
	return total != 0;
}
