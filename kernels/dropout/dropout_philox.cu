// dropout_philox.cu - y = x m / (1 - rate), one thread per four elements: one call of Philox gives four words.
//
// 8 bytes moved per element (backward behind a ReLU: 12) against about 30 integer operations: bound by memory on a GPU,
// by arithmetic on a CPU. Rate 0 draws nothing. The product is taken even where m = 0, so that a NaN in x is seen.
#include "kernels/dropout/dropout_draw.h"

namespace gs::GS_TARGET {
namespace {

__global__ void forward(float* y, const float* x, const StepState* __restrict__ state, Dropout problem, float scale) {
  for (std::int64_t group : grid_stride((problem.size + 3) / 4)) {
    const DropoutFactors factors = draw_dropout(*state, problem, group, scale);
    for (int j = 0; j < 4; ++j) {
      const std::int64_t i = 4 * group + j;
      if (i < problem.size) y[i] = x[i] * factors.value[j];
    }
  }
}

__global__ void backward(float* dx, const float* dy, const float* __restrict__ relu_output,
                         const StepState* __restrict__ state, Dropout problem, float scale) {
  for (std::int64_t group : grid_stride((problem.size + 3) / 4)) {
    const DropoutFactors factors = draw_dropout(*state, problem, group, scale);
    for (int j = 0; j < 4; ++j) {
      const std::int64_t i = 4 * group + j;
      if (i >= problem.size) break;
      const bool stopped = relu_output && relu_output[i] <= 0;
      dx[i] = stopped ? 0.0f : dy[i] * factors.value[j];
    }
  }
}

}  // namespace

void dropout_forward_philox(float* y, const float* x, const StepState* state, const Dropout& problem, void*,
                            stream_t stream) {
  launch_elementwise<forward>((problem.size + 3) / 4, stream, y, x, state, problem, problem.scale());
}

void dropout_backward_philox(float* dx, const float* dy, const float* relu_output, const StepState* state,
                             const Dropout& problem, void*, stream_t stream) {
  launch_elementwise<backward>((problem.size + 3) / 4, stream, dx, dy, relu_output, state, problem, problem.scale());
}

}  // namespace gs::GS_TARGET
