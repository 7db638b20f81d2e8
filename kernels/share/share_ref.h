// share_ref.h - reference of a rank's share in double precision.
#pragma once
#include <span>
#include <vector>

#include "kernels/share/share.h"

namespace gs::ref {

/// share dw, with so many images of the rank and of all.
inline std::vector<double> weigh(std::span<const double> dw, std::uint32_t own, std::uint32_t all) {
  std::vector<double> y;
  for (const double d : dw) y.push_back(own == 0 ? 0 : d * own / all);
  return y;
}

}  // namespace gs::ref
