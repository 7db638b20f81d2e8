// dropout_ref.h - inverted dropout in fp64, and the mask that every variant must draw.
#pragma once
#include <span>
#include <vector>

#include "kernels/common/philox.h"
#include "kernels/dropout/dropout.h"

namespace gs::ref {

/// m[i] of dropout layer `p.layer` at step `state.step`: with k = first + i the counter is (k / 4, step, layer), the
/// key is the seed, and element k takes word k % 4.
inline bool kept(const Dropout& p, const StepState& state, std::int64_t i) {
  const std::int64_t k = p.first + i;
  const Random4 random =
      philox4x32({{std::uint32_t(k / 4), std::uint32_t(state.step), std::uint32_t(state.step >> 32), p.layer}},
                 std::uint32_t(state.seed), std::uint32_t(state.seed >> 32));
  return uniform(random.word[k % 4]) >= p.rate;
}

/// y = x m / (1 - rate).
inline std::vector<double> dropout_forward(const Dropout& p, const StepState& state, std::span<const double> x) {
  std::vector<double> y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    y[i] = kept(p, state, std::int64_t(i)) ? x[i] / (1 - double(p.rate)) : 0 * x[i];
  return y;
}

/// dx = dy m / (1 - rate); 0 where relu_output is <= 0 (no mask if it is empty).
inline std::vector<double> dropout_backward(const Dropout& p, const StepState& state, std::span<const double> dy,
                                            std::span<const double> relu_output) {
  std::vector<double> dx = dropout_forward(p, state, dy);
  for (std::size_t i = 0; i < relu_output.size(); ++i)
    if (relu_output[i] <= 0) dx[i] = 0;
  return dx;
}

}  // namespace gs::ref
