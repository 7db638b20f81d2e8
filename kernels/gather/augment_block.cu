// augment_block.cu - batch assembly with augmentation: a few blocks per image, one pixel per thread at a time.
//
// A pixel reads up to four bytes per channel, shared with its neighbours through the cache, and writes one value: bound
// by memory like the plain gather. A block's first thread draws the image's transform for the block.
#include "kernels/common/registration.h"
#include "kernels/gather/augment_pixel.h"

namespace gs::GS_TARGET {
namespace {

constexpr int threads = 256, pixels_per_block = 4 * threads;

template <class T>
__global__ void augment(T* __restrict__ x, std::int32_t* __restrict__ labels, const std::uint8_t* __restrict__ images,
                        const std::int32_t* __restrict__ all_labels, const std::uint32_t* __restrict__ permutation,
                        const StepState* __restrict__ state, AugmentedGather p) {
  __shared__ Transform transform;
  const std::int64_t row = blockIdx.y;
  const bool is_image = row < std::int64_t(state->valid());
  const std::uint32_t position = state->position(std::uint32_t(row)), image = is_image ? permutation[position] : 0;
  if (threadIdx.x == 0) {
    transform = transform_of(p, *state, image);
    if (blockIdx.x == 0) labels[row] = is_image ? all_labels[image] : 0;
  }
  __syncthreads();
  const int pixels = p.h * p.w;
  const std::int64_t size = std::int64_t(pixels) * p.c;
  const std::uint8_t* from = images + std::int64_t(state->place(position, image)) * size;
  for (int step = 0; step < pixels_per_block; step += threads) {
    const int pixel = int(blockIdx.x) * pixels_per_block + step + int(threadIdx.x);
    if (pixel >= pixels) break;
    T* y = x + row * size + std::int64_t(pixel) * p.c;
    if (is_image)
      augment_pixel(y, from, p, transform, pixel / p.w, pixel % p.w);
    else
      for (int channel = 0; channel < p.c; ++channel) y[channel] = rounded<T>(0);
  }
}

template <class T>
void augment_block(T* x, std::int32_t* labels, const std::uint8_t* images, const std::int32_t* all_labels,
                   const std::uint32_t* permutation, const StepState* state, const AugmentedGather& p, void*,
                   stream_t stream) {
  const auto blocks = unsigned((p.h * p.w + pixels_per_block - 1) / pixels_per_block);
  launch<augment<T>>({dim3(blocks, unsigned(p.n)), dim3(threads)}, stream, x, labels, images, all_labels, permutation,
                     state, p);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<GatherAugmented<T>>({.name = "block", .rank = 1, .targets = on_blocks, .launch = &augment_block<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
