// dropout_philox.cu - y = x m / (1 - rate), one thread per four elements: one call of Philox gives four words.
//
// 2 values moved per element (backward with a ReLU's mask: 3) and about 30 integer operations: bound by memory on a
// GPU, by arithmetic on a CPU. Rate 0 draws nothing. x is multiplied even if m = 0, so that NaN in x propagates.
#include "kernels/common/registration.h"
#include "kernels/dropout/dropout_draw.h"

namespace gs::GS_TARGET {
namespace {

/// Groups of four elements of the whole batch in which elements of the problem are.
struct Groups {
  std::int64_t first, count;
};
GS_BOTH inline Groups groups_of(const Dropout& p) {
  return {p.first / 4, (p.first + p.size + 3) / 4 - p.first / 4};
}

/// Calls element(i, j) for each element i of the problem in a group; j is its place in the group.
template <class Element>
__device__ inline void for_each_in_group(const Dropout& problem, std::int64_t group, Element element) {
  for (int j = 0; j < 4; ++j) {
    const std::int64_t i = 4 * group + j - problem.first;
    if (i >= 0 && i < problem.size) element(i, j);
  }
}

template <class T>
__global__ void forward(T* y, const T* x, const StepState* __restrict__ state, Dropout problem, float scale) {
  const Groups groups = groups_of(problem);
  for (std::int64_t g : grid_stride(groups.count)) {
    const std::int64_t group = groups.first + g;
    const DropoutFactors factors = draw_dropout(*state, problem, group, scale);
    for_each_in_group(problem, group,
                      [&](std::int64_t i, int j) { y[i] = rounded<T>(widened(x[i]) * factors.value[j]); });
  }
}

template <class T>
__global__ void backward(T* dx, const T* dy, const T* __restrict__ relu_output, const StepState* __restrict__ state,
                         Dropout problem, float scale) {
  const Groups groups = groups_of(problem);
  for (std::int64_t g : grid_stride(groups.count)) {
    const std::int64_t group = groups.first + g;
    const DropoutFactors factors = draw_dropout(*state, problem, group, scale);
    for_each_in_group(problem, group, [&](std::int64_t i, int j) {
      const bool stopped = relu_output && widened(relu_output[i]) <= 0;
      dx[i] = rounded<T>(stopped ? 0.0f : widened(dy[i]) * factors.value[j]);
    });
  }
}

template <class T>
void dropout_forward_philox(T* y, const T* x, const StepState* state, const Dropout& problem, void*, stream_t stream) {
  launch_elementwise<forward<T>>(groups_of(problem).count, stream, y, x, state, problem, problem.scale());
}

template <class T>
void dropout_backward_philox(T* dx, const T* dy, const T* relu_output, const StepState* state, const Dropout& problem,
                             void*, stream_t stream) {
  launch_elementwise<backward<T>>(groups_of(problem).count, stream, dx, dy, relu_output, state, problem,
                                  problem.scale());
}

bool fits_counter(const Dropout& p) {
  return p.fits_counter();
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<DropoutForward<T>>(
      {.name = "philox", .rank = 1, .launch = &dropout_forward_philox<T>, .supports = &fits_counter});
  registry.add<DropoutBackward<T>>(
      {.name = "philox", .rank = 1, .launch = &dropout_backward_philox<T>, .supports = &fits_counter});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
