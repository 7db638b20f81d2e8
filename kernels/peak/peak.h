// peak.h - ops that measure a machine's arithmetic: all operands are in registers, so only the arithmetic limits them.
// (The copy bandwidth is measured with CopyValues, see kernels/diagnose.)
#pragma once
#include "kernels/common/variant.h"

namespace gs {

struct MultiplyAdds {
  std::int64_t size = 1;
  int depth = 1;  ///< multiply-adds an element
  float a = 1, b = 0;
  auto operator<=>(const MultiplyAdds&) const = default;
};

/// y[i] = x[i] after `depth` times x = a x + b.
struct ChainMultiplyAdds {
  static constexpr std::string_view name = "chain multiply adds";
  using Problem = MultiplyAdds;
  using Launch = void(float* y, const float* x, const MultiplyAdds&, void* workspace, stream_t);
};

struct MatrixProducts {
  int warps = 1;
  int depth = 1;      ///< how often each product is added
  bool bf16 = false;  ///< of factors in bf16, 16 deep; else in tf32, 8 deep
  auto operator<=>(const MatrixProducts&) const = default;
  int k() const { return bf16 ? 16 : 8; }
};
/// Tiles of sums that a warp holds, so that one product need not wait for the one before it.
inline constexpr int matrix_product_tiles = 8;

/// y[w] = depth * matrix_product_tiles * A B for every warp w: y [warps, 16, 8], A [16, k], B [k, 8], all row-major.
struct RepeatMatrixProducts {
  static constexpr std::string_view name = "repeat matrix products";
  using Problem = MatrixProducts;
  using Launch = void(float* y, const float* a, const float* b, const MatrixProducts&, void* workspace, stream_t);
};

Cost cost(ChainMultiplyAdds, const MultiplyAdds&);
Cost cost(RepeatMatrixProducts, const MatrixProducts&);

}  // namespace gs
