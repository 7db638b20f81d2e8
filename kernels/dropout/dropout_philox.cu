// dropout_philox.cu - y = x m / (1 - rate), one thread per four elements: one call of Philox gives four words.
//
// 2 values moved per element (backward behind a ReLU: 3) against about 30 integer operations: bound by memory on a GPU,
// by arithmetic on a CPU. Rate 0 draws nothing. The product is taken even where m = 0, so that a NaN in x is seen.
#include "kernels/common/kernel.h"
#include "kernels/common/philox.h"
#include "kernels/dropout/dropout.h"

namespace gs::GS_TARGET {
namespace {

/// What the elements 4 group .. 4 group + 3 are multiplied by: 0 or `scale`.
struct Factors {
  float value[4];
};

__device__ inline Factors draw(const StepState& state, const Dropout& problem, std::int64_t group, float scale) {
  if (problem.rate == 0) return {{scale, scale, scale, scale}};
  const Random4 random =
      philox4x32({{std::uint32_t(group), std::uint32_t(state.step), std::uint32_t(state.step >> 32), problem.layer}},
                 std::uint32_t(state.seed), std::uint32_t(state.seed >> 32));
  Factors factors;
  for (int j = 0; j < 4; ++j) factors.value[j] = uniform(random.word[j]) >= problem.rate ? scale : 0.0f;
  return factors;
}

template <class T>
__global__ void forward(T* y, const T* x, const StepState* __restrict__ state, Dropout problem, float scale) {
  for (std::int64_t group : grid_stride((problem.size + 3) / 4)) {
    const Factors factors = draw(*state, problem, group, scale);
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
    const Factors factors = draw(*state, problem, group, scale);
    for (int j = 0; j < 4; ++j) {
      const std::int64_t i = 4 * group + j;
      if (i >= problem.size) break;
      const bool stopped = relu_output && widened(relu_output[i]) <= 0;
      dx[i] = rounded<T>(stopped ? 0.0f : widened(dy[i]) * factors.value[j]);
    }
  }
}

float scale_of(const Dropout& problem) {
  return float(1 / (1 - double(problem.rate)));
}

}  // namespace

template <class T>
void dropout_forward_philox(T* y, const T* x, const StepState* state, const Dropout& problem, void*, stream_t stream) {
  launch_elementwise<forward<T>>((problem.size + 3) / 4, stream, y, x, state, problem, scale_of(problem));
}

template <class T>
void dropout_backward_philox(T* dx, const T* dy, const T* relu_output, const StepState* state, const Dropout& problem,
                             void*, stream_t stream) {
  launch_elementwise<backward<T>>((problem.size + 3) / 4, stream, dx, dy, relu_output, state, problem,
                                  scale_of(problem));
}

template DropoutForwardOf<float>::Launch dropout_forward_philox;
template DropoutForwardOf<bf16>::Launch dropout_forward_philox;
template DropoutBackwardOf<float>::Launch dropout_backward_philox;
template DropoutBackwardOf<bf16>::Launch dropout_backward_philox;

}  // namespace gs::GS_TARGET
