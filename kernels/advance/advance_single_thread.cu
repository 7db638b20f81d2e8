// advance_single_thread.cu - one thread moves the step's state on. 56 bytes in, 56 out: its cost is that of a launch.
#include "kernels/advance/advance.h"
#include "kernels/common/kernel.h"

namespace gs::GS_TARGET {
namespace {

__global__ void advance_step(StepState* state, Advance problem) {
  for ([[maybe_unused]] std::int64_t only : grid_stride(1)) {
    state->cursor += 1;
    state->ring_slot += 1;
    if (problem.training) {
      state->step += 1;
      state->beta1_power *= double(problem.beta1);
      state->beta2_power *= double(problem.beta2);
    }
  }
}

}  // namespace

void advance_single_thread(StepState* state, const Advance& problem, void*, stream_t stream) {
  launch_elementwise<advance_step>(1, stream, state, problem);
}

}  // namespace gs::GS_TARGET
