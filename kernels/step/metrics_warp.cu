// metrics_warp.cu - each of a warp's 32 lanes adds up every 32nd row; shuffles add the lanes' sums.
// Changed from metrics_single_thread: the chain of dependent additions is n / 32 + 5 long instead of n.
#include "kernels/common/kernel.h"
#include "kernels/common/reduce.h"
#include "kernels/common/registration.h"
#include "kernels/step/metrics_entry.h"
#include "kernels/step/step.h"

namespace gs::GS_TARGET {
namespace {

__global__ void sum_rows_by_warp(StepMetrics* ring, const float* __restrict__ sample_loss,
                                 const float* __restrict__ sample_correct, const StepState* __restrict__ state,
                                 Metrics problem) {
  float loss = 0, correct = 0;
  for (int row = int(threadIdx.x); row < problem.n; row += 32) {
    loss += sample_loss[row];
    correct += sample_correct[row];
  }
  loss = warp_sum(loss);
  correct = warp_sum(correct);
  if (threadIdx.x == 0) write_entry(ring, loss, correct, *state, problem.capacity);
}

void metrics_warp(StepMetrics* ring, const float* sample_loss, const float* sample_correct, const StepState* state,
                  const Metrics& problem, void*, stream_t stream) {
  launch<sum_rows_by_warp>({dim3(1), dim3(32)}, stream, ring, sample_loss, sample_correct, state, problem);
}

void add_variants(Registry& registry) {
  registry.add<RecordMetrics>({.name = "warp", .rank = 2, .targets = on_blocks, .launch = &metrics_warp});
}
const Registration registration(&add_variants);

}  // namespace
}  // namespace gs::GS_TARGET
