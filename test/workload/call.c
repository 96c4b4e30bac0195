/*
 * call COUNT [MICROSECONDS]: calls work(i) COUNT times, for uprobes. Arguments are i * 2654435761 mod 2^16, so that
 * histograms are the same each time. Prints the nanoseconds per call.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

__attribute__((noinline)) long work(long n)
{
	__asm__ volatile("" ::: "memory");
	return n + 1;
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 1, pause = argc > 2 ? atol(argv[2]) : 0, sum = 0;
	struct timespec from, to;

	if (pause)
		usleep(pause);
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (long i = 0; i < count; i++)
		sum += work((i * 2654435761UL) & 0xffff);
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%.1f\n", ((to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec)) / (count ? count : 1));
	return sum == 42;
}
