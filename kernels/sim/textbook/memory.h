// memory.h - the memory of the simulated GPU: each allocation lies far from every other one, so that an index that is
// wrong by a lot still points near the array that it was meant for.
#pragma once
#include <cstddef>

namespace gs::textbook {

/// Reserves `bytes` bytes at a multiple of 256, filled with 0xff (NaN). Null if there is no memory.
void* reserve(std::size_t bytes);
/// The number of bytes before it, and behind it, that belong to nothing else.
std::size_t margin_of(const void* memory);
/// Gives back what reserve() returned. Its addresses are used again after 256 others were given back.
void release(void* memory);

}  // namespace gs::textbook
