// metrics_single_thread.cu - one thread adds up the batch, row by row. 8 bytes per row; bound by the launch at the
// usual batches of 2 to 64 rows.
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/step/metrics_entry.h"
#include "kernels/step/step.h"

namespace gs::GS_TARGET {
namespace {

__global__ void sum_rows(StepMetrics* ring, const float* __restrict__ sample_loss,
                         const float* __restrict__ sample_correct, const StepState* __restrict__ state,
                         Metrics problem) {
  for ([[maybe_unused]] std::int64_t only : grid_stride(1)) {
    float loss = 0, correct = 0;
    for (int row = 0; row < problem.n; ++row) {
      loss += sample_loss[row];
      correct += sample_correct[row];
    }
    write_entry(ring, loss, correct, *state, problem.capacity);
  }
}

void metrics_single_thread(StepMetrics* ring, const float* sample_loss, const float* sample_correct,
                           const StepState* state, const Metrics& problem, void*, stream_t stream) {
  launch_elementwise<sum_rows>(1, stream, ring, sample_loss, sample_correct, state, problem);
}

void add_variants(Registry& registry) {
  registry.add<RecordMetrics>({.name = "single_thread", .rank = 1, .launch = &metrics_single_thread});
}
const Registration registration(&add_variants);

}  // namespace
}  // namespace gs::GS_TARGET
