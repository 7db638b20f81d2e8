// resnet.cpp - the residual network for small images: 6n + 2 layers, three stages of n blocks, parameter-free
// shortcuts. Base 16, depth 20, 32x32x3 images and 10 classes give 269,722 parameters. He, Zhang, Ren and Sun
// 2016, "Deep residual learning for image recognition", section 4.2; initial weights after He et al. 2015.
#include <cmath>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/net/net_builder.h"
#include "models/models.h"

namespace gs {
namespace {

void convolution(NetBuilder& net, int filters, int stride) {
  const float deviation = std::sqrt(2.0f / float(9 * net.shape().c));
  net.conv2d(filters, 3, stride).starts_from(deviation, 0).batch_norm();
}

}  // namespace

Net resnet(const ModelOptions& o) {
  const int depth = o.depth == 0 ? 20 : o.depth;
  if (depth < 8 || depth % 6 != 2)
    throw UsageError(fmt::format("--depth {}: resnet has 6n + 2 layers: 8, 14, 20, 32, 44, 56, 110 ...", depth));
  NetBuilder net("resnet", o.input);
  convolution(net, o.base, 1);
  net.relu();
  for (int stage = 0; stage < 3; ++stage)
    for (int block = 0; block < (depth - 2) / 6; ++block) {
      const int filters = o.base << stage;
      net.name("shortcut");
      convolution(net, filters, stage > 0 && block == 0 ? 2 : 1);
      net.relu();
      convolution(net, filters, 1);
      net.add("shortcut").relu();
    }
  return net.global_average_pool().dropout(o.dropout).dense(o.outputs).build();
}

}  // namespace gs
