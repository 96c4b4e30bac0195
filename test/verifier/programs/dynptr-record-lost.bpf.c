/* refused: a record is not given back where its reservation failed */
#include "program.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} events SEC(".maps");

SEC("raw_tp/sched_switch")
int switched(void *ctx)
{
	struct bpf_dynptr record;

	if (bpf_ringbuf_reserve_dynptr(&events, 64, 0, &record) < 0)
		return 0;
	bpf_ringbuf_submit_dynptr(&record, 0);
	return 0;
}
