// update_two_stage.cu - weight, change and gradient of one parameter, in two launches.
//
// First `slices` threads each sum their share in double: on a GPU every slices-th value, so that reads are coalesced;
// on a CPU a contiguous range. Then one thread adds the partial sums in a fixed order. 12 bytes per value: bound by
// memory (by arithmetic if fp64 is slow).
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/diagnose/diagnose.h"

namespace gs::GS_TARGET {
namespace {

constexpr std::int64_t slices = 2048;

__device__ inline void add(UpdateSums& sums, float after, float before, float gradient) {
  const double change = double(after) - double(before);
  sums.weight += double(before) * double(before);
  sums.change += change * change;
  sums.gradient += double(gradient) * double(gradient);
  sums.not_finite += gradient - gradient != 0;
}

__global__ void sum_slices(UpdateSums* __restrict__ partial, const float* __restrict__ after,
                           const float* __restrict__ before, const float* __restrict__ gradient, std::int64_t size) {
  for (std::int64_t slice : grid_stride(slices)) {
    UpdateSums sums{0, 0, 0, 0};
    if constexpr (target == Target::host) {
      for (std::int64_t i = size * slice / slices; i < size * (slice + 1) / slices; ++i)
        add(sums, after[i], before[i], gradient[i]);
    } else {
      for (std::int64_t i = slice; i < size; i += slices) add(sums, after[i], before[i], gradient[i]);
    }
    partial[slice] = sums;
  }
}

__global__ void sum_partials(UpdateSums* __restrict__ total, const UpdateSums* __restrict__ partial) {
  for ([[maybe_unused]] std::int64_t only : grid_stride(1)) {
    UpdateSums sums{0, 0, 0, 0};
    for (std::int64_t slice = 0; slice < slices; ++slice) {
      sums.weight += partial[slice].weight;
      sums.change += partial[slice].change;
      sums.gradient += partial[slice].gradient;
      sums.not_finite += partial[slice].not_finite;
    }
    *total = sums;
  }
}

std::size_t update_two_stage_workspace(const Values&) {
  return std::size_t(slices) * sizeof(UpdateSums);
}

void update_two_stage(UpdateSums* sums, const float* after, const float* before, const float* gradient, const Values& p,
                      void* workspace, stream_t stream) {
  auto* partial = static_cast<UpdateSums*>(workspace);
  launch_elementwise<sum_slices>(slices, stream, partial, after, before, gradient, p.size);
  launch_elementwise<sum_partials>(1, stream, sums, partial);
}

void add_variants(Registry& registry) {
  registry.add<MeasureUpdate>(
      {.name = "two_stage", .rank = 1, .launch = &update_two_stage, .workspace_bytes = &update_two_stage_workspace});
}
const Registration registration(&add_variants);

}  // namespace
}  // namespace gs::GS_TARGET
