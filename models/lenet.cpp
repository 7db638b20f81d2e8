// lenet.cpp - the lab's LeNet: two convolutions, each with ReLU and a 2x2 max-pool, and one hidden dense
// layer. After LeCun et al. 1998, "Gradient-based learning applied to document recognition", with today's ReLU and
// max-pool.
#include "engine/net/net_builder.h"
#include "models/models.h"

namespace gs {

Net lenet(const ModelOptions& o) {
  const auto [h, w, c] = o.input;
  // clang-format off
  return NetBuilder("lenet", o.input)
      .conv2d(o.base, 3).relu()      .is(h, w, o.base)
      .max_pool(2)                   .is(h / 2, w / 2, o.base)
      .conv2d(2 * o.base, 3).relu()  .is(h / 2, w / 2, 2 * o.base)
      .max_pool(2)                   .is(h / 2 / 2, w / 2 / 2, 2 * o.base)
      .flatten()
      .dense(2 * o.base).relu()
      .dropout(o.dropout)
      .dense(o.outputs)
      .build();
  // clang-format on
}

}  // namespace gs
