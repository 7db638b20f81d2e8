// checker.h - checks every memory access of an instrumented kernel.
#pragma once
#include <cstddef>

namespace gs::simulator::check {

enum class Kind { read, write, atomic_read, atomic_write };

/// Checks an access of `bytes` bytes at `address` just before it happens; `return_address` follows its instruction.
void access(const void* address, std::size_t bytes, Kind kind, const void* return_address);

/// The running thread enters a basic block; `return_address` follows the call that says so.
void enter_block(const void* return_address);

}  // namespace gs::simulator::check
