// count_allocations.h - how often this process has called operator new. See count_allocations.cpp.
#pragma once
#include <cstddef>

namespace gs::test {

std::size_t heap_allocations();

}  // namespace gs::test
