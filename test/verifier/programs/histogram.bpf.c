/* accepted: a histogram with a bounded slot */
#include "program.h"
#include "histogram.h"

SEC("kprobe/vfs_read")
int size(struct pt_regs *ctx)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32, slot = log2l(PT_REGS_PARM3(ctx));
	struct hist *hist = bpf_map_lookup_elem(&hists, &pid);

	if (!hist)
		return 0;
	if (slot >= 27)
		slot = 26;
	__sync_fetch_and_add(&hist->slots[slot], 1);
	return 0;
}
