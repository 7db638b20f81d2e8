// mlp.cpp - a multilayer perceptron on the pixels: the baseline for the convolutional networks.
#include "engine/net/net_builder.h"
#include "models/models.h"

#include <algorithm>

namespace gs {

Net mlp(const ModelOptions& o) {
  const auto half = [](int width) { return std::max(1, width / 2); };
  // clang-format off
  return NetBuilder("mlp", o.input)
      .flatten()
      .dense(o.base).relu().dropout(o.dropout)
      .dense(half(o.base)).relu().dropout(o.dropout)
      .dense(half(half(o.base))).relu().dropout(o.dropout)
      .dense(o.outputs)
      .build();
  // clang-format on
}

}  // namespace gs
