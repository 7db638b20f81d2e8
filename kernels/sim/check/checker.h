// checker.h - checks every memory access of an instrumented kernel.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>

namespace gs::simulator::check {

enum class Kind { read, write, atomic_read, atomic_write };
constexpr bool is_write(Kind kind) {
  return kind == Kind::write || kind == Kind::atomic_write;
}
constexpr bool is_atomic(Kind kind) {
  return kind == Kind::atomic_read || kind == Kind::atomic_write;
}

/// Checks an access of `bytes` bytes at `address` just before it happens; `return_address` follows its instruction.
void access(const void* address, std::size_t bytes, Kind kind, const void* return_address);

/// The running thread enters a basic block; `return_address` follows the call that says so.
void enter_block(const void* return_address);

/// The thread that wrote a word last, and the instruction by which it did.
struct Writer {
  std::uint32_t code;    ///< for full_paths()
  std::uint64_t thread;  ///< in its block
  std::int64_t block;    ///< of the last launch; negative: it wrote in an earlier launch
};
/// Who wrote the element at `address` last; nullopt: no thread has.
std::optional<Writer> last_writer(const void* address);

}  // namespace gs::simulator::check
