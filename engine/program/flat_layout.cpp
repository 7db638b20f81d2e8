// flat_layout.cpp - offsets, and moving values between the net's order and the flat buffers.
#include "engine/program/flat_layout.h"

#include <algorithm>
#include <cmath>

#include "engine/core/random.h"
#include "kernels/common/check.h"

namespace gs {

FlatLayout::FlatLayout(const Net& net) {
  constexpr std::int64_t alignment = 64;
  for (const Layer& layer : net.layers)
    for (const Parameter& parameter : layer.parameters) {
      slots.push_back({parameter, size});
      size += (parameter.size() + alignment - 1) / alignment * alignment;
    }
}

std::vector<float> FlatLayout::packed(const std::vector<float>& flat) const {
  require(std::int64_t(flat.size()) == size, "flat buffer of the wrong size");
  std::vector<float> result;
  for (const Slot& slot : slots)
    result.insert(result.end(), flat.begin() + slot.offset, flat.begin() + slot.offset + slot.parameter.size());
  return result;
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

std::vector<float> glorot_uniform(const FlatLayout& layout, std::uint64_t seed) {
  std::vector<float> values(std::size_t(layout.size), 0.0f);
  for (std::size_t j = 0; j < layout.slots.size(); ++j) {
    const auto& [parameter, offset] = layout.slots[j];
    if (parameter.fan_in == 0) continue;
    const float limit = float(std::sqrt(6.0 / double(parameter.fan_in + parameter.fan_out)));
    RandomStream random(seed, RandomPurpose::initial_weights, std::uint32_t(j));
    for (std::int64_t i = 0; i < parameter.size(); ++i)
      values[std::size_t(offset + i)] = limit * (2 * random.uniform() - 1);
  }
  return values;
}

}  // namespace gs
