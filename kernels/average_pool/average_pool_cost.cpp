// average_pool_cost.cpp - the least work of average-pooling: one tensor in, the other out; an addition per element of a
// window, a product per result.
#include "kernels/average_pool/average_pool.h"

namespace gs {

template <class T>
Cost cost(AveragePoolForward<T>, const AveragePool& p) {
  return {.flops = double(p.y_size()) * p.window_h * p.window_w,
          .bytes = double(sizeof(T)) * double(p.x_size() + p.y_size())};
}
template <class T>
Cost cost(AveragePoolBackward<T>, const AveragePool& p) {
  return {.flops = double(p.y_size()) * p.window_h * p.window_w + double(p.x_size()),
          .bytes = double(sizeof(T)) * double(p.x_size() + p.y_size())};
}

template Cost cost(AveragePoolForward<float>, const AveragePool&);
template Cost cost(AveragePoolForward<bf16>, const AveragePool&);
template Cost cost(AveragePoolBackward<float>, const AveragePool&);
template Cost cost(AveragePoolBackward<bf16>, const AveragePool&);

}  // namespace gs
