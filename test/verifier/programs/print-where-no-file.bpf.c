/* refused: printing into a file is for iterators only */
#include "program.h"
#include "iterator-types.h"

SEC("tp_btf/sched_switch")
int BPF_PROG(switched, int preempt, struct seq_file *prev, struct task_struct *next)
{
	__u64 one = 1;

	bpf_seq_write(prev, &one, sizeof(one));
	return 0;
}
