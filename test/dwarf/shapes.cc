// What C++ adds: names that are mangled, methods, references, bases, classes that are passed by their address.
#include <string>

namespace geometry {
struct Base {
	int id;
	virtual ~Base() {}
};
class Shape : public Base {
public:
	int width;
	static int made;
	__attribute__((noinline, used)) int scaled(int factor, const Base &other) const;
};
int Shape::made;
int Shape::scaled(int factor, const Base &other) const
{
	asm volatile("" ::: "memory");
	return width * factor + other.id;
}
} // namespace geometry

struct Owner {
	int *memory;
	int size;
	~Owner() {}
};

__attribute__((noinline, used)) int add(int a, long b)
{
	asm volatile("" ::: "memory");
	return a + b;
}
__attribute__((noinline, used)) int owned(Owner owner, int after)
{
	asm volatile("" ::: "memory");
	return owner.size + after;
}

int main()
{
	geometry::Shape shape;
	shape.id = 3;
	shape.width = 4;
	int four = 4;
	return shape.scaled(2, shape) + add(5, 6) + owned(Owner{ &four, 7 }, 8) == 0;
}
