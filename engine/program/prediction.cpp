// prediction.cpp - critical path of repeated steps, in microseconds or kernels.
#include "engine/program/prediction.h"

#include <algorithm>

namespace gs {

double Prediction::bound_us() const {
  return std::max({chain_us, bytes_us, flops_us});
}

namespace {

/// Critical-path cost of one more iteration, after four runs in which steps begin to overlap. `edges` describe eight
/// runs.
double further_run(const std::vector<std::vector<int>>& edges, const std::vector<double>& weights) {
  const auto length = [&](std::size_t runs) {
    std::vector<double> all;
    for (std::size_t run = 0; run < runs; ++run) all.insert(all.end(), weights.begin(), weights.end());
    return longest_chain({edges.begin(), edges.begin() + std::ptrdiff_t(all.size())}, all);
  };
  return (length(8) - length(4)) / 4;
}

}  // namespace

Prediction predict(const std::vector<OpCall>& steps, const std::vector<int>& kernels, const GpuPeaks& peaks,
                   const Conflicts& clash) {
  Prediction p;
  std::vector<double> weights;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const double bytes_us = steps[i].cost.bytes / peaks.bytes_per_us,
                 flops_us = steps[i].cost.flops / peaks.flops_per_us;
    weights.push_back(kernels[i] * peaks.kernel_us + std::max(bytes_us, flops_us));
    p.bytes_us += bytes_us;
    p.flops_us += flops_us;
  }
  const auto edges = repeated_dependencies(steps, 8, clash);
  p.chain_us = further_run(edges, weights);
  p.chain_kernels = further_run(edges, {kernels.begin(), kernels.end()});
  return p;
}

}  // namespace gs
