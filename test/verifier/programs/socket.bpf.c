/* accepted: bytes of packets counted by protocol */
#include "program.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u64);
} bytes SEC(".maps");

SEC("socket")
int count(struct __sk_buff *skb)
{
	__u32 key = skb->protocol & 255;
	__u64 *value = bpf_map_lookup_elem(&bytes, &key);

	if (value)
		__sync_fetch_and_add(value, skb->len);
	return 0;
}
