// count_allocations.h - number of calls of operator new in this process. See count_allocations.cpp.
#pragma once
#include <cstddef>

namespace gs::test {

std::size_t heap_allocations();

}  // namespace gs::test
