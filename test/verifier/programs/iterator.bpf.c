/* accepted: an iterator over tasks */
#include "program.h"

struct task_struct {
	int pid;
	int tgid;
	struct task_struct *real_parent;
	char comm[16];
} __attribute__((preserve_access_index));

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u32);
} parents SEC(".maps");

struct bpf_iter__task {
	void *meta;
	struct task_struct *task;
};

SEC("iter/task")
int each(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	__u32 key, value;

	if (!task)
		return 0;
	key = task->pid;
	value = task->real_parent->pid;
	bpf_map_update_elem(&parents, &key, &value, BPF_ANY);
	return 0;
}
