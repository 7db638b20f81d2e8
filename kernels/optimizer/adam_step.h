// adam_step.h - Adam and AdamW for one parameter (a step, update_groups.h); the formulas are in adam.cpp.
#pragma once
#include "kernels/common/kernel.h"
#include "kernels/optimizer/optimizer.h"

namespace gs::GS_TARGET {

/// `decoupled`: AdamW.
template <bool decoupled>
struct AdamStep {
  static constexpr int moments = 2;
  struct Numbers {
    float beta1, beta2, epsilon, decay;
    explicit Numbers(const Optimizer& p) : beta1(p.beta1), beta2(p.beta2), epsilon(p.epsilon), decay(p.weight_decay) {}
  };
  Numbers numbers;
  float rate, correction1, correction2;

  /// The bias corrections are computed in double: with 0.999^t rounded to float, 1 - 0.999^t would have four or five
  /// correct digits.
  __device__ AdamStep(const Numbers& numbers, const StepState& state)
      : numbers(numbers),
        rate(state.learning_rate),
        correction1(float(1 / (1 - state.beta1_power))),
        correction2(float(1 / (1 - state.beta2_power))) {}

  struct SquareRoot {
    __device__ float operator()(float x) const { return sqrtf(x); }
  };
  __device__ float operator()(float p, float gradient, float (&moment)[2]) const {
    return new_value(p, gradient, moment, SquareRoot());
  }
  /// The same for V = float or a vector of a CPU; square_root(V) is rounded to the nearest.
  template <class V, class Root>
  __device__ V new_value(V p, V gradient, V (&moment)[2], const Root& square_root) const {
    const float beta1 = numbers.beta1, beta2 = numbers.beta2;
    const V g = decoupled ? gradient : gradient + numbers.decay * p;
    const V m = beta1 * moment[0] + (1 - beta1) * g;
    const V v = beta2 * moment[1] + (1 - beta2) * g * g;
    moment[0] = m;
    moment[1] = v;
    const V kept = decoupled ? (1 - rate * numbers.decay) * p : p;
    return kept - rate * (m * correction1) / (square_root(v * correction2) + numbers.epsilon);
  }
};

}  // namespace gs::GS_TARGET
