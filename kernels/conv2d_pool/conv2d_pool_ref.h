// conv2d_pool_ref.h - the filter gradient from a pooled gradient in double precision: each window of the pool adds the
// products of its maximum. (The forward pass is conv2d_ref.h's, then maxpool_ref.h's.)
#pragma once
#include "kernels/common/reference_sums.h"
#include "kernels/conv2d_pool/conv2d_pool.h"

namespace gs::ref {

/// dw and db of one layer. T is float (a variant's inputs) or double (gradient checks).
template <class T>
void conv2d_pool_filter_gradient(const Conv2dPool& d, const T* x, const T* dy, const std::uint8_t* argmax, Sums& dw,
                                 Sums& db) {
  const Conv2d& conv = d.conv;
  const MaxPool& pool = d.pool;
  for (std::int64_t at = 0; at < pool.y_size(); ++at) {
    if (argmax[at] >= pool.window * pool.window) continue;
    const std::int64_t k = at % pool.c, q = at / pool.c % pool.q(), p = at / pool.c / pool.q() % pool.p();
    const std::int64_t n = at / pool.c / pool.q() / pool.p();
    const std::int64_t top = (p * pool.stride + argmax[at] / pool.window) * conv.stride - conv.pad;
    const std::int64_t left = (q * pool.stride + argmax[at] % pool.window) * conv.stride - conv.pad;
    for (int r = 0; r < conv.r; ++r)
      for (int s = 0; s < conv.s; ++s) {
        if (top + r < 0 || top + r >= conv.h || left + s < 0 || left + s >= conv.w) continue;
        for (std::int64_t c = 0; c < conv.group_c(); ++c) {
          const std::int64_t channel = k / conv.group_k() * conv.group_c() + c;
          dw.add(((k * conv.r + r) * conv.s + s) * conv.group_c() + c,
                 double(dy[at]) * double(x[((n * conv.h + top + r) * conv.w + left + s) * conv.c + channel]));
        }
      }
    db.add(k, dy[at]);
  }
}

}  // namespace gs::ref
