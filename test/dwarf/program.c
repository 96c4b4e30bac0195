/* Functions whose arguments are everywhere that the calling convention puts them, and the types that C has. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

enum color { RED, GREEN = 5, BLUE };
enum level { LOW = -1, HIGH = 1 };
struct point {
	int x, y;
};
struct waypoint {
	struct waypoint *next;
	const char *name;
	char tag[8];
	unsigned flag : 3;
	unsigned rest : 5;
	signed signed_bits : 4;
	struct point at;
	union {
		long number;
		double fraction;
	} value;
	int values[2][2];
	enum color color;
	unsigned char bytes[4];
	void (*call)(int);
	float weight;
	struct {
		int inner;
	};
	bool yes;
	struct point points[2];
	struct nowhere *opaque;
};
typedef struct waypoint waypoint_t;
typedef struct {
	long a, b;
} pair_t;
struct triple {
	int a, b, c;
};
struct big {
	long v[5];
};
struct mixed_pair {
	double d;
	long l;
};
/* The kernel has another. */
struct file {
	int only;
};
typedef int (*callback_t)(int);

#define KEEP __attribute__((noinline, noclone, used))
#define USE(...) use(0, __VA_ARGS__)
static volatile long sink;
/* Whatever is given to it has to be made. */
KEEP void use(int first, ...)
{
	sink += first;
}

KEEP int walk(struct waypoint *point, waypoint_t *const other, const char *text)
{
	USE(point, other, text);
	return point->at.x;
}

KEEP int narrow(bool yes, enum color color, unsigned char u8, signed char s8, short s16, unsigned u32)
{
	USE(yes, color, u8, s8, s16, u32);
	return u8;
}

KEEP long many(long a, int b, enum level c, void *d, callback_t e, char f, short seventh, const char *eighth, bool ninth)
{
	USE(a, b, c, d, e, f, seventh, eighth, ninth);
	return seventh;
}

KEEP double fractions(double first, int second, float third, long fourth, long double fifth, int sixth)
{
	USE(first, second, third, fourth, fifth, sixth);
	return first;
}

KEEP long by_value(pair_t pair, int i, struct big big, int j, struct point small, pair_t late, struct triple later, int k)
{
	USE(pair.a, pair.b, i, big.v[3], j, small.x, late.a, later.c, k);
	return j;
}

KEEP int part_float(struct mixed_pair mixed, int after)
{
	USE(mixed.l, after);
	return after;
}

KEEP struct big gives(int first, long second)
{
	struct big big = { { first, second } };

	USE(first, second);
	return big;
}

KEEP int nothing(void)
{
	USE(1);
	return 1;
}

KEEP int variadic(const char *format, ...)
{
	USE(format);
	return 1;
}

KEEP int of_file(struct file *file, __int128 wide, int last)
{
	USE(file, (long)wide, last);
	return file->only;
}

static KEEP int hidden(int first, long long second)
{
	USE(first, second);
	return first;
}

extern int walk_again(struct waypoint *point, waypoint_t *const other, const char *text) __attribute__((alias("walk")));

int main(int argc, char **argv)
{
	struct waypoint second = { .name = "second", .tag = "tag", .at = { 3, 4 } };
	struct waypoint first = {
		.next = &second, .name = "first", .tag = "12345678", .flag = 5, .rest = 17, .signed_bits = -3, .at = { 1, 2 },
		.value.number = 99, .values = { { 1, -2 }, { 3, 4 } }, .color = GREEN, .bytes = { 1, 2, 3, 255 },
		.call = (void (*)(int))0x1234, .weight = 1.5, .inner = 77, .yes = true, .points = { { 5, 6 }, { 7, 8 } },
	};
	struct file file = { 33 };
	struct big big = { { 1, 2, 3, 4, 5 } };
	char text[] = "hello";
	int times = argc > 1 ? atoi(argv[1]) : 1;

	for (int i = 0; i < times; i++) {
		walk(&first, &second, text);
		narrow(true, BLUE, 200, -3, -300, 4000000000u);
		many(-1, -2, LOW, &first, (callback_t)0x4321, 'c', -7, text, true);
		fractions(1.5, 6, 2.5, 7, 3.5L, 8);
		by_value((pair_t){ 11, 12 }, 8, big, 9, (struct point){ 21, 22 }, (pair_t){ 31, 32 }, (struct triple){ 41, 42, 43 }, 10);
		part_float((struct mixed_pair){ 1.5, 51 }, 52);
		gives(61, 62);
		nothing();
		variadic(text, 3);
		of_file(&file, ((__int128)1 << 64) + 5, 71);
		hidden(-1, -2);
	}
	return 0;
}
