/* refused: the path of a file that may be null */
#include "program.h"
#include "iterator-types.h"

SEC("iter/task_file")
int each(struct bpf_iter__task_file *ctx)
{
	char text[64] = {};

	bpf_d_path(&ctx->file->f_path, text, sizeof(text));
	bpf_seq_write(ctx->meta->seq, text, sizeof(text));
	return 0;
}
