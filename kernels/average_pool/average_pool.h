// average_pool.h - the interface of 2-D average-pooling, NHWC, no padding.
//
//   y[n,p,q,c] = sum of x over the window / (window_h window_w)
//
// Global average pooling (Lin, Chen and Yan 2014, section 3.2) is a window of the whole map with stride 1.
#pragma once
#include "kernels/common/bf16.h"
#include "kernels/common/variant.h"

namespace gs {

struct AveragePool {
  int n = 1, h = 1, w = 1, c = 1;
  int window_h = 2, window_w = 2, stride = 2;

  GS_BOTH constexpr int p() const { return (h - window_h) / stride + 1; }
  GS_BOTH constexpr int q() const { return (w - window_w) / stride + 1; }
  GS_BOTH constexpr std::int64_t x_size() const { return std::int64_t(n) * h * w * c; }
  GS_BOTH constexpr std::int64_t y_size() const { return std::int64_t(n) * p() * q() * c; }
  auto operator<=>(const AveragePool&) const = default;
};

/// y [n,p,q,c].
template <class T>
struct AveragePoolForward {
  static constexpr std::string_view name = "average pool forward";
  using Stored = T;
  using Problem = AveragePool;
  using Launch = void(T* y, const T* x, const AveragePool&, void* workspace, stream_t);
};
/// dx[n,h,w,c] = sum of dy over the windows that cover it / (window_h window_w). If `relu_output` is given (x itself,
/// the output of a ReLU), dx = 0 where it is <= 0.
template <class T>
struct AveragePoolBackward {
  static constexpr std::string_view name = "average pool backward";
  static constexpr GradientMask masks[] = {{0, 2}};
  using Stored = T;
  using Problem = AveragePool;
  using Launch = void(T* dx, const T* dy, const T* relu_output, const AveragePool&, void* workspace, stream_t);
};

template <class T>
Cost cost(AveragePoolForward<T>, const AveragePool&);
template <class T>
Cost cost(AveragePoolBackward<T>, const AveragePool&);

}  // namespace gs
