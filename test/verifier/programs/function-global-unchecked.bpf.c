/* refused: a global function that does not check its argument */
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct pair {
	int a, b;
};

__attribute__((noinline)) int total(struct pair *pair)
{
	return pair->a + pair->b;
}

SEC("raw_tp/sys_enter")
int sum(void *ctx)
{
	struct pair pair = { bpf_get_prandom_u32(), 5 };

	return total(&pair);
}
