// activity_block.cu - counts of positive and of broken values, one block per channel: each thread counts every 256th
// row; the sums are added in shared memory. Changed from activity_channel: 256 times as many threads read. Counts are
// integers, so the order of the sum does not matter.
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/diagnose/diagnose.h"

namespace gs::GS_TARGET {
namespace {

constexpr int threads = 256;

template <class T>
__global__ void count_by_block(ChannelActivity* __restrict__ activity, const T* __restrict__ y,
                               const StepState* __restrict__ state, Activity p) {
  __shared__ ChannelActivity sums[threads];
  const std::int64_t rows = std::int64_t(state->valid()) * p.places;
  ChannelActivity sum{0, 0};
  for (std::int64_t row = threadIdx.x; row < rows; row += threads) {
    const float value = widened(y[row * p.channels + blockIdx.x]);
    sum.positive += value > 0;
    sum.broken += is_broken(value);
  }
  sums[threadIdx.x].positive = sum.positive;
  sums[threadIdx.x].broken = sum.broken;
  for (unsigned half = threads / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x >= half) continue;
    sums[threadIdx.x].positive += sums[threadIdx.x + half].positive;
    sums[threadIdx.x].broken += sums[threadIdx.x + half].broken;
  }
  if (threadIdx.x == 0) {
    activity[blockIdx.x].positive = sums[0].positive;
    activity[blockIdx.x].broken = sums[0].broken;
  }
}

template <class T>
void activity_block(ChannelActivity* activity, const T* y, const StepState* state, const Activity& p, void*,
                    stream_t stream) {
  launch<count_by_block<T>>({dim3(unsigned(p.channels)), dim3(threads)}, stream, activity, y, state, p);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<CountActivity<T>>({.name = "block", .rank = 2, .targets = on_blocks, .launch = &activity_block<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
