// flat_layout.cpp - offsets, and conversion between the net's order and the flat buffers.
#include "engine/program/flat_layout.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

#include "engine/core/random.h"
#include "kernels/common/check.h"

namespace gs {

FlatLayout::FlatLayout(const Net& net) {
  std::vector<const Layer*> layer_of;  // of each slot
  const Layer* largest = nullptr;
  std::int64_t most = 0;
  for (const Layer& layer : net.layers)
    for (const Parameter& parameter : layer.parameters) {
      slots.push_back({parameter, 0});
      layer_of.push_back(&layer);
      if (parameter.trained && parameter.size() > most) most = parameter.size(), largest = &layer;
    }
  const auto place = [&](const auto& belongs) {
    for (std::size_t i = 0; i < slots.size(); ++i)
      if (belongs(slots[i].parameter.trained, layer_of[i] == largest)) {
        slots[i].offset = size;
        size += (slots[i].parameter.size() + alignment - 1) / alignment * alignment;
      }
  };
  place([](bool trained, bool last) { return trained && !last; });
  last_offset = size;
  place([](bool trained, bool last) { return trained && last; });
  trained_size = size;
  place([](bool trained, bool) { return !trained; });
}

std::vector<float> FlatLayout::flat(const std::vector<float>& packed) const {
  std::vector<float> result(std::size_t(size), 0.0f);
  std::int64_t at = 0;
  for (const Slot& slot : slots) {
    require(at + slot.parameter.size() <= std::int64_t(packed.size()), "too few parameters for this net");
    std::copy_n(packed.begin() + at, slot.parameter.size(), result.begin() + slot.offset);
    at += slot.parameter.size();
  }
  require(at == std::int64_t(packed.size()), "too many parameters for this net");
  return result;
}

namespace {

/// Box and Muller 1958: a standard normal number from two uniform ones.
float normal(RandomStream& random) {
  const double u = 1.0 - double(random.uniform()), v = double(random.uniform());  // u in (0, 1]
  return float(std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v));
}

}  // namespace

std::vector<float> initial_values(const FlatLayout& layout, std::uint64_t seed) {
  std::vector<float> values(std::size_t(layout.size), 0.0f);
  for (std::size_t j = 0; j < layout.slots.size(); ++j) {
    const auto& [parameter, offset] = layout.slots[j];
    const std::span<float> slot(values.data() + offset, std::size_t(parameter.size()));
    RandomStream random(seed, RandomPurpose::initial_weights, std::uint32_t(j));
    switch (parameter.initial.kind) {
      case InitialValues::Kind::constant:
        std::fill(slot.begin(), slot.end(), parameter.initial.value);
        break;
      case InitialValues::Kind::normal:
        for (float& value : slot) value = parameter.initial.value * normal(random);
        break;
      case InitialValues::Kind::glorot_uniform:
        if (parameter.fan_in == 0) break;  // a bias
        const float limit = float(std::sqrt(6.0 / double(parameter.fan_in + parameter.fan_out)));
        for (float& value : slot) value = limit * (2 * random.uniform() - 1);
        break;
    }
  }
  return values;
}

}  // namespace gs
