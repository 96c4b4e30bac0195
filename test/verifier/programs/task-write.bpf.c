/* refused: a typed argument written */
#include "program.h"

struct task_struct {
	int pid;
	int tgid;
	struct task_struct *real_parent;
	char comm[16];
} __attribute__((preserve_access_index));

SEC("tp_btf/sched_switch")
int switched(__u64 *ctx)
{
	struct task_struct *next = (void *)ctx[2];

	next->pid = 1;
	return 0;
}
