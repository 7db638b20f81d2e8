// conv2d_ref.h - the formulas of conv2d.h in double precision, as plain loops; every variant is tested against them.
#pragma once
#include "kernels/common/reference_sums.h"
#include "kernels/conv2d/conv2d.h"

namespace gs::ref {

/// Calls f(y index, x index, w index) for every product of the convolution, without those of the padding.
template <class F>
void for_each_product(const Conv2d& d, F f) {
  for (std::int64_t n = 0; n < d.n; ++n)
    for (int p = 0; p < d.p(); ++p)
      for (int q = 0; q < d.q(); ++q)
        for (std::int64_t k = 0; k < d.k; ++k)
          for (int r = 0; r < d.r; ++r)
            for (int s = 0; s < d.s; ++s) {
              const int h = p * d.stride - d.pad + r, w = q * d.stride - d.pad + s;
              if (h < 0 || h >= d.h || w < 0 || w >= d.w) continue;
              for (std::int64_t c = 0; c < d.group_c(); ++c)
                f(((n * d.p() + p) * d.q() + q) * d.k + k,
                  ((n * d.h + h) * d.w + w) * d.c + k / d.group_k() * d.group_c() + c,
                  ((k * d.r + r) * d.s + s) * d.group_c() + c);
            }
}

/// y = act(conv(x, w) + bias). T is float (a variant's inputs) or double (gradient checks).
template <class T>
Sums conv2d_forward(const Conv2d& d, const T* x, const T* w, const T* bias) {
  Sums y(d.y_size());
  for (std::int64_t i = 0; i < d.y_size(); ++i) y.add(i, bias[i % d.k]);
  for_each_product(d, [&](auto yi, auto xi, auto wi) { y.add(yi, double(x[xi]) * double(w[wi])); });
  if (d.relu)
    for (double& value : y.value)
      if (value <= 0) value = 0;
  return y;
}

/// dx = conv^T(dy, w), zero where relu_output <= 0 (relu_output may be null).
template <class T>
Sums conv2d_data_gradient(const Conv2d& d, const T* dy, const T* w, const T* relu_output) {
  Sums dx(d.x_size());
  for_each_product(d, [&](auto yi, auto xi, auto wi) { dx.add(xi, double(dy[yi]) * double(w[wi])); });
  if (relu_output)
    for (std::int64_t i = 0; i < d.x_size(); ++i)
      if (relu_output[i] <= 0) dx.value[std::size_t(i)] = 0;
  return dx;
}

/// dw and db of one layer.
template <class T>
void conv2d_filter_gradient(const Conv2d& d, const T* x, const T* dy, Sums& dw, Sums& db) {
  for_each_product(d, [&](auto yi, auto xi, auto wi) { dw.add(wi, double(dy[yi]) * double(x[xi])); });
  for (std::int64_t i = 0; i < d.y_size(); ++i) db.add(i % d.k, dy[i]);
}

}  // namespace gs::ref
