// ways.h - the ways that the threads of a block take through a kernel: the basic blocks that each entered last.
#pragma once
#include <array>
#include <cstdint>
#include <string>

#include "kernels/sim/block.h"

namespace gs::simulator::check {

/// Whether the ways, and what each thread read last, are kept. It costs a quarter of the checker's time; explanations
/// of threads that wait or never come to a barrier use it (`gridstride run`).
extern constinit bool ways_are_kept;

class Ways {
 public:
  static constexpr std::uint32_t kept = 15;  // with their number a cache line: this is noted at every step of a kernel

  /// A thread enters a basic block; `code`: the address of its first call, from the start of the program.
  void enter(unsigned thread, std::uint32_t code) {
    Way& way = ways_[thread];
    way.codes[way.count++ % kept] = code;
  }
  void forget() {
    for (Way& way : ways_) way.count = 0;
  }
  /// The last basic block of both threads after which they went on differently; 0: none that is kept.
  std::uint32_t parting(unsigned thread, unsigned other) const;
  /// The block that the thread entered last; 0: none.
  std::uint32_t last(unsigned thread) const {
    const Way& way = ways_[thread];
    return way.count == 0 ? 0 : way.codes[(way.count - 1) % kept];
  }

 private:
  struct alignas(64) Way {
    std::uint32_t count = 0;
    std::array<std::uint32_t, kept> codes;
  };
  std::array<Way, max_threads_per_block> ways_;
};

/// The line of the branch at which the basic block `code` ends, if it stands at or before `last_line` of the same file:
/// "/home/me/vec.cu:27". Empty: unknown.
std::string branch_after(std::uint32_t code, unsigned last_line);

}  // namespace gs::simulator::check
