/* refused: a path where locks may be held */
#include "program.h"
#include "iterator-types.h"

SEC("tp_btf/sched_switch")
int BPF_PROG(switched, int preempt, struct file *prev, struct task_struct *next)
{
	char text[64] = {};

	bpf_d_path(&prev->f_path, text, sizeof(text));
	return 0;
}
