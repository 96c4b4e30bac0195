/*
 * events VERB=N …: does each thing N times, in the order given, the same each time; what traced programs count.
 *   reads writes opens missing getpids closes calls fails lists advises naps pages stores kills forks threads probes sends
 *   burns (milliseconds) uid (becomes it) stops (until SIGCONT) says execs
 * Nothing else of note happens between them. Static, without PIE, with frame pointers: its addresses are known.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OUT_OF_LINE __attribute__((noinline, noclone))
#define KEEP_FRAME __asm__ volatile("" ::: "memory")

struct point {
	int32_t x;
	uint8_t color;
	char name[8];
	int64_t far[3];
	struct point *next;
};

volatile long counter = 41;
volatile int small = -7;
uint8_t bytes[8] = { 1, 2, 0xff, 0, 'a', 'b', ' ', '\n' };
struct point last = { -3, 200, "last", { 1, -2, 3 }, NULL };
struct point first = { 7, 3, "first", { 10, 20, 30 }, &last };
const char *words[] = { "one", "two", "three", NULL };
volatile sig_atomic_t signals;

/* Functions that user probes attach to. */
OUT_OF_LINE long inner(long a, const char *text, uint8_t narrow, int negative, struct point *point, uint64_t wide)
{
	KEEP_FRAME;
	counter++;
	return a + text[0] + narrow + negative + point->x + (long)wide;
}
OUT_OF_LINE long middle(long a)
{
	long sum = inner(a, "some text of the caller", 250, -5, &first, 1ULL << 40);

	KEEP_FRAME;
	return sum;
}
OUT_OF_LINE long outer(long a)
{
	long sum = middle(a);

	KEEP_FRAME;
	return sum;
}
OUT_OF_LINE int fails(int a)
{
	KEEP_FRAME;
	return -a;
}
OUT_OF_LINE void many(const char **list, uint8_t *data)
{
	__asm__ volatile("" ::"r"(list), "r"(data) : "memory");
}

static void on_signal(int number)
{
	signals += number;
}
static void *thread_main(void *unused)
{
	prctl(PR_SET_NAME, "a-thread");
	outer(1000);
	return unused;
}
static void check(int failed, const char *what)
{
	if (failed) {
		perror(what);
		exit(1);
	}
}

static volatile __attribute__((used, section(".probes"))) unsigned short guard;
#define NOTE(provider, name, semaphore, args) \
	"990: nop\n.pushsection .note.stapsdt,\"?\",\"note\"\n.balign 4\n" \
	".4byte 992f-991f, 994f-993f, 3\n991: .asciz \"stapsdt\"\n992: .balign 4\n" \
	"993: .8byte 990b\n.8byte _.stapsdt.base\n.8byte " semaphore "\n.asciz \"" provider "\"\n.asciz \"" name "\"\n" \
	".asciz \"" args "\"\n994: .balign 4\n.popsection\n" \
	".ifndef _.stapsdt.base\n.pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n" \
	".weak _.stapsdt.base\n.hidden _.stapsdt.base\n_.stapsdt.base: .space 1\n.size _.stapsdt.base, 1\n.popsection\n.endif\n"

OUT_OF_LINE static void static_probe(int i)
{
	signed char narrow = -1;
	const char *text = words[i % 3];

	__asm__ volatile(NOTE("mine", "step", "0", "-4@%[i] 8@%[t] -1@%[c] -4@$-42 8@(%[w],%[k],8)")
			 ::[i] "r"(i), [t] "r"(text), [c] "q"(narrow), [w] "r"(words), [k] "r"((long)i % 3) : "memory");
	if (guard)
		__asm__ volatile(NOTE("mine", "guarded", "guard", "2@%w[g] -4@%[i]")::[g] "r"(guard), [i] "r"(i) : "memory");
	__asm__ volatile(NOTE("mine", "global", "0", "8@counter(%%rip)")::"m"(counter) : "memory");
	__asm__ volatile(NOTE("mine", "wide", "0", "8@%[w] 4@$-1 2@$65535 -8@%[w]")::[w] "r"(1ULL << 63 | i) : "memory");
	__asm__ volatile(NOTE("other", "step", "0", "4@%[i]")::[i] "r"(i + 100) : "memory");
}

