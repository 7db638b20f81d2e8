// optimizer.h - parameter updates over one flat buffer. Weight decay is added to the gradient: g += wd p;
// adamw takes it off the parameter instead (Loshchilov and Hutter 2019).
//
//   sgd      buf = mu buf + g;  p -= lr buf                     (mu = 0: p -= lr g, and buf is not touched)
//   nesterov buf = mu buf + g;  p -= lr (g + mu buf)            (sgd that looks ahead; Sutskever et al. 2013)
//   rmsprop  s = rho s + (1 - rho) g^2;  p -= lr g / (sqrt(s) + eps)
//   adam     m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  p -= lr m^ / (sqrt(v^) + eps),
//            m^ = m / (1 - b1^t), v^ = v / (1 - b2^t)           (Kingma and Ba 2015, algorithm 1)
//   adamw    p -= lr wd p, then adam without decay
#pragma once
#include "kernels/common/bf16.h"
#include "kernels/common/step_state.h"
#include "kernels/common/variant.h"

namespace gs {

enum class OptimizerKind { sgd, rmsprop, adam, adamw };

struct Optimizer {
  OptimizerKind kind = OptimizerKind::adam;
  std::int64_t size = 1;  ///< parameters
  float momentum = 0, rho = 0.9f, beta1 = 0.9f, beta2 = 0.999f, epsilon = 1e-7f, weight_decay = 0;
  bool nesterov = false;   ///< of sgd with momentum
  bool bf16_copy = false;  ///< also write the new parameters as bf16
  auto operator<=>(const Optimizer&) const = default;

  /// How many buffers of `size` floats the state takes (moment1 first), all zero at the start of a run.
  constexpr int moments() const {
    return kind == OptimizerKind::adam || kind == OptimizerKind::adamw ? 2
           : kind == OptimizerKind::rmsprop || momentum != 0           ? 1
                                                                       : 0;
  }
};

/// One step. moment1: buf of sgd, s of rmsprop, m of adam; moment2: v of adam and adamw; null where there is none. The
/// learning rate and the powers of beta come from the state. copy [size]: the new parameters, rounded, where the
/// problem wants them, else null: what the layers of a network in bf16 read, while what is trained is fp32.
struct Update {
  static constexpr std::string_view name = "update";
  using Problem = Optimizer;
  using Launch = void(float* parameters, float* moment1, float* moment2, bf16* copy, const float* gradients,
                      const StepState*, const Optimizer&, void* workspace, stream_t);
};

Cost cost(Update, const Optimizer&);

}  // namespace gs
