// order.cpp - takes, again and again, the first node that all of its lanes have come to.
#include "kernels/sim/trace/order.h"

#include <algorithm>
#include <bit>
#include <set>

namespace gs::simulator::trace {
namespace {

/// The nodes of one lane, in its order.
std::vector<std::size_t> nodes_of(const counting::Formed& formed, const std::vector<Pending>& operations,
                                  std::size_t lane) {
  const std::vector<std::uint32_t>& requests = formed.of_lane[lane];
  std::vector<std::size_t> nodes;
  std::size_t at = 0;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (!(operations[i].lanes >> lane & 1)) continue;
    const std::size_t before = std::min<std::size_t>(operations[i].logged[lane], requests.size());
    while (at < before) nodes.push_back(requests[at++]);
    nodes.push_back(formed.requests.size() + i);
  }
  nodes.insert(nodes.end(), requests.begin() + std::ptrdiff_t(at), requests.end());
  return nodes;
}

}  // namespace

std::vector<std::size_t> in_order(const counting::Formed& formed, const std::vector<Pending>& operations) {
  const std::size_t count = formed.requests.size() + operations.size();
  std::vector<int> missing(count);  // lanes that have not come to the node
  for (std::size_t i = 0; i < formed.requests.size(); ++i) missing[i] = std::popcount(formed.requests[i].request.lanes);
  for (std::size_t i = 0; i < operations.size(); ++i)
    missing[formed.requests.size() + i] = std::popcount(operations[i].lanes);

  std::array<std::vector<std::size_t>, warp_size> nodes;
  std::array<std::size_t, warp_size> at{};
  std::vector<bool> taken(count);
  std::set<std::size_t> ready;
  const auto come_to_next = [&](std::size_t lane) {
    while (at[lane] < nodes[lane].size() && taken[nodes[lane][at[lane]]]) ++at[lane];
    if (at[lane] < nodes[lane].size() && --missing[nodes[lane][at[lane]]] == 0) ready.insert(nodes[lane][at[lane]]);
  };
  for (std::size_t lane = 0; lane < warp_size; ++lane) {
    nodes[lane] = nodes_of(formed, operations, lane);
    come_to_next(lane);
  }

  std::vector<std::size_t> order;
  while (order.size() < count) {
    std::size_t next = count;
    if (!ready.empty()) {
      next = *ready.begin();
      ready.erase(ready.begin());
    } else {  // two lanes disagree, so that the counter's guess of what belongs together cannot be one order
      for (std::size_t lane = 0; lane < warp_size; ++lane)
        if (at[lane] < nodes[lane].size()) next = std::min(next, nodes[lane][at[lane]]);
      if (next == count) break;
    }
    order.push_back(next);
    taken[next] = true;
    for (std::size_t lane = 0; lane < warp_size; ++lane)
      if (at[lane] < nodes[lane].size() && nodes[lane][at[lane]] == next) come_to_next(lane);
  }
  return order;
}

}  // namespace gs::simulator::trace
