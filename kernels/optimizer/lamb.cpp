// lamb.cpp - LAMB (You et al. 2020, "Large batch optimization for deep learning: training BERT in 76 minutes",
// algorithm 2, with the identity for phi): Adam's step, scaled per parameter tensor by the ratio of their norms.
//
//   m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  u = m^ / (sqrt(v^) + eps) + wd p,
//   m^ = m / (1 - b1^t), v^ = v / (1 - b2^t);  p -= lr |p| / |u| u
//
// with Euclidean norms over a parameter tensor; the factor |p| / |u| is 1 if one of the norms is 0.
#include <cmath>

#include "kernels/optimizer/optimizers.h"

namespace gs {
namespace {

void step_segment(const Optimizer& p, const StepState& state, const UpdateBuffers& at, std::size_t begin,
                  std::size_t end) {
  std::vector<double> u(end - begin);
  double weights = 0, updates = 0;
  for (std::size_t i = begin; i < end; ++i) {
    const double g = at.gradients[i];
    at.moment1[i] = p.beta1 * at.moment1[i] + (1 - double(p.beta1)) * g;
    at.moment2[i] = p.beta2 * at.moment2[i] + (1 - double(p.beta2)) * g * g;
    const double m = at.moment1[i] / (1 - state.beta1_power), v = at.moment2[i] / (1 - state.beta2_power);
    u[i - begin] = m / (std::sqrt(v) + p.epsilon) + p.weight_decay * at.parameters[i];
    weights += at.parameters[i] * at.parameters[i];
    updates += u[i - begin] * u[i - begin];
  }
  const double factor = weights == 0 || updates == 0 ? 1 : std::sqrt(weights / updates);
  for (std::size_t i = begin; i < end; ++i) at.parameters[i] -= state.learning_rate * factor * u[i - begin];
}

void step(const Optimizer& p, const StepState& state, const UpdateBuffers& at) {
  for (int s = 0; s < p.segments; ++s)
    step_segment(p, state, at, std::size_t(p.boundaries[s]), std::size_t(p.boundaries[s + 1]));
}

const OptimizerRegistration registration(
    {.name = "lamb",
     .help = "adam's step, scaled per layer to the size of its weights",
     .takes = {{"beta1", 0.9}, {"beta2", 0.999}, {"epsilon", 1e-6}, {"weight_decay", 0}},
     .moments = [](const Optimizer&) { return 2; },
     // m 3, v 4, corrections 2, root, sum, quotient, decay 2, norms 4, step 3
     .operations = [](const Optimizer&) { return 21.0; },
     .reference = &step});

}  // namespace
}  // namespace gs
