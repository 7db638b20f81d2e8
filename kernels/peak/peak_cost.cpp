// peak_cost.cpp - operations of the products in registers; their few bytes beside.
#include "kernels/peak/peak.h"

namespace gs {

Cost cost(ChainMultiplyAdds, const MultiplyAdds& p) {
  return {.flops = 2.0 * double(p.size) * p.depth, .bytes = 8.0 * double(p.size)};
}
Cost cost(RepeatMatrixProducts, const MatrixProducts& p) {
  return {.flops = 2.0 * 16 * 8 * p.k() * matrix_product_tiles * double(p.depth) * p.warps,
          .bytes = 4.0 * (p.warps * 16.0 * 8 + 16.0 * p.k() + p.k() * 8.0)};
}

}  // namespace gs
