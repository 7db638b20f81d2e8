// counted_bound.cpp - finds the largest launch, whose block decides about occupancy.
#include "kernels/sim/textbook/counted_bound.h"

#include <algorithm>
#include <cstdlib>

#include "kernels/sim/textbook/bound.h"
#include "kernels/sim/textbook/record.h"

namespace gs::textbook {
namespace {

using simulator::CountedLaunch;
using simulator::Counts;

std::int64_t threads(simulator::dim3 extent) {
  return std::int64_t(extent.x) * extent.y * extent.z;
}

BlockNeeds block_of_largest_launch(const Counts& counts) {
  const CountedLaunch& largest = *std::max_element(
      counts.launches.begin(), counts.launches.end(),
      [](auto& a, auto& b) { return threads(a.grid) * threads(a.block) < threads(b.grid) * threads(b.block); });
  return {int(threads(largest.block)), counts.static_shared_bytes + largest.shared_bytes, {}};
}

std::int64_t touched_bytes(const Counts& counts) {
  return 32 * counts.touched_sectors;
}

}  // namespace

std::string bound_of(const Counts& counts) {
  const char* const name = std::getenv("GRIDSTRIDE_RUN_GPU");
  const Gpu* const named = name ? gpu_named(name) : nullptr;
  return bound_lines({std::int64_t(counts.launches.size()), touched_bytes(counts), block_of_largest_launch(counts)},
                     named ? *named : usual_gpu());
}

void record_cost(const std::string& name, const Counts& counts) {
  if (!recording()) return;
  const BlockNeeds block = block_of_largest_launch(counts);
  record({"cost",
          {{"name", name},
           {"launches", std::to_string(counts.launches.size())},
           {"barriers", std::to_string(counts.barriers)},
           {"requests", std::to_string(counts.requests)},
           {"sectors", std::to_string(counts.sectors)},
           {"shared_requests", std::to_string(counts.shared_requests)},
           {"bank_conflicts", std::to_string(counts.bank_conflicts)},
           {"divergent_requests", std::to_string(counts.divergent_requests)},
           {"touched_sectors", std::to_string(counts.touched_sectors)},
           {"block_threads", std::to_string(block.threads)},
           {"shared_bytes", std::to_string(block.shared_bytes)}}});
}

}  // namespace gs::textbook
