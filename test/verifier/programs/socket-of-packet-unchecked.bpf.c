/* refused: a pointer that may be null although its owner is trusted, not checked */
#include "program.h"
#include "socket-types.h"

__u64 types;

SEC("tp_btf/netif_receive_skb")
int BPF_PROG(received, struct sk_buff *skb)
{
	types += skb->sk->sk_type;
	return 0;
}
