// collect_element.cu - all[cursor * batch + i, :] = rows[i, :], one thread per value. A value in, a float out: at the
// usual handful of logits its cost is that of a launch.
#include "kernels/collect/collect.h"
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"

namespace gs::GS_TARGET {
namespace {

template <class T>
__global__ void copy_rows(float* __restrict__ all, const T* __restrict__ rows, const StepState* __restrict__ state,
                          Collect problem) {
  const std::int64_t first = std::int64_t(state->cursor) * state->batch * problem.columns;
  for (std::int64_t i : grid_stride(std::int64_t(state->valid()) * problem.columns)) all[first + i] = widened(rows[i]);
}

template <class T>
void collect_element(float* all, const T* rows, const StepState* state, const Collect& problem, void*,
                     stream_t stream) {
  if (!all) return;
  launch_elementwise<copy_rows<T>>(std::int64_t(problem.n) * problem.columns, stream, all, rows, state, problem);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<CollectRows<T>>({.name = "element", .rank = 1, .launch = &collect_element<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
