// gather_simd.cu - batch assembly for a CPU: every core takes whole rows.
// Changed from gather_element: no division to find the row, so the loop over a row is one vector loop.
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/gather/gather.h"

namespace gs::GS_TARGET {
namespace {

template <class T>
void scale_row(T* __restrict__ x, const std::uint8_t* __restrict__ image, std::int64_t size) {
  for (std::int64_t j = 0; j < size; ++j) x[j] = rounded<T>(float(image[j]) / 255.0f);
}

template <class T>
void gather_rows(T* x, std::int32_t* labels, const std::uint8_t* images, const std::int32_t* all_labels,
                 const std::uint32_t* permutation, const StepState* state, const Gather& problem, void*, stream_t) {
  const std::int64_t valid = state->valid(), size = problem.image_size;
  host_shares(problem.n, [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      if (row < valid) {
        const std::uint32_t position = state->position(std::uint32_t(row)), image = permutation[position];
        scale_row(x + row * size, images + std::int64_t(state->place(position, image)) * size, size);
        labels[row] = all_labels[image];
      } else {
        for (std::int64_t j = 0; j < size; ++j) x[row * size + j] = rounded<T>(0);
        labels[row] = 0;
      }
    }
  });
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<GatherBatch<T>>({.name = "rows", .rank = 2, .targets = on_host, .launch = &gather_rows<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
