/* accepted: the paths of open files */
#include "program.h"
#include "iterator-types.h"

SEC("iter/task_file")
int each(struct bpf_iter__task_file *ctx)
{
	struct file *file = ctx->file;
	char text[64] = {};

	if (!file)
		return 0;
	bpf_d_path(&file->f_path, text, sizeof(text));
	bpf_seq_write(ctx->meta->seq, text, sizeof(text));
	return 0;
}
