/* accepted: a typed argument read directly */
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

SEC("tp_btf/sched_switch")
int switched(__u64 *ctx)
{
	struct task_struct *next = (void *)ctx[2];
	__u32 key = next->pid, value = next->real_parent->tgid;

	bpf_map_update_elem(&found, &key, &value, BPF_ANY);
	return 0;
}
