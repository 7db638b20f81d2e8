// continue_single_thread.cu - one thread checks if the epoch has images left. Bound by the launch, once per step after
// the update: the cost of a loop on the device, besides that of the WHILE node.
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/step/step.h"

namespace gs::GS_TARGET {
namespace {

__global__ void continue_epoch(loop_t loop, const StepState* __restrict__ next) {
  for ([[maybe_unused]] std::int64_t only : grid_stride(1)) set_loop(loop, next->valid() > 0);
}

void continue_epoch_single_thread(loop_t loop, const StepState* next, const EpochLoop&, void*, stream_t stream) {
  launch_elementwise<continue_epoch>(1, stream, loop, next);
}

void add_variants(Registry& registry) {
  registry.add<ContinueEpoch>({.name = "single_thread", .rank = 1, .launch = &continue_epoch_single_thread});
}
const Registration registration(&add_variants);

}  // namespace
}  // namespace gs::GS_TARGET
