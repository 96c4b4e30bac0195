/* With second.c: names that each file has for itself. Optimised, its functions lose what nobody uses. */
struct shared {
	long pad;
	int value;
};

int second_file(int x);

/* The compiler leaves `unused` out and moves the others up. */
static __attribute__((noinline)) int shrunk(int unused, long used, const char *text)
{
	asm volatile("" ::: "memory");
	return used + text[0];
}

static __attribute__((noinline)) int same(struct shared *first)
{
	asm volatile("" ::: "memory");
	return first->value;
}

__attribute__((noinline)) int first_file(struct shared *given)
{
	asm volatile("" ::: "memory");
	return same(given) + given->value;
}

int main(int argc, char **argv)
{
	struct shared one = { 1, 2 };

	return shrunk(argc, argc * 41, argv[0]) + first_file(&one) + second_file(argc) == 0;
}
