// augment_pixel.h - one pixel of an augmented image, sampled bilinearly at its source position.
#pragma once
#include "kernels/common/kernel.h"
#include "kernels/gather/augment_draw.h"

namespace gs::GS_TARGET {

/// An AugmentDraw with the sine and cosine of its angle, computed once per image.
struct Transform {
  AugmentDraw draw;
  float sine, cosine;
};

__device__ inline Transform transform_of(const AugmentedGather& p, const StepState& state, std::uint32_t image) {
  const AugmentDraw draw = draw_augmentation(p, state, image);
  return {draw, sinf(draw.angle), cosf(draw.angle)};
}

/// Writes all channels of output pixel (row, column) to y [c].
template <class T>
__device__ inline void augment_pixel(T* y, const std::uint8_t* image, const AugmentedGather& p, const Transform& t,
                                     int row, int column) {
  const float centre_x = 0.5f * float(p.w - 1), centre_y = 0.5f * float(p.h - 1);
  const float x = float(column) - centre_x, up = float(row) - centre_y;
  float from_x = t.cosine * x + t.sine * up, from_y = t.cosine * up - t.sine * x;
  if (t.draw.flip_horizontal) from_x = -from_x;
  if (t.draw.flip_vertical) from_y = -from_y;
  from_x = fminf(fmaxf(from_x - t.draw.shift_x + centre_x, 0.0f), float(p.w - 1));
  from_y = fminf(fmaxf(from_y - t.draw.shift_y + centre_y, 0.0f), float(p.h - 1));
  const int left = int(from_x), top = int(from_y);
  const int right = left + 1 < p.w ? left + 1 : left, bottom = top + 1 < p.h ? top + 1 : top;
  const float along = from_x - float(left), down = from_y - float(top);
  const auto pixel = [&](int r, int s) { return image + (std::int64_t(r) * p.w + s) * p.c; };
  for (int channel = 0; channel < p.c; ++channel) {
    const float upper = float(pixel(top, left)[channel]) * (1 - along) + float(pixel(top, right)[channel]) * along;
    const float lower =
        float(pixel(bottom, left)[channel]) * (1 - along) + float(pixel(bottom, right)[channel]) * along;
    const float value = (upper * (1 - down) + lower * down) * (t.draw.factor / 255.0f);
    y[channel] = rounded<T>(fminf(fmaxf(value, 0.0f), 1.0f));
  }
}

}  // namespace gs::GS_TARGET
