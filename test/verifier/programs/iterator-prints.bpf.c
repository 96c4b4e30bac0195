/* accepted: an iterator prints into its file */
#include "program.h"
#include "iterator-types.h"

SEC("iter/task")
int each(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;

	if (!task)
		return 0;
	BPF_SEQ_PRINTF(ctx->meta->seq, "%d %llu\n", task->pid, ctx->meta->seq_num);
	bpf_seq_write(ctx->meta->seq, task->comm, sizeof(task->comm));
	return 0;
}
