// adam.cu - Adam and AdamW, one thread per parameter; the formulas are in adam.cpp.
//
// 28 bytes per parameter (30 with a bf16 copy) and 16 operations: bound by memory. The two bias corrections are
// computed once per thread, in double: with 0.999^t rounded to float, 1 - 0.999^t would have four or five correct
// digits.
#include "kernels/common/registration.h"
#include "kernels/optimizer/parameter_copy.h"

namespace gs::GS_TARGET {
namespace {

template <class Copy>
__global__ void adam(float* __restrict__ parameters, float* __restrict__ mean, float* __restrict__ mean_square,
                     Copy copy, const float* __restrict__ gradients, const StepState* __restrict__ state,
                     Optimizer problem, bool decoupled) {
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

void run(float* parameters, float* mean, float* mean_square, bf16* copy, const float* gradients, const StepState* state,
         const Optimizer& problem, void*, stream_t stream) {
  with_copy(problem, copy, [&]<class Copy>(Copy to) {
    launch_elementwise<adam<Copy>>(problem.size, stream, parameters, mean, mean_square, to, gradients, state, problem,
                                   problem.name == "adamw");
  });
}

bool is_adam(const Optimizer& problem) {
  return problem.name == "adam" || problem.name == "adamw";
}

const Registration registration([](Registry& registry) {
  registry.add<Update>({.name = "adam", .rank = 3, .launch = &run, .supports = &is_adam});
});

}  // namespace
}  // namespace gs::GS_TARGET
