/* refused: an iterator prints into what is no file of its own */
#include "program.h"
#include "iterator-types.h"

SEC("iter/task")
int each(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	__u64 one = 1;

	if (!task)
		return 0;
	bpf_seq_write((void *)task, &one, sizeof(one));
	return 0;
}
