// prediction.cpp - the longest path through steps that are repeated, in microseconds or kernels.
#include "engine/program/prediction.h"

#include <algorithm>

namespace gs {

double Prediction::bound_us() const {
  return std::max({chain_us, bytes_us, flops_us});
}

namespace {

/// The difference that some runs more make, once the first ones have begun to overlap.
double further_run(const std::vector<Step>& steps, const std::vector<double>& weights, const Clash& clash) {
  constexpr int few = 4, more = 8;
  const auto length = [&](int runs) {
    std::vector<double> all;
    for (int run = 0; run < runs; ++run) all.insert(all.end(), weights.begin(), weights.end());
    return longest_chain(repeated_dependencies(steps, runs, clash), all);
  };
  return (length(more) - length(few)) / (more - few);
}

}  // namespace

Prediction predict(const std::vector<Step>& steps, const std::vector<int>& kernels, const GpuRoof& roof,
                   const Clash& clash) {
  Prediction p;
  std::vector<double> weights;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const double bytes_us = steps[i].cost.bytes / roof.bytes_per_us, flops_us = steps[i].cost.flops / roof.flops_per_us;
    weights.push_back(kernels[i] * roof.kernel_us + std::max(bytes_us, flops_us));
    p.bytes_us += bytes_us;
    p.flops_us += flops_us;
  }
  p.chain_us = further_run(steps, weights, clash);
  return p;
}

double chain_of_a_repeated_step(const std::vector<Step>& steps, const std::vector<int>& kernels, const Clash& clash) {
  return further_run(steps, {kernels.begin(), kernels.end()}, clash);
}

}  // namespace gs
