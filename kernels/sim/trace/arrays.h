// arrays.h - the arrays that a traced launch touches, by the names of the program.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "kernels/sim/check/spaces.h"
#include "kernels/sim/trace/trace.h"

namespace gs::simulator::trace {

constexpr std::uint64_t apart = std::uint64_t(8) << 30;  // between the starts of arrays in the addresses of a trace

/// The array, in Trace::arrays, that an address of a trace lies in or was meant for.
inline std::size_t array_at(std::uint64_t address) {
  return (address + apart / 2) / apart - 1;
}

class Arrays {
 public:
  /// Adds the arrays that it finds to `all`.
  explicit Arrays(std::vector<Array>& all) : all_(all) {}

  /// Names may be others than in the launch before.
  void launch_begins() {
    known_.clear();
    shared_begin_.reset();
  }

  struct Found {
    std::size_t array;      ///< in `all`
    std::uint64_t address;  ///< as Array::base counts
  };
  /// The array that holds the address, or that it was meant for.
  Found at(bool shared, std::uintptr_t address, std::size_t bytes);

 private:
  struct Known {
    std::uintptr_t begin, end;  // in the program's memory
    std::size_t array;
  };
  const Known& add(bool shared, std::uintptr_t address, std::size_t bytes);

  std::vector<Array>& all_;
  std::vector<Known> known_;  // of this launch
  /// The start of the shared array that was found first. It begins in bank 0: where a program's shared memory begins
  /// turns the banks, but makes no conflict.
  std::optional<std::uintptr_t> shared_begin_;
};

}  // namespace gs::simulator::trace
