// dropout_philox.cu - y = x m / (1 - rate), one thread per four elements: one call of Philox gives four words.
//
// 8 bytes moved per element (backward behind a ReLU: 12) against about 30 integer operations: bound by memory on a GPU,
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

__global__ void forward(float* y, const float* x, const StepState* __restrict__ state, Dropout problem, float scale) {
  for (std::int64_t group : grid_stride((problem.size + 3) / 4)) {
    const Factors factors = draw(*state, problem, group, scale);
    for (int j = 0; j < 4; ++j) {
      const std::int64_t i = 4 * group + j;
      if (i < problem.size) y[i] = x[i] * factors.value[j];
    }
  }
}

__global__ void backward(float* dx, const float* dy, const float* __restrict__ relu_output,
                         const StepState* __restrict__ state, Dropout problem, float scale) {
  for (std::int64_t group : grid_stride((problem.size + 3) / 4)) {
    const Factors factors = draw(*state, problem, group, scale);
    for (int j = 0; j < 4; ++j) {
      const std::int64_t i = 4 * group + j;
      if (i >= problem.size) break;
      const bool stopped = relu_output && relu_output[i] <= 0;
      dx[i] = stopped ? 0.0f : dy[i] * factors.value[j];
    }
  }
}

float scale_of(const Dropout& problem) {
  return float(1 / (1 - double(problem.rate)));
}

}  // namespace

void dropout_forward_philox(float* y, const float* x, const StepState* state, const Dropout& problem, void*,
                            stream_t stream) {
  launch_elementwise<forward>((problem.size + 3) / 4, stream, y, x, state, problem, scale_of(problem));
}

void dropout_backward_philox(float* dx, const float* dy, const float* relu_output, const StepState* state,
                             const Dropout& problem, void*, stream_t stream) {
  launch_elementwise<backward>((problem.size + 3) / 4, stream, dx, dy, relu_output, state, problem, scale_of(problem));
}

}  // namespace gs::GS_TARGET
