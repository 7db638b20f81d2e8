// maxpool_cost.cpp - the least work of max-pooling: x in, y and the index byte out; backward dy and the byte in, dx
// out. Comparisons and additions are counted as operations.
#include "kernels/maxpool/maxpool.h"

namespace gs {

Cost cost(MaxPoolForward, const MaxPool& m) {
  return {.flops = double(m.y_size()) * (m.window * m.window - 1),
          .bytes = 4.0 * double(m.x_size()) + 5.0 * double(m.y_size())};
}
Cost cost(MaxPoolBackward, const MaxPool& m) {
  return {.flops = double(m.y_size()), .bytes = 4.0 * double(m.x_size()) + 5.0 * double(m.y_size())};
}

}  // namespace gs
