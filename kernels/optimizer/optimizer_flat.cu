// optimizer_flat.cu - every optimizer as one element-wise pass over the flat buffer of all parameters.
//
// Bytes per parameter: sgd 12 (momentum: 20), rmsprop 20, adam 28, and 2 for a copy in bf16; with at most 16 operations
// it is bound by memory. Everything that varies from step to step is read from the state, so a captured graph is never
// patched. Adam's two bias corrections are computed once per thread, in double: rounded to float, 0.999^t would leave 1
// - 0.999^t with four or five right digits.
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/optimizer/optimizer.h"

namespace gs::GS_TARGET {
namespace {

/// What is done with a new parameter beside keeping it.
struct NoCopy {
  __device__ void operator()(std::int64_t, float) const {}
};
struct Bf16Copy {
  bf16* to;
  __device__ void operator()(std::int64_t i, float p) const { to[i] = rounded<bf16>(p); }
};

template <class Copy>
__global__ void sgd(float* __restrict__ parameters, Copy copy, const float* __restrict__ gradients,
                    const StepState* __restrict__ state, Optimizer problem) {
  const float rate = state->learning_rate, decay = problem.weight_decay;
  for (std::int64_t i : grid_stride(problem.size)) {
    const float p = parameters[i] - rate * (gradients[i] + decay * parameters[i]);
    parameters[i] = p;
    copy(i, p);
  }
}

template <class Copy>
__global__ void sgd_momentum(float* __restrict__ parameters, float* __restrict__ velocity, Copy copy,
                             const float* __restrict__ gradients, const StepState* __restrict__ state,
                             Optimizer problem) {
  const float rate = state->learning_rate, decay = problem.weight_decay, momentum = problem.momentum;
  for (std::int64_t i : grid_stride(problem.size)) {
    const float g = gradients[i] + decay * parameters[i];
    const float v = momentum * velocity[i] + g;
    velocity[i] = v;
    const float p = parameters[i] - rate * (problem.nesterov ? g + momentum * v : v);
    parameters[i] = p;
    copy(i, p);
  }
}

template <class Copy>
__global__ void rmsprop(float* __restrict__ parameters, float* __restrict__ mean_square, Copy copy,
                        const float* __restrict__ gradients, const StepState* __restrict__ state, Optimizer problem) {
  const float rate = state->learning_rate, decay = problem.weight_decay;
  const float rho = problem.rho, epsilon = problem.epsilon;
  for (std::int64_t i : grid_stride(problem.size)) {
    const float g = gradients[i] + decay * parameters[i];
    const float s = rho * mean_square[i] + (1 - rho) * g * g;
    mean_square[i] = s;
    const float p = parameters[i] - rate * g / (sqrtf(s) + epsilon);
    parameters[i] = p;
    copy(i, p);
  }
}

template <class Copy>
__global__ void adam(float* __restrict__ parameters, float* __restrict__ mean, float* __restrict__ mean_square,
                     Copy copy, const float* __restrict__ gradients, const StepState* __restrict__ state,
                     Optimizer problem) {
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
    const float p = shrink * parameters[i] - rate * (m * correction1) / (sqrtf(v * correction2) + epsilon);
    parameters[i] = p;
    copy(i, p);
  }
}

template <class Copy>
void run(float* parameters, float* moment1, float* moment2, Copy copy, const float* gradients, const StepState* state,
         const Optimizer& problem, stream_t stream) {
  switch (problem.kind) {
    case OptimizerKind::sgd:
      if (problem.momentum == 0)
        launch_elementwise<sgd<Copy>>(problem.size, stream, parameters, copy, gradients, state, problem);
      else
        launch_elementwise<sgd_momentum<Copy>>(problem.size, stream, parameters, moment1, copy, gradients, state,
                                               problem);
      break;
    case OptimizerKind::rmsprop:
      launch_elementwise<rmsprop<Copy>>(problem.size, stream, parameters, moment1, copy, gradients, state, problem);
      break;
    case OptimizerKind::adam:
    case OptimizerKind::adamw:
      launch_elementwise<adam<Copy>>(problem.size, stream, parameters, moment1, moment2, copy, gradients, state,
                                     problem);
      break;
  }
}

void optimizer_flat(float* parameters, float* moment1, float* moment2, bf16* copy, const float* gradients,
                    const StepState* state, const Optimizer& problem, void*, stream_t stream) {
  if (problem.bf16_copy)
    run(parameters, moment1, moment2, Bf16Copy{copy}, gradients, state, problem, stream);
  else
    run(parameters, moment1, moment2, NoCopy{}, gradients, state, problem, stream);
}

void add_variants(Registry& registry) {
  registry.add<Update>({.name = "flat", .rank = 1, .launch = &optimizer_flat});
}
const Registration registration(&add_variants);

}  // namespace
}  // namespace gs::GS_TARGET
