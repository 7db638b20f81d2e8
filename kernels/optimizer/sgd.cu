// sgd.cu - gradient descent; the formula is in sgd.cpp.
//
// 12 bytes and 4 operations per parameter (with momentum 20 bytes and 6 or 8 operations), plus 2 bytes for a bf16 copy:
// bound by memory.
#include "kernels/common/registration.h"
#include "kernels/optimizer/update_groups.h"

namespace gs::GS_TARGET {
namespace {

struct SgdStep {
  static constexpr int moments = 0;
  struct Numbers {
    float decay;
    explicit Numbers(const Optimizer& p) : decay(p.weight_decay) {}
  };
  Numbers numbers;
  float rate;

  __device__ SgdStep(const Numbers& numbers, const StepState& state) : numbers(numbers), rate(state.learning_rate) {}

  __device__ float operator()(float p, float gradient, float (&)[2]) const {
    return p - rate * (gradient + numbers.decay * p);
  }
};

struct MomentumStep {
  static constexpr int moments = 1;
  struct Numbers {
    float decay, momentum;
    bool nesterov;
    explicit Numbers(const Optimizer& p) : decay(p.weight_decay), momentum(p.momentum), nesterov(p.nesterov) {}
  };
  Numbers numbers;
  float rate;

  __device__ MomentumStep(const Numbers& numbers, const StepState& state)
      : numbers(numbers), rate(state.learning_rate) {}

  __device__ float operator()(float p, float gradient, float (&velocity)[2]) const {
    const float g = gradient + numbers.decay * p;
    const float v = numbers.momentum * velocity[0] + g;
    velocity[0] = v;
    return p - rate * (numbers.nesterov ? g + numbers.momentum * v : v);
  }
};

void run(float* parameters, float* velocity, float* unused, bf16* copy, const float* gradients, const StepState* state,
         const Optimizer& problem, void* workspace, stream_t stream) {
  const auto update = problem.momentum == 0 ? &update_by<SgdStep> : &update_by<MomentumStep>;
  update(parameters, velocity, unused, copy, gradients, state, problem, workspace, stream);
}

bool is_sgd(const Optimizer& problem) {
  return problem.name == "sgd";
}

const Registration registration([](Registry& registry) {
  registry.add<Update>({.name = "sgd", .rank = 1, .launch = &run, .supports = &is_sgd});
});

}  // namespace
}  // namespace gs::GS_TARGET
