// collect_ref.h - what collecting must leave.
#pragma once
#include <span>
#include <vector>

#include "kernels/collect/collect.h"

namespace gs::ref {

/// `all` with the valid rows of the batch put in their places.
inline std::vector<double> collect(const Collect& p, const StepState& state, std::vector<double> all,
                                   std::span<const double> rows) {
  const std::size_t first = std::size_t(state.cursor) * state.batch * std::size_t(p.columns);
  for (std::size_t i = 0; i < std::size_t(state.valid()) * std::size_t(p.columns); ++i) all[first + i] = rows[i];
  return all;
}

}  // namespace gs::ref
