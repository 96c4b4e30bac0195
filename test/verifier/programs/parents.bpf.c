/* accepted: a chain of parents read field by field */
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
} found SEC(".maps");

SEC("raw_tp/sched_switch")
int switched(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (void *)ctx->args[1];
	__u32 key = BPF_CORE_READ(task, pid), value = BPF_CORE_READ(task, real_parent, real_parent, tgid);

	bpf_map_update_elem(&found, &key, &value, BPF_ANY);
	return 0;
}
