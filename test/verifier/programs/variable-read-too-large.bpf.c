/* refused: a read with a bound beyond its memory */
#include "program.h"
#include "event-ring.h"

SEC("kprobe/vfs_write")
int written(struct pt_regs *ctx)
{
	char data[64];
	__u64 size = PT_REGS_PARM3(ctx);

	if (size > 128)
		size = 128;
	if (bpf_probe_read_user(data, size, (void *)PT_REGS_PARM2(ctx)))
		return 0;
	bpf_ringbuf_output(&events, data, sizeof(data), 0);
	return 0;
}
