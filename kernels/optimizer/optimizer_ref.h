// optimizer_ref.h - the parameter updates in fp64.
#pragma once
#include <cmath>
#include <span>

#include "kernels/optimizer/optimizer.h"

namespace gs::ref {

/// One step, in place. moment1 and moment2 may be empty where the optimizer has none.
inline void update(const Optimizer& p, const StepState& state, std::span<double> parameters, std::span<double> moment1,
                   std::span<double> moment2, std::span<const double> gradients) {
  const double rate = state.learning_rate;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const bool decoupled = p.kind == OptimizerKind::adamw;
    const double g = gradients[i] + (decoupled ? 0 : p.weight_decay * parameters[i]);
    switch (p.kind) {
      case OptimizerKind::sgd:
        if (p.momentum == 0) {
          parameters[i] -= rate * g;
        } else {
          moment1[i] = p.momentum * moment1[i] + g;
          parameters[i] -= rate * (p.nesterov ? g + p.momentum * moment1[i] : moment1[i]);
        }
        break;
      case OptimizerKind::rmsprop:
        moment1[i] = p.rho * moment1[i] + (1 - double(p.rho)) * g * g;
        parameters[i] -= rate * g / (std::sqrt(moment1[i]) + p.epsilon);
        break;
      case OptimizerKind::adam:
      case OptimizerKind::adamw: {
        if (decoupled) parameters[i] -= rate * p.weight_decay * parameters[i];
        moment1[i] = p.beta1 * moment1[i] + (1 - double(p.beta1)) * g;
        moment2[i] = p.beta2 * moment2[i] + (1 - double(p.beta2)) * g * g;
        const double m = moment1[i] / (1 - state.beta1_power), v = moment2[i] / (1 - state.beta2_power);
        parameters[i] -= rate * m / (std::sqrt(v) + p.epsilon);
        break;
      }
    }
  }
}

}  // namespace gs::ref
