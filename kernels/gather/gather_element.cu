// gather_element.cu - x[i,:] = images[permutation[...],:] / 255, one thread per value.
// A byte in, a value out: bound by memory. The first value's thread also writes the row's label.
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/gather/gather.h"

namespace gs::GS_TARGET {
namespace {

template <class T>
__global__ void gather_values(T* __restrict__ x, std::int32_t* __restrict__ labels,
                              const std::uint8_t* __restrict__ images, const std::int32_t* __restrict__ all_labels,
                              const std::uint32_t* __restrict__ permutation, const StepState* __restrict__ state,
                              Gather problem) {
  const std::int64_t valid = state->valid(), first = std::int64_t(state->cursor) * state->batch;
  for (std::int64_t i : grid_stride(problem.n * problem.image_size)) {
    const std::int64_t row = i / problem.image_size, column = i - row * problem.image_size;
    const bool is_image = row < valid;
    const std::int64_t image = is_image ? permutation[first + row] : 0;
    x[i] = rounded<T>(is_image ? float(images[image * problem.image_size + column]) / 255.0f : 0.0f);
    if (column == 0) labels[row] = is_image ? all_labels[image] : 0;
  }
}

template <class T>
void gather_element(T* x, std::int32_t* labels, const std::uint8_t* images, const std::int32_t* all_labels,
                    const std::uint32_t* permutation, const StepState* state, const Gather& problem, void*,
                    stream_t stream) {
  launch_elementwise<gather_values<T>>(problem.n * problem.image_size, stream, x, labels, images, all_labels,
                                       permutation, state, problem);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<GatherBatch<T>>({.name = "element", .rank = 1, .launch = &gather_element<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
