// adam.cpp - Adam (Kingma and Ba 2015, algorithm 1) and AdamW (Loshchilov and Hutter 2019).
//
//   adam   g += wd p;  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  p -= lr m^ / (sqrt(v^) + eps),
//          m^ = m / (1 - b1^t), v^ = v / (1 - b2^t)
//   adamw  p -= lr wd p, then adam without decay
#include <cmath>

#include "kernels/optimizer/optimizers.h"

namespace gs {
namespace {

void step(const Optimizer& p, const StepState& state, const UpdateBuffers& at) {
  const double rate = state.learning_rate;
  const bool decoupled = p.name == "adamw";
  for (std::size_t i = 0; i < at.parameters.size(); ++i) {
    const double g = at.gradients[i] + (decoupled ? 0 : p.weight_decay * at.parameters[i]);
    if (decoupled) at.parameters[i] -= rate * p.weight_decay * at.parameters[i];
    at.moment1[i] = p.beta1 * at.moment1[i] + (1 - double(p.beta1)) * g;
    at.moment2[i] = p.beta2 * at.moment2[i] + (1 - double(p.beta2)) * g * g;
    const double m = at.moment1[i] / (1 - state.beta1_power), v = at.moment2[i] / (1 - state.beta2_power);
    at.parameters[i] -= rate * m / (std::sqrt(v) + p.epsilon);
  }
}

OptimizerRow row(std::string_view name, std::string_view help) {
  return {.name = name,
          .help = help,
          .takes = {{"beta1", 0.9}, {"beta2", 0.999}, {"epsilon", 1e-7}, {"weight_decay", 0}},
          .moments = [](const Optimizer&) { return 2; },
          // decay 2, m 3, v 4, corrections 2, rate 1, root, sum, quotient, difference
          .operations = [](const Optimizer&) { return 16.0; },
          .reference = &step};
}

const OptimizerRegistration adam(row("adam", "adaptive moments with bias correction")),
    adamw(row("adamw", "adam with decoupled weight decay"));

}  // namespace
}  // namespace gs
