// vgg.cpp - 3x3 convolutions in five stages, each followed by a max-pool; filters double per stage up to 8 times the
// base. Base 64, 224x224x3 images and 1000 classes give the published 132,863,336 parameters at depth 11 and
// 138,357,544 at 16. Simonyan and Zisserman 2015, "Very deep convolutional networks for large-scale image recognition",
// table 1: configurations A, B, D and E; initial weights after He et al. 2015.
#include <cmath>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/net/net_builder.h"
#include "models/models.h"

namespace gs {

Net vgg(const ModelOptions& o) {
  static const std::map<int, std::vector<int>> convolutions_by_depth = {
      {11, {1, 1, 2, 2, 2}}, {13, {2, 2, 2, 2, 2}}, {16, {2, 2, 3, 3, 3}}, {19, {2, 2, 4, 4, 4}}};
  const auto found = convolutions_by_depth.find(o.depth == 0 ? 11 : o.depth);
  if (found == convolutions_by_depth.end())
    throw UsageError(fmt::format("--depth {}: vgg has 11, 13, 16 or 19 layers", o.depth));
  NetBuilder net("vgg", o.input);
  const auto deviation = [&](int window) { return std::sqrt(2.0f / float(window * net.shape().c)); };
  int filters = o.base;
  for (const int convolutions : found->second) {
    for (int i = 0; i < convolutions; ++i) {
      const float from = deviation(9);
      net.conv2d(filters, 3).relu().starts_from(from, 0);
    }
    net.max_pool(2);
    filters = std::min(2 * filters, 8 * o.base);
  }
  net.flatten();
  for (int i = 0; i < 2; ++i) {
    const float from = deviation(1);
    net.dense(64 * o.base).relu().starts_from(from, 0).dropout(o.dropout);
  }
  return net.dense(o.outputs).build();
}

}  // namespace gs
