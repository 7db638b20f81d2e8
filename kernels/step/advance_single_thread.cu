// advance_single_thread.cu - one thread advances the state. 64 bytes in, 128 out: bound by the launch.
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/step/step.h"

namespace gs::GS_TARGET {
namespace {

__global__ void advance_step(StepState* __restrict__ now, StepState* __restrict__ next, Advance problem) {
  for ([[maybe_unused]] std::int64_t only : grid_stride(1)) {
    StepState state = *next;
    *now = state;
    state.cursor += 1;
    state.ring_slot += 1;
    if (problem.training) {
      state.step += 1;
      state.beta1_power *= double(problem.beta1);
      state.beta2_power *= double(problem.beta2);
    }
    *next = state;
  }
}

void advance_single_thread(StepState* now, StepState* next, const Advance& problem, void*, stream_t stream) {
  launch_elementwise<advance_step>(1, stream, now, next, problem);
}

void add_variants(Registry& registry) {
  registry.add<AdvanceStep>({.name = "single_thread", .rank = 1, .launch = &advance_single_thread});
}
const Registration registration(&add_variants);

}  // namespace
}  // namespace gs::GS_TARGET
