// lrn.h - local response normalisation across channels, NHWC.
//
//   scale[n,h,w,i] = k + alpha sum_j x[n,h,w,j]^2,   j from max(0, i - window/2) to min(c - 1, i + window/2)
//   y[n,h,w,i] = x[n,h,w,i] / scale[n,h,w,i]^beta
//
// As in the paper, alpha is not divided by the window (PyTorch and Caffe divide it). Source: Krizhevsky, Sutskever and
// Hinton 2012, section 3.3.
#pragma once
#include "kernels/common/bf16.h"
#include "kernels/common/variant.h"

namespace gs {

struct Lrn {
  std::int64_t pixels = 1;  ///< images times rows times columns
  int c = 1;
  int window = 5;  ///< odd
  float k = 2, alpha = 1e-4f, beta = 0.75f;

  GS_BOTH constexpr std::int64_t size() const { return pixels * c; }
  auto operator<=>(const Lrn&) const = default;
};

/// y, [pixels, c].
template <class T>
struct LrnForward {
  static constexpr std::string_view name = "lrn forward";
  using Stored = T;
  using Problem = Lrn;
  using Launch = void(T* y, const T* x, const Lrn&, void* workspace, stream_t);
};
/// dx_i = dy_i scale_i^-beta - 2 alpha beta x_i sum_j dy_j y_j / scale_j over the same window. scale and y are computed
/// again from x: storing them would double the bytes of both passes. If `relu_output` is given (x itself, the output of
/// a ReLU), dx = 0 where it is <= 0.
template <class T>
struct LrnBackward {
  static constexpr std::string_view name = "lrn backward";
  static constexpr GradientMask masks[] = {{0, 3}};
  using Stored = T;
  using Problem = Lrn;
  using Launch = void(T* dx, const T* dy, const T* x, const T* relu_output, const Lrn&, void* workspace, stream_t);
};

template <class T>
Cost cost(LrnForward<T>, const Lrn&);
template <class T>
Cost cost(LrnBackward<T>, const Lrn&);

}  // namespace gs
