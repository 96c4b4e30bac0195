/* Sockets and packets: the members that are read. */

struct sock {
	unsigned short sk_type;
} __attribute__((preserve_access_index));

struct sk_buff {
	unsigned int len;
	struct sock *sk;
} __attribute__((preserve_access_index));
