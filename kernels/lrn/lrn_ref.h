// lrn_ref.h - local response normalisation and its gradient in fp64.
#pragma once
#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "kernels/lrn/lrn.h"

namespace gs::ref {

struct Normalised {
  std::vector<double> y, scale;  ///< [pixels, c]
};

inline Normalised lrn_forward(const Lrn& p, std::span<const double> x) {
  Normalised out{std::vector<double>(x.size()), std::vector<double>(x.size(), p.k)};
  for (std::int64_t at = 0; at < p.size(); ++at) {
    const int i = int(at % p.c);
    for (int j = std::max(0, i - p.window / 2); j <= std::min(p.c - 1, i + p.window / 2); ++j)
      out.scale[std::size_t(at)] += double(p.alpha) * std::pow(x[std::size_t(at - i + j)], 2);
    out.y[std::size_t(at)] = x[std::size_t(at)] * std::pow(out.scale[std::size_t(at)], -double(p.beta));
  }
  return out;
}

/// In scatter form, unlike the variants: every output adds to the inputs of its window.
inline std::vector<double> lrn_backward(const Lrn& p, std::span<const double> dy, std::span<const double> x) {
  const Normalised out = lrn_forward(p, x);
  std::vector<double> dx(x.size());
  for (std::int64_t at = 0; at < p.size(); ++at) {
    const int j = int(at % p.c);
    const double s = out.scale[std::size_t(at)], g = dy[std::size_t(at)], beta = p.beta;
    dx[std::size_t(at)] += g * std::pow(s, -beta);
    for (int i = std::max(0, j - p.window / 2); i <= std::min(p.c - 1, j + p.window / 2); ++i)
      dx[std::size_t(at - j + i)] -=
          g * x[std::size_t(at)] * beta * std::pow(s, -beta - 1) * 2 * double(p.alpha) * x[std::size_t(at - j + i)];
  }
  return dx;
}

}  // namespace gs::ref
