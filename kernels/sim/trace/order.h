// order.h - one order of the requests and operations of a warp that agrees with the order in each of its lanes.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "kernels/sim/count/observer.h"

namespace gs::simulator::trace {

/// A warp operation, and how many requests each lane made before it.
struct Pending {
  const char* operation;
  Place where;
  std::uint32_t lanes;
  std::array<std::uint8_t, warp_size> sources;
  bool shuffles;
  std::array<std::uint32_t, warp_size> logged;
};

/// Numbers of requests (0 ...) and, after them, of operations. Where a branch divides the lanes, the side of the lowest
/// lane comes first.
std::vector<std::size_t> in_order(const counting::Formed&, const std::vector<Pending>&);

}  // namespace gs::simulator::trace
