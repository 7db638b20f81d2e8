// sgd.cu - gradient descent, one thread per parameter; the formula is in sgd.cpp.
//
// 12 bytes and 4 operations per parameter (with momentum 20 bytes and 6 or 8 operations), plus 2 bytes for a bf16 copy:
// bound by memory.
#include "kernels/common/registration.h"
#include "kernels/optimizer/parameter_copy.h"

namespace gs::GS_TARGET {
namespace {

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

void run(float* parameters, float* velocity, float*, bf16* copy, const float* gradients, const StepState* state,
         const Optimizer& problem, void*, stream_t stream) {
  with_copy(problem, copy, [&]<class Copy>(Copy to) {
    if (problem.momentum == 0)
      launch_elementwise<sgd<Copy>>(problem.size, stream, parameters, to, gradients, state, problem);
    else
      launch_elementwise<sgd_momentum<Copy>>(problem.size, stream, parameters, velocity, to, gradients, state, problem);
  });
}

bool is_sgd(const Optimizer& problem) {
  return problem.name == "sgd";
}

const Registration registration([](Registry& registry) {
  registry.add<Update>({.name = "sgd", .rank = 1, .launch = &run, .supports = &is_sgd});
});

}  // namespace
}  // namespace gs::GS_TARGET
