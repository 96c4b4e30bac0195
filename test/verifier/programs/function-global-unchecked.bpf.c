/* refused: a global function that does not check its argument */
#include "program.h"

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
