// alexnet2012.cpp - AlexNet as published: grouped convolutions, local response normalisation, overlapping pools. The
// base width is the paper's 96 filters; 227x227x3 images and 1000 classes give its 60,965,224 parameters. Krizhevsky,
// Sutskever and Hinton 2012, "ImageNet classification with deep convolutional neural networks".
#include "engine/net/net_builder.h"
#include "models/models.h"

namespace gs {

Net alexnet2012(const ModelOptions& o) {
  const auto even = [](int width) { return width / 2 * 2; };  // two groups
  const int b = even(o.base), b2 = even(8 * b / 3), hidden = 128 * b / 3;
  // clang-format off
  return NetBuilder("alexnet2012", o.input)
      .conv2d(b, 11, 4, 0).relu()                       .starts_from(0.01f, 0)
      .lrn()
      .max_pool(3, 2)
      .conv2d(b2, 5, 1, NetBuilder::same, 2).relu()     .starts_from(0.01f, 1)
      .lrn()
      .max_pool(3, 2)
      .conv2d(4 * b, 3).relu()                          .starts_from(0.01f, 0)
      .conv2d(4 * b, 3, 1, NetBuilder::same, 2).relu()  .starts_from(0.01f, 1)
      .conv2d(b2, 3, 1, NetBuilder::same, 2).relu()     .starts_from(0.01f, 1)
      .max_pool(3, 2)
      .flatten()
      .dense(hidden).relu()                             .starts_from(0.01f, 1).dropout(o.dropout)
      .dense(hidden).relu()                             .starts_from(0.01f, 1).dropout(o.dropout)
      .dense(o.outputs)                                 .starts_from(0.01f, 0)
      .build();
  // clang-format on
}

}  // namespace gs
