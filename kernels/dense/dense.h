// dense.h - the menu of the fully connected layer: y = act(x W^T + b) and its two gradients. Everything row-major and
// packed: x [n, in], W [out, in], y [n, out].
#pragma once
#include "kernels/common/technique.h"

namespace gs {

struct Dense {
  int n = 1, in = 1, out = 1;  ///< rows (the batch), inputs, outputs
  bool relu = false;           ///< forward: ReLU after the bias
  float mask_scale = 1;  ///< data gradient: what an inverted dropout between that ReLU and this layer multiplies by
  auto operator<=>(const Dense&) const = default;
};

/// y[i,o] = act( b[o] + sum_j x[i,j] W[o,j] ).
struct DenseForward {
  using Problem = Dense;
  using Launch = void(float* y, const float* x, const float* w, const float* bias, const Dense&, void* workspace,
                      stream_t);
};
/// dx[i,j] = sum_o dy[i,o] W[o,j]; where `relu_output` (the layer below's output, behind a dropout the dropout's) is
/// given, dx = 0 where it is <= 0 and mask_scale times the sum elsewhere.
struct DenseDataGradient {
  using Problem = Dense;
  using Launch = void(float* dx, const float* dy, const float* w, const float* relu_output, const Dense&,
                      void* workspace, stream_t);
};
/// dW[o,j] = sum_i dy[i,o] x[i,j];  db[o] = sum_i dy[i,o].
struct DenseFilterGradient {
  using Problem = Dense;
  using Launch = void(float* dw, float* db, const float* x, const float* dy, const Dense&, void* workspace, stream_t);
};

Cost cost(DenseForward, const Dense&);
Cost cost(DenseDataGradient, const Dense&);
Cost cost(DenseFilterGradient, const Dense&);

}  // namespace gs
