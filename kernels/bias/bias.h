// bias.h - bias + ReLU after a library's plain product, and their gradients.
#pragma once
#include "kernels/common/bf16.h"
#include "kernels/common/variant.h"

namespace gs {

struct Rows {
  std::int64_t rows = 1;
  int columns = 1;
  bool relu = false;
  float scale = 1;  ///< 1 / (1 - rate) if dropout follows the ReLU, else 1
  auto operator<=>(const Rows&) const = default;
};

/// y[i,j] = act( y[i,j] + b[j] ), in place.
template <class T>
struct BiasActivation {
  static constexpr std::string_view name = "bias activation";
  using Stored = T;
  using Problem = Rows;
  using Launch = void(T* y, const T* bias, const Rows&, void* workspace, stream_t);
};
/// db[j] = sum_i dy[i,j], in a fixed order.
template <class T>
struct BiasGradient {
  static constexpr std::string_view name = "bias gradient";
  using Stored = T;
  using Problem = Rows;
  using Launch = void(float* db, const T* dy, const Rows&, void* workspace, stream_t);
};
/// dx[i,j] = 0 where y[i,j] <= 0, else scale dx[i,j], in place; y is the output of the ReLU, or of an inverted dropout
/// after it (then scale = 1 / (1 - rate)). If y is NaN, dx passes.
template <class T>
struct ReluGradient {
  static constexpr std::string_view name = "relu gradient";
  using Stored = T;
  using Problem = Rows;
  using Launch = void(T* dx, const T* y, const Rows&, void* workspace, stream_t);
};

template <class T>
Cost cost(BiasActivation<T>, const Rows&);
template <class T>
Cost cost(BiasGradient<T>, const Rows&);
template <class T>
Cost cost(ReluGradient<T>, const Rows&);

}  // namespace gs
