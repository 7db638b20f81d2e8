// dense.h - the fully connected layer: y = act(x W^T + b) and its two gradients. All tensors are row-major and
// packed: x [n, in], W [out, in], y [n, out].
#pragma once
#include "kernels/common/bf16.h"
#include "kernels/common/variant.h"

namespace gs {

struct Dense {
  int n = 1, in = 1, out = 1;  ///< rows (the batch), inputs, outputs
  bool relu = false;           ///< forward: ReLU after the bias
  float mask_scale = 1;        ///< data gradient: 1 / (1 - rate) if dropout follows the ReLU below, else 1
  auto operator<=>(const Dense&) const = default;
};

/// y[i,o] = act( b[o] + sum_j x[i,j] W[o,j] ).
template <class T>
struct DenseForward {
  static constexpr std::string_view name = "dense forward";
  static constexpr bool joins_relu = true;  ///< Problem::relu
  using Stored = T;
  using Problem = Dense;
  using Launch = void(T* y, const T* x, const T* w, const T* bias, const Dense&, void* workspace, stream_t);
};
/// dx[i,j] = sum_o dy[i,o] W[o,j]. If `relu_output` (x: the output of a ReLU, or of dropout after it) is given,
/// dx = 0 where it is <= 0 and mask_scale times the sum elsewhere.
template <class T>
struct DenseDataGradient {
  static constexpr std::string_view name = "dense data gradient";
  static constexpr GradientMask masks[] = {{0, 3}};
  using Stored = T;
  using Problem = Dense;
  using Launch = void(T* dx, const T* dy, const T* w, const T* relu_output, const Dense&, void* workspace, stream_t);
};
/// With fewer images the weight gradient is made of outer products, with as many or more on tensor cores: fewer are
/// bound by writing dW.
inline constexpr int fewest_images_of_tensor_gradient = 16;
/// dW[o,j] = sum_i dy[i,o] x[i,j];  db[o] = sum_i dy[i,o].
template <class T>
struct DenseWeightGradient {
  static constexpr std::string_view name = "dense weight gradient";
  using Stored = T;
  using Problem = Dense;
  using Launch = void(float* dw, float* db, const T* x, const T* dy, const Dense&, void* workspace, stream_t);
};

template <class T>
Cost cost(DenseForward<T>, const Dense&);
template <class T>
Cost cost(DenseDataGradient<T>, const Dense&);
template <class T>
Cost cost(DenseWeightGradient<T>, const Dense&);

}  // namespace gs
