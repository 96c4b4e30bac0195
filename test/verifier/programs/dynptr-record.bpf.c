/* accepted: a record of a size that is known at run time only */
#include "program.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} events SEC(".maps");

SEC("raw_tp/sched_switch")
int switched(void *ctx)
{
	struct bpf_dynptr record;
	__u64 now = bpf_ktime_get_ns();
	__u32 *first;

	if (bpf_ringbuf_reserve_dynptr(&events, 8 + (now & 0xff), 0, &record) < 0) {
		bpf_ringbuf_discard_dynptr(&record, 0);
		return 0;
	}
	bpf_dynptr_write(&record, 0, &now, sizeof(now), 0);
	first = bpf_dynptr_data(&record, 0, sizeof(*first));
	if (first)
		*first = 1;
	bpf_ringbuf_submit_dynptr(&record, 0);
	return 0;
}
