// dense_ref.h - the formulas of dense.h in double precision, as plain loops; every variant is tested against them.
#pragma once
#include "kernels/common/reference_sums.h"
#include "kernels/dense/dense.h"

namespace gs::ref {

/// y = act(x W^T + b). T is float (a variant's inputs) or double (gradient checks).
template <class T>
Sums dense_forward(const Dense& d, const T* x, const T* w, const T* bias) {
  Sums y(std::int64_t(d.n) * d.out);
  for (std::int64_t i = 0; i < d.n; ++i)
    for (std::int64_t o = 0; o < d.out; ++o) {
      const std::int64_t at = i * d.out + o;
      y.add(at, bias[o]);
      for (std::int64_t j = 0; j < d.in; ++j) y.add(at, double(x[i * d.in + j]) * double(w[o * d.in + j]));
      if (d.relu && y.value[std::size_t(at)] <= 0) y.value[std::size_t(at)] = 0;
    }
  return y;
}

/// dx = dy W; with relu_output (may be null), 0 where it is <= 0 and mask_scale dy W elsewhere.
template <class T>
Sums dense_data_gradient(const Dense& d, const T* dy, const T* w, const T* relu_output) {
  Sums dx(std::int64_t(d.n) * d.in);
  for (std::int64_t i = 0; i < d.n; ++i)
    for (std::int64_t j = 0; j < d.in; ++j) {
      const std::int64_t at = i * d.in + j;
      for (std::int64_t o = 0; o < d.out; ++o) dx.add(at, double(dy[i * d.out + o]) * double(w[o * d.in + j]));
      if (!relu_output) continue;
      dx.value[std::size_t(at)] *= relu_output[at] <= 0 ? 0 : double(d.mask_scale);
      dx.magnitude[std::size_t(at)] *= double(d.mask_scale);
    }
  return dx;
}

/// dW = dy^T x and db = column sums of dy.
template <class T>
void dense_weight_gradient(const Dense& d, const T* x, const T* dy, Sums& dw, Sums& db) {
  for (std::int64_t i = 0; i < d.n; ++i)
    for (std::int64_t o = 0; o < d.out; ++o) {
      db.add(o, dy[i * d.out + o]);
      for (std::int64_t j = 0; j < d.in; ++j) dw.add(o * d.in + j, double(dy[i * d.out + o]) * double(x[i * d.in + j]));
    }
}

}  // namespace gs::ref
