// activity_channel.cu - counts of positive and of non-finite values, one thread per channel. 4 bytes a value; for a
// CPU, where a thread is a core; on a GPU only `channels` threads would work, each through rows * places values.
#include "kernels/common/kernel.h"
#include "kernels/diagnose/diagnose.h"

namespace gs::GS_TARGET {
namespace {

__global__ void count(ChannelActivity* __restrict__ activity, const float* __restrict__ y,
                      const StepState* __restrict__ state, Activity p) {
  const std::int64_t rows = std::int64_t(state->valid()) * p.places;
  for (std::int64_t channel : grid_stride(p.channels)) {
    ChannelActivity sum;
    for (std::int64_t row = 0; row < rows; ++row) {
      const float value = y[row * p.channels + channel];
      sum.positive += value > 0;
      sum.not_finite += value - value != 0;  // 0 for every finite number
    }
    activity[channel] = sum;
  }
}

}  // namespace

void activity_channel(ChannelActivity* activity, const float* y, const StepState* state, const Activity& p, void*,
                      stream_t stream) {
  launch_elementwise<count>(p.channels, stream, activity, y, state, p);
}

}  // namespace gs::GS_TARGET
