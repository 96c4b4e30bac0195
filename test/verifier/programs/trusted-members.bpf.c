/* accepted: members that keep the trust of their owner, five steps deep */
#include "program.h"
#include "cgroup-types.h"

__u64 sum;

SEC("tp_btf/sched_switch")
int BPF_PROG(switched, int preempt, struct task_struct *prev, struct task_struct *next)
{
	sum += prev->cgroups->dfl_cgrp->level;
	sum += next->real_parent->group_leader->pid;
	sum += prev->cgroups->dfl_cgrp->kn->flags;
	return 0;
}
