// relu.h - the interface of the unfused ReLU: y = max(x, 0), and NaN stays NaN.
#pragma once
#include "kernels/common/bf16.h"
#include "kernels/common/variant.h"

namespace gs {

struct Relu {
  std::int64_t size = 1;
  auto operator<=>(const Relu&) const = default;
};

template <class T>
struct ReluForward {
  static constexpr std::string_view name = "relu forward";
  using Stored = T;
  using Problem = Relu;
  using Launch = void(T* y, const T* x, const Relu&, void* workspace, stream_t);
};
/// dx = 0 where y <= 0, else dy; if y is NaN, dy passes. ReluGradient (kernels/bias) is the in-place form.
template <class T>
struct ReluBackward {
  static constexpr std::string_view name = "relu backward";
  using Stored = T;
  using Problem = Relu;
  using Launch = void(T* dx, const T* dy, const T* y, const Relu&, void* workspace, stream_t);
};

template <class T>
Cost cost(ReluForward<T>, const Relu&);
template <class T>
Cost cost(ReluBackward<T>, const Relu&);

}  // namespace gs
