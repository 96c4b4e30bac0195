/* accepted: a bounded comparison of names */
#include "program.h"

const volatile char wanted[16] = "bash";

SEC("tracepoint/sched/sched_switch")
int switched(void *ctx)
{
	char comm[16];

	bpf_get_current_comm(comm, sizeof(comm));
	for (int i = 0; i < 16; i++) {
		if (comm[i] != wanted[i])
			return 0;
		if (!comm[i])
			break;
	}
	return 1;
}
