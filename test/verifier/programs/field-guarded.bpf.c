/* accepted: a member that no kernel has, guarded */
#include "program.h"

struct task_struct {
	int pid;
	int no_such_member;
} __attribute__((preserve_access_index));

SEC("tp_btf/sched_switch")
int switched(__u64 *ctx)
{
	struct task_struct *next = (void *)ctx[2];

	if (bpf_core_field_exists(next->no_such_member))
		return next->no_such_member;
	return 0;
}
