/* refused: one of two pointers that may be null is checked, the other is used */
#include "program.h"
#include "socket-types.h"

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
