// rmsprop.cu - RMSprop; the formula is in rmsprop.cpp.
//
// 20 bytes per parameter (22 with a bf16 copy) and 11 operations: bound by memory.
#include "kernels/common/registration.h"
#include "kernels/optimizer/update_groups.h"

namespace gs::GS_TARGET {
namespace {

struct RmspropStep {
  static constexpr int moments = 1;
  struct Numbers {
    float rho, epsilon, decay;
    explicit Numbers(const Optimizer& p) : rho(p.rho), epsilon(p.epsilon), decay(p.weight_decay) {}
  };
  Numbers numbers;
  float rate;

  __device__ RmspropStep(const Numbers& numbers, const StepState& state)
      : numbers(numbers), rate(state.learning_rate) {}

  __device__ float operator()(float p, float gradient, float (&mean_square)[2]) const {
    const float g = gradient + numbers.decay * p;
    const float s = numbers.rho * mean_square[0] + (1 - numbers.rho) * g * g;
    mean_square[0] = s;
    return p - rate * g / (sqrtf(s) + numbers.epsilon);
  }
};

bool is_rmsprop(const Optimizer& problem) {
  return problem.name == "rmsprop";
}

const Registration registration([](Registry& registry) {
  registry.add<Update>({.name = "rmsprop", .rank = 2, .launch = &update_by<RmspropStep>, .supports = &is_rmsprop});
});

}  // namespace
}  // namespace gs::GS_TARGET
