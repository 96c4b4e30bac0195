/* refused: a kernel structure is written by a helper */
#include "program.h"
#include "cgroup-types.h"

__u64 sum;

SEC("tp_btf/sched_switch")
int BPF_PROG(switched, int preempt, struct task_struct *prev, struct task_struct *next)
{
	bpf_get_current_comm(&prev->comm, sizeof(prev->comm));
	return 0;
}