OUT_OF_LINE static void send_to_self(long count)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(4242), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int receiver = socket(AF_INET, SOCK_DGRAM, 0), sender = socket(AF_INET, SOCK_DGRAM, 0);
	char data[100] = "datagram";

	check(receiver < 0 || sender < 0 || bind(receiver, (void *)&to, sizeof(to)), "bind");
	for (long i = 0; i < count; i++) {
		check(sendto(sender, data, 10 + i, 0, (void *)&to, sizeof(to)) < 0, "sendto");
		check(recv(receiver, data, sizeof(data), 0) < 0, "recv");
	}
	close(sender);
	close(receiver);
}

static void run(const char *verb, long n, char **argv)
{
	static volatile long *place;
	char buffer[4096] = { 0 }, path[64];
	int fd = -1;

	if (!strcmp(verb, "reads") || !strcmp(verb, "writes"))
		check((fd = open("/tmp/events.data", O_RDWR)) < 0, "/tmp/events.data");
	if (!strcmp(verb, "pages")) {
		char *area = mmap(NULL, n << 12, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		madvise(area, n << 12, MADV_NOHUGEPAGE);
		for (long i = 0; i < n; i++)
			((volatile char *)area)[i << 12] = 1;
		munmap(area, n << 12);
		return;
	}
	if (!strcmp(verb, "sends"))
		return send_to_self(n);
	if (!strcmp(verb, "burns")) {
		struct timespec from, now;
		clock_gettime(CLOCK_MONOTONIC, &from);
		do
			clock_gettime(CLOCK_MONOTONIC, &now);
		while ((now.tv_sec - from.tv_sec) * 1000 + (now.tv_nsec - from.tv_nsec) / 1000000 < n);
		return;
	}
	if (!strcmp(verb, "uid")) {
		check(setgid(n) || setuid(n), "setuid");
		return;
	}
	for (long i = 0; i < n; i++) {
		if (!strcmp(verb, "reads"))
			check(pread(fd, buffer, 16 << i % 3, 0) < 0, "pread");
		else if (!strcmp(verb, "writes"))
			check(pwrite(fd, "written", 7, 100 + i) != 7, "pwrite");
		else if (!strcmp(verb, "opens"))
			snprintf(path, sizeof(path), "/tmp/events.%ld", i), close(open(path, O_CREAT | O_RDWR, 0600));
		else if (!strcmp(verb, "missing"))
			check(open("/tmp/there-is-no-such-file", O_RDONLY) >= 0, "missing");
		else if (!strcmp(verb, "getpids"))
			syscall(SYS_getpid);
		else if (!strcmp(verb, "closes"))
			syscall(SYS_close, 1000 + i);
		else if (!strcmp(verb, "calls"))
			outer(i);
		else if (!strcmp(verb, "fails"))
			fails(i);
		else if (!strcmp(verb, "lists"))
			many(words, bytes);
		else if (!strcmp(verb, "naps"))
			nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
		else if (!strcmp(verb, "stores")) {
			if (!place)
				place = mmap((void *)0x10000000, 4096, PROT_READ | PROT_WRITE,
					     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
			*place = i;
		} else if (!strcmp(verb, "kills"))
			check(kill(getpid(), SIGUSR2), "kill");
		else if (!strcmp(verb, "forks")) {
			pid_t child = fork();
			if (!child)
				_exit(3);
			check(waitpid(child, NULL, 0) != child, "waitpid");
		} else if (!strcmp(verb, "threads")) {
			pthread_t thread;
			check(pthread_create(&thread, NULL, thread_main, NULL), "thread");
			pthread_join(thread, NULL);
		} else if (!strcmp(verb, "probes"))
			static_probe(i);
		else if (!strcmp(verb, "advises"))
			check(posix_fadvise(fd, 4096 * i, 100, POSIX_FADV_SEQUENTIAL) == ENOSYS, "fadvise");
		else if (!strcmp(verb, "stops"))
			raise(SIGSTOP);
		else if (!strcmp(verb, "says"))
			fprintf(stderr, "counter %ld small %d signals %d session %d\n", counter, small, signals, getsid(0));
		else if (!strcmp(verb, "execs"))
			execve(argv[0], (char *[]){ argv[0], "getpids=1", "a b", "", "last", NULL }, NULL);
		else {
			fprintf(stderr, "events: what is %s?\n", verb);
			exit(2);
		}
	}
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	signal(SIGUSR1, on_signal);
	signal(SIGUSR2, on_signal);
	for (int i = 1; i < argc; i++) {
		char *count = strchr(argv[i], '=');

		if (!count)
			continue;
		*count = 0;
		run(argv[i], atol(count + 1), argv);
	}
	return 0;
}
