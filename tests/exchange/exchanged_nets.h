// exchanged_nets.h - every network of `gridstride models`, small, and one with branches; their parameters, and images.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "engine/data/dataset.h"
#include "engine/net/net_builder.h"
#include "engine/program/flat_layout.h"
#include "models/models.h"
#include "tests/support/compare.h"

namespace gs::test {

/// Averages, concatenated channels, shortcuts of unequal shapes, layers without bias, a pool that leaves pixels out,
/// and values so large that a local response normalisation changes them.
inline Net branches() {
  return NetBuilder("branches", {13, 11, 3})
      .name("in")
      .conv2d(4, 3)
      .batch_norm()
      .relu()
      .name("left")
      .from("in")
      .conv2d(5, 1)
      .average_pool(3, 1)
      .conv2d(5, 3, 1, 2)
      .relu()
      .concat("left")
      .name("both")
      .conv2d(12, 3, 2)
      .starts_from(40, 0)
      .batch_norm()
      .add("both")
      .max_pool(3, 2)
      .lrn()
      .flatten()
      .dense(7)
      .relu()
      .dropout(0.5f)
      .dense(3)
      .build();
}

inline std::vector<Net> exchanged_nets() {
  std::vector<Net> nets{branches()};
  for (const Model& model : models()) {
    ModelOptions o{.input = {16, 18, 3}, .base = 4, .outputs = 3, .dropout = 0.3f};
    if (model.name == "lenet5") o.input = {28, 28, 1}, o.base = 6;
    if (model.name == "alexnet2012") o.input = {67, 75, 3}, o.base = 12;
    if (model.name == "vgg") o.input = {32, 64, 3};
    if (model.name == "resnet") o.depth = 14;
    nets.push_back(model.build(o));
  }
  return nets;
}

/// Initial values, with biases and statistics that are not those of a normalisation without effect.
inline std::vector<float> packed_parameters(const Net& net) {
  const FlatLayout layout(net);
  const std::vector<float> initial = initial_values(layout, 1);
  std::vector<float> packed;
  for (const auto& [parameter, offset] : layout.slots)
    packed.insert(packed.end(), &initial[std::size_t(offset)], &initial[std::size_t(offset)] + parameter.size());
  auto at = packed.begin();
  std::uint64_t seed = 0;
  for (const Layer& layer : net.layers)
    for (const Parameter& p : layer.parameters) {
      if (p.shape.size() == 1) {
        const bool positive = p.name.ends_with("gamma") || p.name.ends_with("variance");
        const std::vector<float> values = random_values(p.size(), ++seed, positive ? 0.5 : -0.3, positive ? 1.5 : 0.3);
        std::ranges::copy(values, at);
      }
      at += p.size();
    }
  return packed;
}

inline Dataset noise_for(const Net& net, int images) {
  Dataset data{.n = images, .h = net.input.h, .w = net.input.w, .c = net.input.c};
  Random random(3);
  for (std::int64_t i = 0; i < images * net.input.size(); ++i) data.images.push_back(std::uint8_t(random.below(256)));
  return data;
}

}  // namespace gs::test
