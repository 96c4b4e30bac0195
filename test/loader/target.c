// Test material: a program to trace. It calls work(1) … work(n) and leaves with status 7, or runs until a signal:
// -1 slowly, -2 as fast as it can.
#include <stdlib.h>
#include <unistd.h>

__attribute__((noinline)) int leaf(int n)
{
	__asm__ volatile("" ::: "memory");
	return n + 1;
}

__attribute__((noinline)) int work(int n)
{
	int result = leaf(n);

	__asm__ volatile("" ::: "memory");
	return result;
}

int main(int argc, char **argv)
{
	int times = argc > 1 ? atoi(argv[1]) : 3;

	for (int i = 1; times < 0 || i <= times; i++) {
		work(i);
		if (times == -1)
			usleep(1000);
	}
	return 7;
}
