// scale_ref.h - y = a x in double precision.
#pragma once
#include <span>
#include <vector>

#include "kernels/scale/scale.h"

namespace gs::ref {

inline std::vector<double> scale(const Scaling& p, std::span<const double> x) {
  std::vector<double> y;
  for (const double value : x) y.push_back(double(p.a) * value);
  return y;
}

}  // namespace gs::ref
