/* accepted: the current task and its parent, read directly */
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct kernfs_node {
	unsigned short flags;
} __attribute__((preserve_access_index));

struct cgroup {
	int level;
	struct kernfs_node *kn;
} __attribute__((preserve_access_index));

struct css_set {
	struct cgroup *dfl_cgrp;
} __attribute__((preserve_access_index));

struct task_struct {
	int pid;
	char comm[16];
	struct css_set *cgroups;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
} __attribute__((preserve_access_index));

__u64 sum;

SEC("raw_tp/sched_switch")
int switched(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task_btf();

	sum += task->real_parent->pid;
	return 0;
}
