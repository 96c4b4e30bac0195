/* accepted: constant configuration decides what is verified */
#include "program.h"

const volatile int verbose = 0;
const volatile __u32 only_pid = 0;
__u64 seen = 0;

SEC("kprobe/vfs_read")
int read(struct pt_regs *ctx)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;

	if (only_pid && pid != only_pid)
		return 0;
	if (verbose)
		bpf_printk("read by %d", pid);
	__sync_fetch_and_add(&seen, 1);
	return 0;
}
