/* accepted: global functions, verified on their own */
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

__attribute__((noinline)) int square(int x)
{
	return x * x;
}

struct pair {
	int a, b;
};

__attribute__((noinline)) int total(struct pair *pair)
{
	if (!pair)
		return 0;
	return pair->a + pair->b;
}

SEC("raw_tp/sys_enter")
int sum(void *ctx)
{
	struct pair pair = { bpf_get_prandom_u32(), 5 };

	return square(3) + total(&pair);
}
