// lion.cu - Lion; the formula is in lion.cpp.
//
// 20 bytes per parameter (22 with a bf16 copy) and 12 operations: bound by memory.
#include "kernels/common/registration.h"
#include "kernels/optimizer/update_groups.h"

namespace gs::GS_TARGET {
namespace {

struct LionStep {
  static constexpr int moments = 1;
  struct Numbers {
    float beta1, beta2, decay;
    explicit Numbers(const Optimizer& p) : beta1(p.beta1), beta2(p.beta2), decay(p.weight_decay) {}
  };
  Numbers numbers;
  float rate;

  __device__ LionStep(const Numbers& numbers, const StepState& state) : numbers(numbers), rate(state.learning_rate) {}

  __device__ float operator()(float p, float g, float (&mean)[2]) const {
    const float beta1 = numbers.beta1, beta2 = numbers.beta2;
    const float c = beta1 * mean[0] + (1 - beta1) * g;
    const float sign = c > 0 ? 1.0f : c < 0 ? -1.0f : c;  // sign(0) = 0, sign(NaN) = NaN
    mean[0] = beta2 * mean[0] + (1 - beta2) * g;
    return p - rate * (sign + numbers.decay * p);
  }
};

bool is_lion(const Optimizer& problem) {
  return problem.name == "lion";
}

const Registration registration([](Registry& registry) {
  registry.add<Update>({.name = "lion", .rank = 4, .launch = &update_by<LionStep>, .supports = &is_lion});
});

}  // namespace
}  // namespace gs::GS_TARGET
