// activity_channel.cu - counts of positive and of broken values, one thread per channel. Every value is read once.
// For CPUs; on a GPU only `channels` threads would work, each on rows * places values.
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/diagnose/diagnose.h"

namespace gs::GS_TARGET {
namespace {

template <class T>
__global__ void count(ChannelActivity* __restrict__ activity, const T* __restrict__ y,
                      const StepState* __restrict__ state, Activity p) {
  const std::int64_t rows = std::int64_t(state->valid()) * p.places;
  for (std::int64_t channel : grid_stride(p.channels)) {
    ChannelActivity sum;
    for (std::int64_t row = 0; row < rows; ++row) {
      const float value = widened(y[row * p.channels + channel]);
      sum.positive += value > 0;
      sum.broken += is_broken(value);
    }
    activity[channel] = sum;
  }
}

template <class T>
void activity_channel(ChannelActivity* activity, const T* y, const StepState* state, const Activity& p, void*,
                      stream_t stream) {
  launch_elementwise<count<T>>(p.channels, stream, activity, y, state, p);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<CountActivity<T>>({.name = "channel", .rank = 1, .launch = &activity_channel<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
