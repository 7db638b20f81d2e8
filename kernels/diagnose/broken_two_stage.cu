// broken_two_stage.cu - the number of values that are NaN, Inf or too large, in two launches.
//
// First `slices` threads each count their share: on a GPU every slices-th value, so that reads are coalesced; on a CPU
// a contiguous range. Then one thread adds the counts. 4 bytes per value: bound by memory on a CPU, by latency on a
// GPU, since only 2048 threads read.
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/diagnose/diagnose.h"

namespace gs::GS_TARGET {
namespace {

constexpr std::int64_t slices = 2048;

__global__ void count_slices(std::uint32_t* __restrict__ partial, const float* __restrict__ x, std::int64_t size) {
  for (std::int64_t slice : grid_stride(slices)) {
    std::uint32_t found = 0;
    if constexpr (target == Target::host) {
      for (std::int64_t i = size * slice / slices; i < size * (slice + 1) / slices; ++i) found += is_broken(x[i]);
    } else {
      for (std::int64_t i = slice; i < size; i += slices) found += is_broken(x[i]);
    }
    partial[slice] = found;
  }
}

__global__ void add_slices(std::uint32_t* __restrict__ count, const std::uint32_t* __restrict__ partial) {
  for ([[maybe_unused]] std::int64_t only : grid_stride(1)) {
    std::uint32_t sum = 0;
    for (std::int64_t slice = 0; slice < slices; ++slice) sum += partial[slice];
    *count = sum;
  }
}

std::size_t broken_two_stage_workspace(const Values&) {
  return std::size_t(slices) * sizeof(std::uint32_t);
}

void broken_two_stage(std::uint32_t* count, const float* x, const Values& p, void* workspace, stream_t stream) {
  auto* partial = static_cast<std::uint32_t*>(workspace);
  launch_elementwise<count_slices>(slices, stream, partial, x, p.size);
  launch_elementwise<add_slices>(1, stream, count, partial);
}

void add_variants(Registry& registry) {
  registry.add<CountBroken>(
      {.name = "two_stage", .rank = 1, .launch = &broken_two_stage, .workspace_bytes = &broken_two_stage_workspace});
}
const Registration registration(&add_variants);

}  // namespace
}  // namespace gs::GS_TARGET
