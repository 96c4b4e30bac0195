// Test material: a program for where functions are entered, one for where they return, and one that may stand for both.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(key_size, 8);
	__uint(value_size, 8);
	__uint(max_entries, 8);
} hits SEC(".maps");

static __always_inline int hit(__u64 key)
{
	__u64 one = 1, *at = bpf_map_lookup_elem(&hits, &key);

	if (at)
		*at += 1;
	else
		bpf_map_update_elem(&hits, &key, &one, BPF_ANY);
	return 0;
}

SEC("kprobe") int entered(void *ctx)
{
	return hit(1);
}
SEC("kretprobe") int returned(void *ctx)
{
	return hit(2);
}
SEC("kprobe") int both(void *ctx)
{
#ifdef REFUSED
	return *(volatile int *)bpf_get_current_task();
#else
	return hit(3);
#endif
}

char _license[] SEC("license") = "GPL";
