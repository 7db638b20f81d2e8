// checker.h - judges every memory access of an instrumented kernel.
#pragma once
#include <cstddef>

namespace gs::simulator::check {

enum class Kind { read, write, atomic_read, atomic_write };

/// An access of `bytes` at `address`, about to happen at the instruction before `return_address`.
void access(const void* address, std::size_t bytes, Kind kind, const void* return_address);

}  // namespace gs::simulator::check
