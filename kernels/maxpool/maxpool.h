// maxpool.h - 2-D max-pooling, NHWC, no padding.
//
//   y[n,p,q,c] = max over the window of x;  argmax = its position in the window, row * window + column (the first one
//   on a tie), or `no_gradient` if `relu_input` is set and the maximum is <= 0.
//
// The gradient gathers: every input element checks the windows that cover it. No atomics and one write per element, so
// the bits are reproducible. The index takes one byte instead of four, and the ReLU's gradient is free.
#pragma once
#include "kernels/common/bf16.h"
#include "kernels/common/variant.h"

namespace gs {

struct MaxPool {
  int n = 1, h = 1, w = 1, c = 1;
  int window = 2, stride = 2;
  bool relu_input = false;  ///< x is the output of a ReLU: fuse that ReLU's gradient into this op's

  static constexpr std::uint8_t no_gradient = 255;
  GS_BOTH constexpr int p() const { return (h - window) / stride + 1; }
  GS_BOTH constexpr int q() const { return (w - window) / stride + 1; }
  GS_BOTH constexpr std::int64_t x_size() const { return std::int64_t(n) * h * w * c; }
  GS_BOTH constexpr std::int64_t y_size() const { return std::int64_t(n) * p() * q() * c; }
  auto operator<=>(const MaxPool&) const = default;
};

/// y and argmax [n,p,q,c]. If the window has a NaN, y is NaN.
template <class T>
struct MaxPoolForward {
  static constexpr std::string_view name = "max-pool forward";
  using Stored = T;
  using Problem = MaxPool;
  using Launch = void(T* y, std::uint8_t* argmax, const T* x, const MaxPool&, void* workspace, stream_t);
};
/// dx[n,h,w,c] = sum of dy over the windows whose maximum is at this element.
template <class T>
struct MaxPoolBackward {
  static constexpr std::string_view name = "max-pool backward";
  using Stored = T;
  using Problem = MaxPool;
  using Launch = void(T* dx, const T* dy, const std::uint8_t* argmax, const MaxPool&, void* workspace, stream_t);
};

template <class T>
Cost cost(MaxPoolForward<T>, const MaxPool&);
template <class T>
Cost cost(MaxPoolBackward<T>, const MaxPool&);

}  // namespace gs
