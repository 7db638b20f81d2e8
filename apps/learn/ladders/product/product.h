// product.h - checks a matrix product: c = a b, with a of m x k, b of k x n and c of m x n elements, row by row.
#pragma once
#include "../check.h"

/// Calls launch(a, b, c, m, n, k). `words`: "m n k", or none. n and k are multiples of 4. `allowed`: as a part of the
/// sum of the absolute products.
template <class Launch>
int check_product(int count, char** words, double allowed, Launch launch) {
  return for_sizes(count, words, {{50, 96, 80}, {33, 68, 20}}, [&](const Size& size) {
    const int m = size[0], n = size[1], k = size[2];
    const Floats a = numbers(m * k, 1), b = numbers(k * n, 2);
    Floats right(m * n), scale(m * n);
    for (int row = 0; row < m; ++row)
      for (int column = 0; column < n; ++column) {
        double sum = 0, absolute = 0;
        for (int i = 0; i < k; ++i) {
          const double term = double(a[row * k + i]) * b[i * n + column];
          sum += term, absolute += std::fabs(term);
        }
        right[row * n + column] = float(sum), scale[row * n + column] = float(absolute);
      }
    const OnGpu gpu_a(a), gpu_b(b), gpu_c(Floats(m * n, NAN));
    launch(gpu_a.data, gpu_b.data, gpu_c.data, m, n, k);
    return near_enough(size, gpu_c.read(), right, scale, allowed);
  });
}
