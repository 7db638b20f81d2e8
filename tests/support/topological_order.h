// topological_order.h - random valid orders of a call list.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "tests/support/compare.h"

namespace gs::test {

/// Random topological order; call i depends on the calls before[i].
inline std::vector<int> random_topological_order(const std::vector<std::vector<int>>& before, Random& random) {
  std::vector<int> order;
  std::vector<bool> done(before.size());
  while (order.size() < before.size()) {
    std::vector<int> ready;
    for (std::size_t i = 0; i < before.size(); ++i)
      if (!done[i] && std::all_of(before[i].begin(), before[i].end(), [&](int j) { return done[std::size_t(j)]; }))
        ready.push_back(int(i));
    const int next = ready.at(std::size_t(random.below(std::int64_t(ready.size()))));
    done[std::size_t(next)] = true;
    order.push_back(next);
  }
  return order;
}

}  // namespace gs::test
