// dropout_philox.cu - y = x m / (1 - rate), one thread per four elements: one call of Philox gives four words.
//
// 2 values moved per element (backward with a ReLU's mask: 3) and about 30 integer operations: bound by memory on a
// GPU, by arithmetic on a CPU. Rate 0 draws nothing. x is multiplied even if m = 0, so that NaN in x propagates.
#include "kernels/common/registration.h"
#include "kernels/dropout/dropout_draw.h"

namespace gs::GS_TARGET {
namespace {

template <class T>
__global__ void forward(T* y, const T* x, const StepState* __restrict__ state, Dropout problem, float scale) {
  for (std::int64_t group : grid_stride((problem.size + 3) / 4)) {
    const DropoutFactors factors = draw_dropout(*state, problem, group, scale);
    for (int j = 0; j < 4; ++j) {
      const std::int64_t i = 4 * group + j;
      if (i < problem.size) y[i] = rounded<T>(widened(x[i]) * factors.value[j]);
    }
  }
}

template <class T>
__global__ void backward(T* dx, const T* dy, const T* __restrict__ relu_output, const StepState* __restrict__ state,
                         Dropout problem, float scale) {
  for (std::int64_t group : grid_stride((problem.size + 3) / 4)) {
    const DropoutFactors factors = draw_dropout(*state, problem, group, scale);
    for (int j = 0; j < 4; ++j) {
      const std::int64_t i = 4 * group + j;
      if (i >= problem.size) break;
      const bool stopped = relu_output && widened(relu_output[i]) <= 0;
      dx[i] = rounded<T>(stopped ? 0.0f : widened(dy[i]) * factors.value[j]);
    }
  }
}

template <class T>
void dropout_forward_philox(T* y, const T* x, const StepState* state, const Dropout& problem, void*, stream_t stream) {
  launch_elementwise<forward<T>>((problem.size + 3) / 4, stream, y, x, state, problem, problem.scale());
}

template <class T>
void dropout_backward_philox(T* dx, const T* dy, const T* relu_output, const StepState* state, const Dropout& problem,
                             void*, stream_t stream) {
  launch_elementwise<backward<T>>((problem.size + 3) / 4, stream, dx, dy, relu_output, state, problem, problem.scale());
}

/// The index of a group of four elements must fit one word of the random counter.
bool fits_counter(const Dropout& p) {
  return p.size <= std::int64_t(4) << 32;
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
