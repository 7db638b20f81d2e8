// alexnet.cpp - the lab's scaled-down AlexNet: five convolutions, two hidden dense layers, any base width.
// After Krizhevsky, Sutskever and Hinton 2012, "ImageNet classification with deep convolutional neural networks".
#include "engine/net/net_builder.h"
#include "models/models.h"

namespace gs {

Net alexnet(const ModelOptions& o) {
  const auto [h, w, c] = o.input;
  const int b = o.base;
  // clang-format off
  return NetBuilder("alexnet", o.input)
      .conv2d(b, 3).relu()      .is(h, w, b)
      .max_pool(2)
      .conv2d(2 * b, 3).relu()  .is(h / 2, w / 2, 2 * b)
      .max_pool(2)
      .conv2d(4 * b, 3).relu()  .is(h / 2 / 2, w / 2 / 2, 4 * b)
      .conv2d(4 * b, 3).relu()
      .conv2d(2 * b, 3).relu()
      .max_pool(2)              .is(h / 2 / 2 / 2, w / 2 / 2 / 2, 2 * b)
      .flatten()
      .dense(128).relu().dropout(o.dropout)
      .dense(64).relu().dropout(o.dropout)
      .dense(o.outputs)
      .build();
  // clang-format on
}

}  // namespace gs
