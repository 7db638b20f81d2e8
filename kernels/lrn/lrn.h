// lrn.h - the menu of local response normalisation across channels, NHWC.
//
//   scale[n,h,w,i] = k + alpha sum_j x[n,h,w,j]^2,   j from max(0, i - window/2) to min(c - 1, i + window/2)
//   y[n,h,w,i] = x[n,h,w,i] / scale[n,h,w,i]^beta
//
// alpha is not divided by the window, as in the paper (PyTorch and Caffe divide it). Source: Krizhevsky, Sutskever and
// Hinton 2012, section 3.3.
#pragma once
#include "kernels/common/technique.h"

namespace gs {

struct Lrn {
  std::int64_t pixels = 1;  ///< images times rows times columns
  int c = 1;
  int window = 5;  ///< odd
  float k = 2, alpha = 1e-4f, beta = 0.75f;

  GS_BOTH constexpr std::int64_t size() const { return pixels * c; }
  auto operator<=>(const Lrn&) const = default;
};

/// y and scale, [pixels, c].
struct LrnForward {
  using Problem = Lrn;
  using Launch = void(float* y, float* scale, const float* x, const Lrn&, void* workspace, stream_t);
};
/// dx_i = dy_i scale_i^-beta - 2 alpha beta x_i sum_j dy_j y_j / scale_j over the same window; where `relu_output` is
/// given (x itself, out of a ReLU), dx = 0 where it is <= 0.
struct LrnBackward {
  using Problem = Lrn;
  using Launch = void(float* dx, const float* dy, const float* x, const float* y, const float* scale,
                      const float* relu_output, const Lrn&, void* workspace, stream_t);
};

Cost cost(LrnForward, const Lrn&);
Cost cost(LrnBackward, const Lrn&);

}  // namespace gs
