// SPDX-License-Identifier: GPL-2.0-only
//
// C++ with exceptions: landing pads, destructors, cold parts, virtual calls,
// and local objects that are aligned more than the stack is.
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

struct Guard {
	std::string name;
	int *count;

	Guard(const char *n, int *c) : name(n), count(c) { ++*count; }
	~Guard() { --*count; }
};

struct Shape {
	virtual ~Shape() = default;
	virtual double area(int scale) const = 0;
};

struct Square : Shape {
	double side;

	explicit Square(double s) : side(s) {}
	double area(int scale) const override
	{
		if (scale < 0)
			throw std::invalid_argument("scale");
		return side * side * scale;
	}
};

struct alignas(64) Block {
	double values[16];
};

}

__attribute__((noinline)) double sum(const std::vector<std::unique_ptr<Shape>> &shapes, int scale)
{
	double total = 0;

	for (const auto &s : shapes)
		total += s->area(scale);
	return total;
}

__attribute__((noinline)) int guarded(int n, int *count)
{
	Guard a("first", count), b("second", count);

	if (n == 0)
		throw std::runtime_error(a.name + b.name);
	try {
		return guarded(n - 1, count) + 1;
	} catch (const std::runtime_error &e) {
		Guard c(e.what(), count);

		if (n % 3 == 0)
			throw;
		return n + *count;
	}
}

__attribute__((noinline)) double aligned(int n, int *count)
{
	Block block = {};
	Guard g("block", count);

	for (int i = 0; i < n; i++)
		block.values[i % 16] += guarded(i, count);
	return block.values[n % 16];
}

int main(int argc, char **argv)
{
	std::vector<std::unique_ptr<Shape>> shapes;
	int count = 0;

	for (int i = 0; i < argc + 3; i++)
		shapes.push_back(std::make_unique<Square>(i));
	try {
		return sum(shapes, argc - 2) > 3 || aligned(argc, &count) > 1;
	} catch (const std::invalid_argument &e) {
		return std::string(e.what()) + argv[0] == "scale";
	} catch (...) {
		return 2;
	}
}
