// sampler.cpp - Fisher-Yates shuffle with Philox.
#include "engine/data/sampler.h"

#include <numeric>
#include <utility>

#include "engine/core/random.h"

namespace gs {

std::vector<std::uint32_t> epoch_order(std::uint64_t seed, std::uint32_t epoch, std::uint32_t n) {
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0u);
  RandomStream random(seed, RandomPurpose::epoch_order, epoch);
  for (std::uint32_t left = n; left > 1; --left) std::swap(order[left - 1], order[random.below(left)]);
  return order;
}

}  // namespace gs
