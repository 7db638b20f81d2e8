// peak_ref.h - the formulas of peak.h in double precision.
#pragma once
#include <span>
#include <vector>

#include "kernels/peak/peak.h"

namespace gs::ref {

/// y[i] = x[i] after `depth` times x = a x + b.
inline std::vector<double> chain_multiply_adds(const MultiplyAdds& p, std::span<const double> x) {
  std::vector<double> y(x.begin(), x.end());
  for (double& value : y)
    for (int i = 0; i < p.depth; ++i) value = double(p.a) * value + double(p.b);
  return y;
}

/// y[w] = depth * matrix_product_tiles * A B, the factors as they are.
inline std::vector<double> repeat_matrix_products(const MatrixProducts& p, std::span<const double> a,
                                                  std::span<const double> b) {
  std::vector<double> y;
  for (int w = 0; w < p.warps; ++w)
    for (int row = 0; row < 16; ++row)
      for (int column = 0; column < 8; ++column) {
        double sum = 0;
        for (int k = 0; k < p.k(); ++k) sum += a[std::size_t(row * p.k() + k)] * b[std::size_t(k * 8 + column)];
        y.push_back(sum * p.depth * matrix_product_tiles);
      }
  return y;
}

}  // namespace gs::ref
