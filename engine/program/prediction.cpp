// prediction.cpp - critical path of repeated steps, in microseconds or kernels.
#include "engine/program/prediction.h"

#include <algorithm>

namespace gs {

double Prediction::bound_us() const {
  return std::max({chain_us, bytes_us, arithmetic_us, issue_us});
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

Prediction predict(const std::vector<OpCall>& calls, const std::vector<OpBound>& bounds,
                   const std::vector<int>& kernels, double warp_instructions, const GpuModel& gpu,
                   const Conflicts& clash) {
  Prediction p;
  std::vector<double> weights;
  for (const OpBound& bound : bounds) {
    weights.push_back(bound.us());
    p.bytes_us += bound.bytes_us;
    p.arithmetic_us += bound.arithmetic_us;
  }
  p.issue_us = warp_instructions / (gpu.multiprocessors * gpu.schedulers * gpu.cycles_per_us);
  const auto edges = repeated_dependencies(calls, 8, clash);
  p.chain_us = further_run(edges, weights);
  p.chain_kernels = further_run(edges, {kernels.begin(), kernels.end()});
  return p;
}

}  // namespace gs
