// maxpool_cost.cpp - the least work of max-pooling: x in, y and the index byte out; backward dy and the byte in, dx
// out. Comparisons and additions count as operations.
#include "kernels/maxpool/maxpool.h"

namespace gs {

template <class T>
Cost cost(MaxPoolForward<T>, const MaxPool& m) {
  return {.flops = double(m.y_size()) * (m.window * m.window - 1),
          .bytes = double(sizeof(T)) * double(m.x_size()) + (sizeof(T) + 1.0) * double(m.y_size())};
}
template <class T>
Cost cost(MaxPoolBackward<T>, const MaxPool& m) {
  return {.flops = double(m.y_size()),
          .bytes = double(sizeof(T)) * double(m.x_size()) + (sizeof(T) + 1.0) * double(m.y_size())};
}

template Cost cost(MaxPoolForward<float>, const MaxPool&);
template Cost cost(MaxPoolForward<bf16>, const MaxPool&);
template Cost cost(MaxPoolBackward<float>, const MaxPool&);
template Cost cost(MaxPoolBackward<bf16>, const MaxPool&);

}  // namespace gs
