/* A ring buffer and the event that goes into it. */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} events SEC(".maps");

struct event {
	__u64 time;
	__u32 pid;
	char comm[16];
	char name[64];
};
