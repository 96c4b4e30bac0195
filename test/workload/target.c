/* What the tests of functions trace: target ROUNDS calls work() so often; it reads a file, sleeps and burns a little. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

volatile long counter = 41;
static volatile sig_atomic_t signals;

static void on_signal(int number)
{
	(void)number;
	signals++;
}

__attribute__((noinline)) long work(long round, const char *text)
{
	char buffer[16];
	int fd = open("/etc/target.txt", O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, buffer, sizeof(buffer));

	if (fd >= 0)
		close(fd);
	counter++;
	return n + round + text[0];
}

__attribute__((noinline)) long burn(long n)
{
	volatile long sum = 0;

	for (long i = 0; i < n; i++)
		sum += i;
	return sum;
}

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? atol(argv[1]) : 1;
	struct timespec nap = { .tv_nsec = 1000000 };
	long sum = 0;

	signal(SIGUSR1, on_signal);
	for (long i = 0; i < rounds; i++) {
		sum += work(i, "text of the caller");
		nanosleep(&nap, NULL);
	}
	if (argc > 2)
		sum += burn(atol(argv[2]));
	fprintf(stderr, "signals %d session %d\n", signals, getsid(0));
	return sum == -1;
}
