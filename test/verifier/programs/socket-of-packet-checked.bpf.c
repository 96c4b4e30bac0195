/* accepted: a pointer that may be null although its owner is trusted, checked */
#include "program.h"
#include "socket-types.h"

__u64 types;

SEC("tp_btf/netif_receive_skb")
int BPF_PROG(received, struct sk_buff *skb)
{
	struct sock *sk = skb->sk;

	if (sk)
		types += sk->sk_type;
	return 0;
}
