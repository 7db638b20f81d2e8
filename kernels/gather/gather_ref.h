// gather_ref.h - reference of batch assembly in plain loops.
#pragma once
#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "kernels/gather/augment_draw.h"
#include "kernels/gather/gather.h"

namespace gs::ref {

struct GatheredBatch {
  std::vector<double> x;             ///< [n, image_size]
  std::vector<std::int32_t> labels;  ///< [n]
};

/// x[i,:] = images[permutation[cursor * batch + i],:] / 255 for the valid rows, 0 in the others.
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

/// gather() with augmentation: pixel (i, j) is sampled at its position under the inverse of (shift, flip, rotate).
inline GatheredBatch gather_augmented(const AugmentedGather& p, const StepState& state,
                                      std::span<const std::uint8_t> images, std::span<const std::int32_t> all_labels,
                                      std::span<const std::uint32_t> permutation) {
  const std::size_t size = std::size_t(p.h) * p.w * p.c;
  GatheredBatch out{std::vector<double>(std::size_t(p.n) * size), std::vector<std::int32_t>(std::size_t(p.n))};
  for (std::uint32_t n = 0; n < state.valid(); ++n) {
    const std::uint32_t image = permutation[std::size_t(state.cursor) * state.batch + n];
    out.labels[n] = all_labels[image];
    const AugmentDraw d = draw_augmentation(p, state, image);
    const auto at = [&](double row, double column, int channel) {  // bilinear; edge pixels are repeated
      row = std::clamp(row, 0.0, p.h - 1.0), column = std::clamp(column, 0.0, p.w - 1.0);
      double sum = 0;
      for (int i = 0; i < p.h; ++i)
        for (int j = 0; j < p.w; ++j)
          sum += std::max(0.0, 1 - std::abs(row - i)) * std::max(0.0, 1 - std::abs(column - j)) *
                 images[image * size + std::size_t((i * p.w + j) * p.c + channel)];
      return sum;
    };
    for (int i = 0; i < p.h; ++i)
      for (int j = 0; j < p.w; ++j) {
        const double x = j - (p.w - 1) / 2.0, y = i - (p.h - 1) / 2.0, s = std::sin(d.angle), c = std::cos(d.angle);
        const double from_x = (d.flip_horizontal ? -1 : 1) * (c * x + s * y) - d.shift_x + (p.w - 1) / 2.0;
        const double from_y = (d.flip_vertical ? -1 : 1) * (c * y - s * x) - d.shift_y + (p.h - 1) / 2.0;
        for (int channel = 0; channel < p.c; ++channel)
          out.x[n * size + std::size_t((i * p.w + j) * p.c + channel)] =
              std::clamp(at(from_y, from_x, channel) * d.factor / 255, 0.0, 1.0);
      }
  }
  return out;
}

}  // namespace gs::ref
