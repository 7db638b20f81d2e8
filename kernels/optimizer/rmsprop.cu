// rmsprop.cu - RMSprop, one thread per parameter; the formula is in rmsprop.cpp.
//
// 20 bytes per parameter (22 with a bf16 copy) and 11 operations: bound by memory.
#include "kernels/common/registration.h"
#include "kernels/optimizer/parameter_copy.h"

namespace gs::GS_TARGET {
namespace {

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

void run(float* parameters, float* mean_square, float*, bf16* copy, const float* gradients, const StepState* state,
         const Optimizer& problem, void*, stream_t stream) {
  with_copy(problem, copy, [&]<class Copy>(Copy to) {
    launch_elementwise<rmsprop<Copy>>(problem.size, stream, parameters, mean_square, to, gradients, state, problem);
  });
}

bool is_rmsprop(const Optimizer& problem) {
  return problem.name == "rmsprop";
}

const Registration registration([](Registry& registry) {
  registry.add<Update>({.name = "rmsprop", .rank = 2, .launch = &run, .supports = &is_rmsprop});
});

}  // namespace
}  // namespace gs::GS_TARGET
