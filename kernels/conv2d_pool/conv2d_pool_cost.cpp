// conv2d_pool_cost.cpp - the operations of both ops; the bytes of neither's tensor between them.
#include "kernels/conv2d_pool/conv2d_pool.h"

namespace gs {

Cost cost(Conv2dPoolForward, const Conv2dPool& d) {
  const Conv2d& c = d.conv;
  return {cost(Conv2dForward{}, c).flops + cost(MaxPoolForward{}, d.pool).flops,
          4.0 * double(c.x_size() + c.w_size() + c.k) + 5.0 * double(d.pool.y_size())};
}

}  // namespace gs
