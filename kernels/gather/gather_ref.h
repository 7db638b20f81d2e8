// gather_ref.h - batch assembly in plain loops: what every technique of the room must produce.
#pragma once
#include <span>
#include <vector>

#include "kernels/gather/gather.h"

namespace gs::ref {

struct GatheredBatch {
  std::vector<double> x;             ///< [n, image_size]
  std::vector<std::int32_t> labels;  ///< [n]
};

/// x[i,:] = images[permutation[cursor * batch + i],:] / 255 for the valid rows, zeros past them.
inline GatheredBatch gather(const Gather& p, const StepState& state, std::span<const std::uint8_t> images,
                            std::span<const std::int32_t> all_labels, std::span<const std::uint32_t> permutation) {
  GatheredBatch out{std::vector<double>(std::size_t(p.n * p.image_size)), std::vector<std::int32_t>(std::size_t(p.n))};
  for (std::uint32_t i = 0; i < state.valid(); ++i) {
    const std::size_t image = permutation[std::size_t(state.cursor) * state.batch + i];
    out.labels[i] = all_labels[image];
    for (std::size_t j = 0; j < std::size_t(p.image_size); ++j)
      out.x[i * std::size_t(p.image_size) + j] = images[image * std::size_t(p.image_size) + j] / 255.0;
  }
  return out;
}

}  // namespace gs::ref
