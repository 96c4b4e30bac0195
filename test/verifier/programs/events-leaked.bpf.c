/* refused: an event that is not sent */
#include "program.h"
#include "event-ring.h"

SEC("tracepoint/syscalls/sys_enter_openat")
int opened(void *ctx)
{
	const char *name = *(const char **)(ctx + 24);
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	e->time = bpf_ktime_get_ns();
	e->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_probe_read_user_str(e->name, sizeof(e->name), name);
	return 0;
}
