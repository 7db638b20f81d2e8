// optimizer_flat.cu - every optimizer as one element-wise pass over the flat buffer of all parameters.
//
// Bytes per parameter: sgd 12 (momentum: 20), rmsprop 20, adam 28; with at most 16 operations it is bound by memory.
// Everything that varies from step to step is read from the state, so a captured graph is never patched. Adam's two
// bias corrections are computed once per thread, in double: rounded to float, 0.999^t would leave 1 - 0.999^t with four
// or five right digits.
#include "kernels/common/kernel.h"
#include "kernels/optimizer/optimizer.h"

namespace gs::GS_TARGET {
namespace {

__global__ void sgd(float* __restrict__ parameters, const float* __restrict__ gradients,
                    const StepState* __restrict__ state, Optimizer problem) {
  const float rate = state->learning_rate, decay = problem.weight_decay;
  for (std::int64_t i : grid_stride(problem.size)) parameters[i] -= rate * (gradients[i] + decay * parameters[i]);
}

__global__ void sgd_momentum(float* __restrict__ parameters, float* __restrict__ velocity,
                             const float* __restrict__ gradients, const StepState* __restrict__ state,
                             Optimizer problem) {
  const float rate = state->learning_rate, decay = problem.weight_decay, momentum = problem.momentum;
  for (std::int64_t i : grid_stride(problem.size)) {
    const float g = gradients[i] + decay * parameters[i];
    const float v = momentum * velocity[i] + g;
    velocity[i] = v;
    parameters[i] -= rate * (problem.nesterov ? g + momentum * v : v);
  }
}

__global__ void rmsprop(float* __restrict__ parameters, float* __restrict__ mean_square,
                        const float* __restrict__ gradients, const StepState* __restrict__ state, Optimizer problem) {
  const float rate = state->learning_rate, decay = problem.weight_decay;
  const float rho = problem.rho, epsilon = problem.epsilon;
  for (std::int64_t i : grid_stride(problem.size)) {
    const float g = gradients[i] + decay * parameters[i];
    const float s = rho * mean_square[i] + (1 - rho) * g * g;
    mean_square[i] = s;
    parameters[i] -= rate * g / (sqrtf(s) + epsilon);
  }
}

__global__ void adam(float* __restrict__ parameters, float* __restrict__ mean, float* __restrict__ mean_square,
                     const float* __restrict__ gradients, const StepState* __restrict__ state, Optimizer problem) {
  const bool decoupled = problem.kind == OptimizerKind::adamw;
  const float rate = state->learning_rate;
  const float decay = decoupled ? 0.0f : problem.weight_decay, shrink = decoupled ? 1 - rate * problem.weight_decay : 1;
  const float beta1 = problem.beta1, beta2 = problem.beta2, epsilon = problem.epsilon;
  const float correction1 = float(1 / (1 - state->beta1_power)), correction2 = float(1 / (1 - state->beta2_power));
  for (std::int64_t i : grid_stride(problem.size)) {
    const float g = gradients[i] + decay * parameters[i];
    const float m = beta1 * mean[i] + (1 - beta1) * g;
    const float v = beta2 * mean_square[i] + (1 - beta2) * g * g;
    mean[i] = m;
    mean_square[i] = v;
    parameters[i] = shrink * parameters[i] - rate * (m * correction1) / (sqrtf(v * correction2) + epsilon);
  }
}

}  // namespace

void optimizer_flat(float* parameters, float* moment1, float* moment2, const float* gradients, const StepState* state,
                    const Optimizer& problem, void*, stream_t stream) {
  switch (problem.kind) {
    case OptimizerKind::sgd:
      if (problem.momentum == 0)
        launch_elementwise<sgd>(problem.size, stream, parameters, gradients, state, problem);
      else
        launch_elementwise<sgd_momentum>(problem.size, stream, parameters, moment1, gradients, state, problem);
      break;
    case OptimizerKind::rmsprop:
      launch_elementwise<rmsprop>(problem.size, stream, parameters, moment1, gradients, state, problem);
      break;
    case OptimizerKind::adam:
    case OptimizerKind::adamw:
      launch_elementwise<adam>(problem.size, stream, parameters, moment1, moment2, gradients, state, problem);
      break;
  }
}

}  // namespace gs::GS_TARGET
