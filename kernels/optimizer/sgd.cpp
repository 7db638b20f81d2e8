// sgd.cpp - stochastic gradient descent, with momentum and weight decay.
//
//   g += wd p;  buf = mu buf + g;  p -= lr buf             (mu = 0: p -= lr g, without buf)
//   nesterov:                      p -= lr (g + mu buf)    (Sutskever et al. 2013)
#include "kernels/optimizer/optimizers.h"

namespace gs {
namespace {

void step(const Optimizer& p, const StepState& state, const UpdateBuffers& at) {
  const double rate = state.learning_rate;
  for (std::size_t i = 0; i < at.parameters.size(); ++i) {
    const double g = at.gradients[i] + p.weight_decay * at.parameters[i];
    if (p.momentum == 0) {
      at.parameters[i] -= rate * g;
    } else {
      at.moment1[i] = p.momentum * at.moment1[i] + g;
      at.parameters[i] -= rate * (p.nesterov ? g + p.momentum * at.moment1[i] : at.moment1[i]);
    }
  }
}

const OptimizerRegistration registration({.name = "sgd",
                                          .help = "gradient descent, with or without momentum",
                                          .takes = {{"momentum", 0}, {"nesterov", 0}, {"weight_decay", 0}},
                                          .moments = [](const Optimizer& p) { return p.momentum != 0 ? 1 : 0; },
                                          .operations =
                                              [](const Optimizer& p) {
                                                return p.momentum == 0 ? 4.0 : p.nesterov ? 8.0 : 6.0;
                                              },
                                          .reference = &step});

}  // namespace
}  // namespace gs
