// conv2d_pool_cost.cpp - operations of the separate ops, without those for zeros; bytes without the tensor between
// them.
#include "kernels/conv2d_pool/conv2d_pool.h"

namespace gs {

template <class T>
Cost cost(Conv2dPoolForward<T>, const Conv2dPool& d) {
  const Conv2d& c = d.conv;
  return {cost(Conv2dForward<T>{}, c).flops + cost(MaxPoolForward<T>{}, d.pool).flops,
          double(sizeof(T)) * double(c.x_size() + c.w_size() + c.k) + (sizeof(T) + 1.0) * double(d.pool.y_size())};
}

/// One multiply-add per tap and one addition for each value of the pooled output.
template <class T>
Cost cost(Conv2dPoolFilterGradient<T>, const Conv2dPool& d) {
  const Conv2d& c = d.conv;
  return {double(d.pool.y_size()) * (2.0 * c.r * c.s * c.group_c() + 1),
          double(sizeof(T)) * double(c.x_size()) + (sizeof(T) + 1.0) * double(d.pool.y_size()) +
              double(sizeof(float)) * double(c.w_size() + c.k)};
}

/// One multiply-add per tap for each value of the pooled output.
template <class T>
Cost cost(Conv2dPoolDataGradient<T>, const Conv2dPool& d) {
  const Conv2d& c = d.conv;
  return {double(d.pool.y_size()) * 2.0 * c.r * c.s * c.group_c(),
          double(sizeof(T)) * double(c.x_size() + c.w_size()) + (sizeof(T) + 1.0) * double(d.pool.y_size())};
}

template Cost cost(Conv2dPoolForward<float>, const Conv2dPool&);
template Cost cost(Conv2dPoolForward<bf16>, const Conv2dPool&);
template Cost cost(Conv2dPoolFilterGradient<float>, const Conv2dPool&);
template Cost cost(Conv2dPoolFilterGradient<bf16>, const Conv2dPool&);
template Cost cost(Conv2dPoolDataGradient<float>, const Conv2dPool&);
template Cost cost(Conv2dPoolDataGradient<bf16>, const Conv2dPool&);

}  // namespace gs
