// augment_draw.h - draws the augmentation of one image in one epoch from Philox; shared by all variants and the
// reference.
#pragma once
#include "kernels/common/philox.h"
#include "kernels/gather/gather.h"

namespace gs {

/// The last word of the counter, unique to this stream of random numbers (engine/core/random.h, RandomPurpose).
inline constexpr std::uint32_t augmentation_stream = 0x80000004u;

struct AugmentDraw {
  bool flip_horizontal, flip_vertical;
  float shift_x, shift_y;  ///< pixels
  float angle;             ///< radians
  float factor;            ///< brightness factor
};

/// The counter is (image, epoch, call, augmentation_stream), the key the seed.
GS_BOTH inline AugmentDraw draw_augmentation(const AugmentedGather& p, const StepState& state, std::uint32_t image) {
  const std::uint32_t key0 = std::uint32_t(state.seed), key1 = std::uint32_t(state.seed >> 32);
  const Random4 first = philox4x32({{image, state.epoch, 0, augmentation_stream}}, key0, key1);
  const Random4 second = philox4x32({{image, state.epoch, 1, augmentation_stream}}, key0, key1);
  const Augmentation& a = p.augmentation;
  constexpr float radians = 0.017453292519943295f;
  return {
      a.flip_horizontal && uniform(first.word[0]) < 0.5f,      a.flip_vertical && uniform(first.word[1]) < 0.5f,
      (2 * uniform(first.word[2]) - 1) * a.shift * float(p.w), (2 * uniform(first.word[3]) - 1) * a.shift * float(p.h),
      (2 * uniform(second.word[0]) - 1) * a.rotate * radians,  1 + (2 * uniform(second.word[1]) - 1) * a.brightness};
}

}  // namespace gs
