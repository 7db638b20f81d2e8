// prediction.cpp - the longest path through the steps, in microseconds.
#include "engine/program/prediction.h"

#include <algorithm>

namespace gs {

double Prediction::bound_us() const {
  return std::max({chain_us, bytes_us, flops_us});
}

Prediction predict(const std::vector<Step>& steps, const std::vector<int>& kernels, const GpuRoof& roof) {
  Prediction p;
  const auto before = least_dependencies(steps);
  std::vector<double> end(steps.size(), 0);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const double bytes_us = steps[i].cost.bytes / roof.bytes_per_us, flops_us = steps[i].cost.flops / roof.flops_per_us;
    for (const int j : before[i]) end[i] = std::max(end[i], end[std::size_t(j)]);
    end[i] += kernels[i] * roof.kernel_us + std::max(bytes_us, flops_us);
    p.chain_us = std::max(p.chain_us, end[i]);
    p.bytes_us += bytes_us;
    p.flops_us += flops_us;
  }
  return p;
}

}  // namespace gs
