/* accepted: a walk with a callback */
#include "program.h"

struct state {
	__u64 sum;
	__u32 rounds;
};

static int add(__u32 round, void *data)
{
	struct state *state = data;

	state->sum += round;
	if (round & 1)
		state->rounds++;
	return state->rounds > 500;
}

SEC("raw_tp/sys_enter")
int sum(void *ctx)
{
	struct state state = {};

	bpf_loop(1000, add, &state, 0);
	return state.sum > 5;
}
