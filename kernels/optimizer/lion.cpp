// lion.cpp - Lion (Chen et al. 2023, "Symbolic discovery of optimization algorithms", algorithm 2): one moment, and
// every parameter moves by the learning rate (plus decay).
//
//   c = b1 m + (1 - b1) g;  p -= lr (sign(c) + wd p);  m = b2 m + (1 - b2) g
//
// The paper recommends a learning rate 3 to 10 times smaller than AdamW's, and a weight decay as many times larger.
#include "kernels/optimizer/optimizers.h"

namespace gs {
namespace {

void step(const Optimizer& p, const StepState& state, const UpdateBuffers& at) {
  for (std::size_t i = 0; i < at.parameters.size(); ++i) {
    const double g = at.gradients[i], c = p.beta1 * at.moment1[i] + (1 - double(p.beta1)) * g;
    const double sign = c > 0 ? 1 : c < 0 ? -1 : c;  // sign(0) = 0, sign(NaN) = NaN
    at.parameters[i] -= state.learning_rate * (sign + p.weight_decay * at.parameters[i]);
    at.moment1[i] = p.beta2 * at.moment1[i] + (1 - double(p.beta2)) * g;
  }
}

const OptimizerRegistration registration({.name = "lion",
                                          .help = "steps of fixed size, by the sign of a moment",
                                          .takes = {{"beta1", 0.9}, {"beta2", 0.99}, {"weight_decay", 0}},
                                          .moments = [](const Optimizer&) { return 1; },
                                          // c 3, sign 2, decay 2, step 2, m 3
                                          .operations = [](const Optimizer&) { return 12.0; },
                                          .reference = &step});

}  // namespace
}  // namespace gs
