/* accepted: global functions, verified on their own */
#include "program.h"

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
