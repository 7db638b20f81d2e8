// device_ranges.h - global memory as the checker sees it: the registered ranges, and an address outside of them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "kernels/sim/check/findings.h"
#include "kernels/sim/check/locate.h"
#include "kernels/sim/device_memory.h"

namespace gs::simulator::check {

/// An access outside of device memory.
struct Stray {
  Problem problem;
  Location location;  ///< in the array that it was probably meant for
  std::string detail;
  std::optional<FreedRange> freed;  ///< Problem::freed_memory: that array
};

class DeviceRanges {
 public:
  void launch_begins();
  /// Whether one range holds [address, address + bytes).
  bool hold(std::uintptr_t address, std::size_t bytes);
  /// The range that holds the byte at `address`, or null.
  const MemoryRange* at(std::uintptr_t address) const;
  /// For an access that no range holds: where it goes. nullopt: to a __device__ variable without a name.
  std::optional<Stray> stray(std::uintptr_t address, std::size_t bytes) const;

 private:
  std::vector<MemoryRange> ranges_;  // sorted; a copy made at the launch
  std::size_t recent_ = 0;
  std::uint64_t version_ = std::numeric_limits<std::uint64_t>::max();
};

}  // namespace gs::simulator::check
