// augment_simd.cu - batch assembly with augmentation for a CPU: every core takes whole images.
#include "kernels/common/registration.h"
#include "kernels/gather/augment_pixel.h"

namespace gs::GS_TARGET {
namespace {

template <class T>
void augment_simd(T* x, std::int32_t* labels, const std::uint8_t* images, const std::int32_t* all_labels,
                  const std::uint32_t* permutation, const StepState* state, const AugmentedGather& p, void*, stream_t) {
  const std::int64_t valid = state->valid(), size = std::int64_t(p.h) * p.w * p.c;
  host_shares(p.n, [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t n = begin; n < end; ++n) {
      T* y = x + n * size;
      if (n >= valid) {
        for (std::int64_t j = 0; j < size; ++j) y[j] = rounded<T>(0);
        labels[n] = 0;
        continue;
      }
      const std::uint32_t position = state->position(std::uint32_t(n)), image = permutation[position];
      const std::uint8_t* pixels = images + std::int64_t(state->place(position, image)) * size;
      const Transform transform = transform_of(p, *state, image);
      labels[n] = all_labels[image];
      for (int row = 0; row < p.h; ++row)
        for (int column = 0; column < p.w; ++column, y += p.c) augment_pixel(y, pixels, p, transform, row, column);
    }
  });
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<GatherAugmented<T>>({.name = "simd", .rank = 2, .targets = on_host, .launch = &augment_simd<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
