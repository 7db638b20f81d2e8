// store_logits_element.cu - all[cursor * batch + i, :] = logits[i, :], one thread per value. A value in, a float out:
// bound by the launch, as logits are few.
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/step/step.h"

namespace gs::GS_TARGET {
namespace {

template <class T>
__global__ void copy_rows(float* __restrict__ all, const T* __restrict__ logits, const StepState* __restrict__ state,
                          LogitRows problem) {
  const std::int64_t first = std::int64_t(state->cursor) * state->batch * problem.columns;
  for (std::int64_t i : grid_stride(std::int64_t(state->valid()) * problem.columns))
    all[first + i] = widened(logits[i]);
}

template <class T>
void store_logits_element(float* all, const T* logits, const StepState* state, const LogitRows& problem, void*,
                          stream_t stream) {
  if (!all) return;
  launch_elementwise<copy_rows<T>>(std::int64_t(problem.n) * problem.columns, stream, all, logits, state, problem);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<StoreLogits<T>>({.name = "element", .rank = 1, .launch = &store_logits_element<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
