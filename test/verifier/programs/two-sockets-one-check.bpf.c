/* refused: one of two pointers that may be null is checked, the other is used */
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct sock {
	unsigned short sk_type;
} __attribute__((preserve_access_index));

struct sk_buff {
	unsigned int len;
	struct sock *sk;
} __attribute__((preserve_access_index));

__u64 types;

SEC("tp_btf/netif_receive_skb")
int BPF_PROG(received, struct sk_buff *skb)
{
	struct sock *first = skb->sk;
	struct sock *second;

	barrier_var(skb);
	second = skb->sk;
	barrier_var(first);
	if (!first)
		return 0;
	types += second->sk_type;
	return 0;
}
