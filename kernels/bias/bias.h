// bias.h - the menu of what surrounds a library's plain product: bias + ReLU after it, bias and ReLU gradients before
// it.
#pragma once
#include "kernels/common/technique.h"

namespace gs {

struct Rows {
  std::int64_t rows = 1;
  int columns = 1;
  bool relu = false;
  float scale = 1;  ///< of a ReLU's gradient: behind an inverted dropout its factor
  auto operator<=>(const Rows&) const = default;
};

/// y[i,j] = act( y[i,j] + b[j] ), in place.
struct BiasActivation {
  using Problem = Rows;
  using Launch = void(float* y, const float* bias, const Rows&, void* workspace, stream_t);
};
/// db[j] = sum_i dy[i,j], in a fixed order.
struct BiasGradient {
  using Problem = Rows;
  using Launch = void(float* db, const float* dy, const Rows&, void* workspace, stream_t);
};
/// dx[i,j] = 0 where y[i,j] <= 0, else scale dx[i,j], in place; y is the output of the ReLU, or of the inverted dropout
/// behind it, whose factor `scale` is. NaN in y lets dx pass.
struct ReluGradient {
  using Problem = Rows;
  using Launch = void(float* dx, const float* y, const Rows&, void* workspace, stream_t);
};

Cost cost(BiasActivation, const Rows&);
Cost cost(BiasGradient, const Rows&);
Cost cost(ReluGradient, const Rows&);

}  // namespace gs
