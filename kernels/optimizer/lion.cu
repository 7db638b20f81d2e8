// lion.cu - Lion, one thread per parameter; the formula is in lion.cpp.
//
// 20 bytes per parameter (22 with a bf16 copy) and 12 operations: bound by memory.
#include "kernels/common/registration.h"
#include "kernels/optimizer/parameter_copy.h"

namespace gs::GS_TARGET {
namespace {

template <class Copy>
__global__ void lion(float* __restrict__ parameters, float* __restrict__ mean, Copy copy,
                     const float* __restrict__ gradients, const StepState* __restrict__ state, Optimizer problem) {
  const float rate = state->learning_rate, decay = problem.weight_decay;
  const float beta1 = problem.beta1, beta2 = problem.beta2;
  for (std::int64_t i : grid_stride(problem.size)) {
    const float g = gradients[i], c = beta1 * mean[i] + (1 - beta1) * g;
    const float sign = c > 0 ? 1.0f : c < 0 ? -1.0f : c;  // sign(0) = 0, sign(NaN) = NaN
    mean[i] = beta2 * mean[i] + (1 - beta2) * g;
    const float p = parameters[i] - rate * (sign + decay * parameters[i]);
    parameters[i] = p;
    copy(i, p);
  }
}

void run(float* parameters, float* mean, float*, bf16* copy, const float* gradients, const StepState* state,
         const Optimizer& problem, void*, stream_t stream) {
  with_copy(problem, copy, [&]<class Copy>(Copy to) {
    launch_elementwise<lion<Copy>>(problem.size, stream, parameters, mean, to, gradients, state, problem);
  });
}

bool is_lion(const Optimizer& problem) {
  return problem.name == "lion";
}

const Registration registration([](Registry& registry) {
  registry.add<Update>({.name = "lion", .rank = 4, .launch = &run, .supports = &is_lion});
});

}  // namespace
}  // namespace gs::GS_TARGET
