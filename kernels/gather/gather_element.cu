// gather_element.cu - x[i,:] = images[permutation[...],:] / 255, one thread per group of values.
//
// A byte in, a value out: bound by memory. A group is as many values as 16 bytes of x hold, so that few instructions
// belong to a value; a block stays in one row, which needs no division and one look into the permutation. If images do
// not consist of whole groups, or x or the bytes are not aligned, a group is one value. The first block of a row also
// writes its label.
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/common/run.h"
#include "kernels/gather/gather.h"

namespace gs::GS_TARGET {
namespace {

constexpr int gather_threads = 256;

/// A thread takes 16 values if groups have 4 or 8, else 4.
template <int width>
constexpr int groups_per_thread = width == 8 ? 2 : 4;
template <int width>
constexpr int groups_per_block = gather_threads* groups_per_thread<width>;

template <int width, class T>
__global__ void gather_values(T* __restrict__ x, std::int32_t* __restrict__ labels,
                              const std::uint8_t* __restrict__ images, const std::int32_t* __restrict__ all_labels,
                              const std::uint32_t* __restrict__ permutation, const StepState* __restrict__ state,
                              std::int64_t image_size) {
  const std::int64_t row = blockIdx.x, groups = image_size / width;
  const bool is_image = row < std::int64_t(state->valid());
  const std::uint32_t position = state->position(std::uint32_t(row)), image = is_image ? permutation[position] : 0;
  if (blockIdx.y == 0 && threadIdx.x == 0) labels[row] = is_image ? all_labels[image] : 0;
  const std::uint8_t* from = images + std::int64_t(state->place(position, image)) * image_size;
  T* to = x + row * image_size;
  constexpr int each = groups_per_thread<width>;
  const std::int64_t first = std::int64_t(blockIdx.y) * groups_per_block<width> + threadIdx.x;
  Run<std::uint8_t, width> bytes[each] = {};
#pragma unroll
  for (int k = 0; k < each; ++k) {  // all reads before the first write, so that they overlap
    const std::int64_t i = first + k * gather_threads;
    if (is_image && i < groups) bytes[k] = run_at<width>(from, i);
  }
#pragma unroll
  for (int k = 0; k < each; ++k) {
    const std::int64_t i = first + k * gather_threads;
    if (i >= groups) break;
    Run<T, width> group;
#pragma unroll
    for (int l = 0; l < width; ++l) group.of[l] = rounded<T>(float(bytes[k].of[l]) / 255.0f);
    set_run_at(to, i, group);
  }
}

constexpr std::int64_t most_blocks = 65535;  // in the grid's y

bool gather_element_supports(const Gather& problem) {
  return problem.image_size <= most_blocks * groups_per_block<1>;
}

template <class T>
void gather_element(T* x, std::int32_t* labels, const std::uint8_t* images, const std::int32_t* all_labels,
                    const std::uint32_t* permutation, const StepState* state, const Gather& problem, void*,
                    stream_t stream) {
  constexpr int width = run_of_16_bytes<T>;
  const bool grouped = problem.image_size % width == 0 && aligned_for<width>(x) && aligned_for<width>(images);
  const std::int64_t groups = problem.image_size / (grouped ? width : 1);
  const int per_block = grouped ? groups_per_block<width> : groups_per_block<1>;
  const Geometry geometry(dim3(unsigned(problem.n), unsigned((groups + per_block - 1) / per_block)),
                          dim3(gather_threads));
  if (grouped)
    launch<gather_values<width, T>>(geometry, stream, x, labels, images, all_labels, permutation, state,
                                    problem.image_size);
  else
    launch<gather_values<1, T>>(geometry, stream, x, labels, images, all_labels, permutation, state,
                                problem.image_size);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<GatherBatch<T>>({.name = "element",
                                .rank = 1,
                                .targets = on_blocks,
                                .launch = &gather_element<T>,
                                .supports = &gather_element_supports});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
