/* accepted: the current task and its parent, read directly */
#include "program.h"
#include "cgroup-types.h"

__u64 sum;

SEC("raw_tp/sched_switch")
int switched(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task_btf();

	sum += task->real_parent->pid;
	return 0;
}
