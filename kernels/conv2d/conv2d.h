// conv2d.h - 2-D convolution: forward with bias and ReLU, data gradient, filter gradient.
//
//   y[n,p,q,k] = act( b[k] + sum_{r,s,c} x[n, p*stride - pad + r, q*stride - pad + s, c] * w[k,r,s,c] )
//
// With G groups the channels and the filters are split into G equal parts, and filter k reads the channels of its part
// only: c runs over C / G channels, x's channel is (k / (K / G)) (C / G) + c (Krizhevsky et al. 2012).
// Layout NHWC, filters KRSC (cross-correlation, as every deep-learning library means by "convolution").
#pragma once
#include "kernels/common/bf16.h"
#include "kernels/common/variant.h"

namespace gs {

struct Conv2d {
  int n = 1, h = 1, w = 1, c = 1;  ///< input: images, height, width, channels
  int k = 1, r = 1, s = 1;         ///< filters: count, height, width
  int stride = 1, pad = 0;         ///< the same in both directions
  bool relu = false;               ///< forward: ReLU after the bias
  int groups = 1;                  ///< divides c and k

  GS_BOTH constexpr int p() const { return (h + 2 * pad - r) / stride + 1; }  ///< output height
  GS_BOTH constexpr int q() const { return (w + 2 * pad - s) / stride + 1; }  ///< output width
  GS_BOTH constexpr int group_c() const { return c / groups; }                ///< channels that a filter reads
  GS_BOTH constexpr int group_k() const { return k / groups; }                ///< filters that read a channel
  GS_BOTH constexpr std::int64_t x_size() const { return std::int64_t(n) * h * w * c; }
  GS_BOTH constexpr std::int64_t y_size() const { return std::int64_t(n) * p() * q() * k; }
  GS_BOTH constexpr std::int64_t w_size() const { return std::int64_t(k) * r * s * group_c(); }
  auto operator<=>(const Conv2d&) const = default;
};

/// True if every filter reads all channels.
constexpr bool ungrouped(const Conv2d& d) {
  return d.groups == 1;
}

/// y = act(conv(x, w) + bias).
template <class T>
struct Conv2dForward {
  static constexpr std::string_view name = "conv2d forward";
  static constexpr bool joins_relu = true;  ///< Problem::relu
  using Stored = T;
  using Problem = Conv2d;
  using Launch = void(T* y, const T* x, const T* w, const T* bias, const Conv2d&, void* workspace, stream_t);
};
/// dx = conv^T(dy, w). If `relu_output` (the output of the layer below, in the shape of dx) is given, dx = 0 where it
/// is <= 0.
template <class T>
struct Conv2dDataGradient {
  static constexpr std::string_view name = "conv2d data gradient";
  static constexpr GradientMask masks[] = {{0, 3}};
  using Stored = T;
  using Problem = Conv2d;
  using Launch = void(T* dx, const T* dy, const T* w, const T* relu_output, const Conv2d&, void* workspace, stream_t);
};
/// dw[k,r,s,c] = sum_{n,p,q} dy[n,p,q,k] x[n,p*stride-pad+r,q*stride-pad+s,c];  db[k] = sum_{n,p,q} dy[n,p,q,k].
template <class T>
struct Conv2dFilterGradient {
  static constexpr std::string_view name = "conv2d filter gradient";
  using Stored = T;
  using Problem = Conv2d;
  using Launch = void(float* dw, float* db, const T* x, const T* dy, const Conv2d&, void* workspace, stream_t);
};

template <class T>
Cost cost(Conv2dForward<T>, const Conv2d&);
template <class T>
Cost cost(Conv2dDataGradient<T>, const Conv2d&);
template <class T>
Cost cost(Conv2dFilterGradient<T>, const Conv2d&);

}  // namespace gs
