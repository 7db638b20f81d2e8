// rmsprop.cpp - RMSprop: gradients divided by the root of their running mean square.
//
//   g += wd p;  s = rho s + (1 - rho) g^2;  p -= lr g / (sqrt(s) + eps)
#include <cmath>

#include "kernels/optimizer/optimizers.h"

namespace gs {
namespace {

void step(const Optimizer& p, const StepState& state, const UpdateBuffers& at) {
  for (std::size_t i = 0; i < at.parameters.size(); ++i) {
    const double g = at.gradients[i] + p.weight_decay * at.parameters[i];
    at.moment1[i] = p.rho * at.moment1[i] + (1 - double(p.rho)) * g * g;
    at.parameters[i] -= state.learning_rate * g / (std::sqrt(at.moment1[i]) + p.epsilon);
  }
}

const OptimizerRegistration registration({.name = "rmsprop",
                                          .help = "gradient divided by its root mean square",
                                          .takes = {{"rho", 0.9}, {"epsilon", 1e-7}, {"weight_decay", 0}},
                                          .moments = [](const Optimizer&) { return 1; },
                                          // decay 2, s 4, rate 1, root, sum, quotient, difference
                                          .operations = [](const Optimizer&) { return 11.0; },
                                          .reference = &step});

}  // namespace
}  // namespace gs
