// lenet5.cpp - LeNet-5 with a fully connected third layer, after LeCun et al. 1998, with ReLU and max-pool. The base
// width is the paper's 6 filters; 28x28 images give its 61,706 parameters at 10 classes.
#include "engine/net/net_builder.h"
#include "models/models.h"

namespace gs {

Net lenet5(const ModelOptions& o) {
  // clang-format off
  return NetBuilder("lenet5", o.input)
      .conv2d(o.base, 5).relu()
      .max_pool(2)
      .conv2d(16 * o.base / 6, 5, 1, 0).relu()
      .max_pool(2)
      .flatten()
      .dense(120).relu().dropout(o.dropout)
      .dense(84).relu().dropout(o.dropout)
      .dense(o.outputs)
      .build();
  // clang-format on
}

}  // namespace gs
