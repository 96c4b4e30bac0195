/* See first.c. */
struct shared {
	int value;
};

static __attribute__((noinline)) int same(int a, struct shared *second)
{
	asm volatile("" ::: "memory");
	return a + second->value;
}

__attribute__((noinline)) int second_file(int x)
{
	struct shared two = { x };

	asm volatile("" ::"r"(&two) : "memory");
	return same(x, &two);
}
