/*
 * tcp-send COUNT SIZE [ERRORS]: sends SIZE bytes COUNT times over a loopback TCP connection, reading them back; then
 * sends ERRORS times on a socket that is shut down (EPIPE). Deterministic: exactly COUNT calls of tcp_sendmsg() that
 * return SIZE, and ERRORS calls that return -32.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	exit(1);
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 1, size = argc > 2 ? atol(argv[2]) : 100, errors = argc > 3 ? atol(argv[3]) : 0;
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(argc > 4 ? atoi(argv[4]) : 0),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int listener, sender, receiver, on = 1, room = 4 << 20;
	char *data = calloc(1, size + 1);

	listener = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (void *)&address, length) || listen(listener, 1) ||
	    getsockname(listener, (void *)&address, &length))
		die("listen");
	sender = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(sender, (void *)&address, length))
		die("connect");
	receiver = accept(listener, NULL, NULL);
	if (receiver < 0)
		die("accept");
	setsockopt(sender, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(sender, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	for (long i = 0; i < count; i++) {
		if (send(sender, data, size, 0) != size)
			die("send");
		for (long got = 0; got < size;) {
			long n = recv(receiver, data, size - got, 0);
			if (n <= 0)
				die("recv");
			got += n;
		}
	}
	shutdown(sender, SHUT_WR);
	for (long i = 0; i < errors; i++)
		send(sender, data, size, MSG_NOSIGNAL);
	return 0;
}
